"""What was found, series by series, and then what stands in none."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Count, F

from evidence.lists import MaterialList
from search.models import ListedMaterial
from series.models import Series, SeriesMaterial

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from accounts.models import Officer
    from evidence.models import Material

SeriesShown = dict["UUID", "UUID | None"]
"""The series under which each material of a page is listed; None is under none."""


def ordered_by_series(officer: Officer, materials: MaterialList) -> MaterialList:
    """Order materials by the name of the series that they stand in, those in none last; else as they were.

    That series is the first of its visible open ones by name.
    """
    by_name = (F("series_name").asc(nulls_last=True), "series_shown")
    return MaterialList(officer, materials.listed.order_by(*by_name, *materials.listed.query.order_by))


def count_by_series(materials: MaterialList) -> dict[UUID | None, int]:
    """Return how many of the materials `ordered_by_series` lists under each series, on all pages together."""
    return dict(materials.listed.order_by().values_list("series_shown").annotate(Count("pk")))


def series_shown(officer: Officer, materials: Collection[Material]) -> SeriesShown:
    """Return the series under which each material of a page is listed."""
    listed = ListedMaterial.objects.visible_to(officer).filter(pk__in=[each.pk for each in materials])
    return dict(listed.values_list("pk", "series_shown"))


def series_of_page(officer: Officer, under: SeriesShown) -> dict[UUID, Series]:
    """Return the series under which the materials of a page are listed, by id."""
    return Series.objects.visible_to(officer).in_bulk([pk for pk in set(under.values()) if pk is not None])


def further_series(officer: Officer, under: SeriesShown) -> Mapping[UUID, list[str]]:
    """Return the names of the other series that the materials of a page stand in."""
    memberships = SeriesMaterial.objects.visible_to(officer).in_open_series()
    held = memberships.filter(material__in=under).order_by("series__name", "series")
    names: defaultdict[UUID, list[str]] = defaultdict(list)
    for material, series, name in held.values_list("material", "series", "series__name"):
        if series != under[material]:
            names[material].append(name)
    return names
