from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import models
from django.db.models import F, Q

from evidence.models import Material

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import Officer
    from media_analysis.models import Face, Match

LOOKED_AT: Final = Q(finished_at__gte=F("planned_at"))
"""Analyses that were looked at, to their end, since they were planned last."""


class FaceQuerySet(models.QuerySet["Face"]):
    def visible_to(self, officer: Officer) -> FaceQuerySet:
        """Keep faces in materials that are analyzed for the officer."""
        return self.filter(material__in=Material.objects.analyzed_for(officer).values("pk"))

    def for_display(self) -> FaceQuerySet:
        """Leave the vectors out: pages have no right to read them."""
        return self.defer("embedding")

    def counted_by_material(self, material_ids: Collection[UUID]) -> dict[UUID, int]:
        """Return how many faces each of the materials has, in one query; those without are left out."""
        rows = self.filter(material__in=material_ids).values_list("material").annotate(models.Count("pk"))
        return dict(rows)


class MatchQuerySet(models.QuerySet["Match"]):
    """Matches have no audience of their own: both sides must be visible."""

    def visible_to(self, officer: Officer) -> MatchQuerySet:
        """Keep matches of which the officer may see both sides, once these are analyzed for them."""
        seen = Material.objects.analyzed_for(officer).values("pk")
        return self.filter(left__in=seen, right__in=seen)

    def of_material(self, material_id: UUID) -> MatchQuerySet:
        """Keep matches with the material on either side."""
        return self.filter(Q(left=material_id) | Q(right=material_id))

    def of_materials(self, material_ids: Collection[UUID]) -> MatchQuerySet:
        """Keep matches with one of the materials on either side."""
        return self.filter(Q(left__in=material_ids) | Q(right__in=material_ids))

    def of_kinds(self, kinds: Collection[str]) -> MatchQuerySet:
        """Keep matches of the named kinds."""
        return self.filter(kind__in=kinds)

    def best_first(self) -> MatchQuerySet:
        """Order by strength within a kind: high scores first, small distances first."""
        return self.order_by(
            "kind", F("score").desc(nulls_last=True), F("distance").asc(nulls_last=True), "pk"
        )
