from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.onboarding.models import Invitation


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> InvitationQuerySet:
        """Keep invitations that were neither used nor revoked; they may have expired."""
        return self.filter(used_at=None, revoked_at=None)

    def usable(self) -> InvitationQuerySet:
        """Keep invitations whose link still opens the way in."""
        return self.waiting().filter(expires_at__gt=timezone.now())
