"""What was found, series by series, and then what stands in none."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, OuterRef, Subquery

from series.models import Series, SeriesMaterial

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import Officer
    from evidence.models import Material
    from evidence.querysets import MaterialQuerySet
    from series.querysets import SeriesMaterialQuerySet


def ordered_by_series(officer: Officer, materials: MaterialQuerySet) -> MaterialQuerySet:
    """Order materials by the name of the series that they stand in, those in none last; else as they were.

    Each carries `series_shown`, the id of the first of its visible open series by name, or None.
    """
    first = _first_series(officer)
    annotated = materials.annotate(
        series_shown=Subquery(first.values("series")), series_name=Subquery(first.values("series__name"))
    )
    by_name: tuple[Any, ...] = (F("series_name").asc(nulls_last=True), "series_shown")
    return annotated.order_by(*by_name, *materials.query.order_by)


def series_shown(material: Material) -> UUID | None:
    """Return the series under which a material is listed, as `ordered_by_series` annotated it."""
    shown: UUID | None = material.series_shown  # type: ignore[attr-defined]
    return shown


def count_by_series(officer: Officer, materials: MaterialQuerySet) -> dict[UUID | None, int]:
    """Return how many of the materials `ordered_by_series` lists under each series, on all pages together."""
    shown = materials.order_by().annotate(series_shown=Subquery(_first_series(officer).values("series")))
    return dict(shown.values_list("series_shown").annotate(Count("pk")))


def series_of_page(officer: Officer, materials: Collection[Material]) -> dict[UUID, Series]:
    """Return the series under which the materials of a page are listed, by id."""
    ids = {shown for material in materials if (shown := series_shown(material)) is not None}
    return Series.objects.visible_to(officer).in_bulk(ids)


def further_series(officer: Officer, materials: Collection[Material]) -> dict[UUID, list[str]]:
    """Return the names of the other series that the materials of a page stand in."""
    shown = {material.pk: series_shown(material) for material in materials}
    held = _memberships(officer).filter(material__in=shown).order_by("series__name", "series")
    names: defaultdict[UUID, list[str]] = defaultdict(list)
    for material, series, name in held.values_list("material", "series", "series__name"):
        if series != shown[material]:
            names[material].append(name)
    return names


def _first_series(officer: Officer) -> SeriesMaterialQuerySet:
    held = _memberships(officer).filter(material=OuterRef("pk"))
    return held.order_by("series__name", "series")[:1]


def _memberships(officer: Officer) -> SeriesMaterialQuerySet:
    return SeriesMaterial.objects.visible_to(officer).in_open_series()
