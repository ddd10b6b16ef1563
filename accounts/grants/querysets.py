from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.grants.models import Grant


class GrantQuerySet(models.QuerySet["Grant"]):
    def not_ended(self) -> GrantQuerySet:
        """Keep grants that nobody has ended, those that have run out among them."""
        return self.filter(ended_at=None)

    def in_force(self) -> GrantQuerySet:
        """Keep grants that open something at this moment."""
        return self.not_ended().filter(expires_at__gt=timezone.now())
