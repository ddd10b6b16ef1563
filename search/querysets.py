from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from accounts.queries import is_made_for
from evidence.models import Material

if TYPE_CHECKING:
    from accounts.models import Officer
    from search.models import ListedMaterial, PictureQuery, PictureQueryHit


class ListedMaterialQuerySet(models.QuerySet["ListedMaterial"]):
    def visible_to(self, officer: Officer) -> ListedMaterialQuerySet:
        """Keep everything where the statement is made in the officer's name, and nothing in another's."""
        return self.filter(is_made_for(officer))


class PictureQueryQuerySet(models.QuerySet["PictureQuery"]):
    def visible_to(self, officer: Officer) -> PictureQueryQuerySet:
        """Keep the officer's own queries: a query picture is nobody else's business."""
        return self.filter(officer=officer)


class PictureQueryHitQuerySet(models.QuerySet["PictureQueryHit"]):
    def visible_to(self, officer: Officer) -> PictureQueryHitQuerySet:
        """Keep hits of the officer's own queries on materials that they may see by now still."""
        seen = Material.objects.visible_to(officer).values("pk")
        return self.filter(query__officer=officer, material__in=seen)
