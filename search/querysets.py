from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from accounts.models import Officer
    from search.models import PictureQuery


class PictureQueryQuerySet(models.QuerySet["PictureQuery"]):
    def visible_to(self, officer: Officer) -> PictureQueryQuerySet:
        """Keep the officer's own queries: a query picture is nobody else's business."""
        return self.filter(officer=officer)
