"""Reads of series and of what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce, Round

from evidence.models import Material
from icse.common.errors import NotFound
from media_analysis.models import CaptureFacts, Face
from series.models import Series, SeriesMaterial

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import Officer
    from evidence.querysets import MaterialQuerySet
    from media_analysis.querysets import FaceQuerySet
    from series.querysets import SeriesQuerySet

PLACE_DIGITS = 3
"""Places closer than a thousandth of a degree, about a hundred metres, are one place on the page."""


@dataclass(frozen=True, slots=True)
class SeriesDevice:
    """A camera that pictures of a series were taken with, and how many of them."""

    make: str
    model: str
    body_serial: str
    materials: int


@dataclass(frozen=True, slots=True)
class SeriesPlace:
    """A place that pictures of a series claim to be taken at, in degrees, and how many of them."""

    latitude: float
    longitude: float
    materials: int


def list_series(officer: Officer, *, words: str = "") -> SeriesQuerySet:
    """Return the open series that the officer may see, the last changed first.

    Each carries `material_count`, of what the officer may see of it, and `cover_id`, its first such
    material. `words` narrow the list to names and descriptions that hold them.
    """
    shown = Series.objects.visible_to(officer).open().select_related("country", "unit")
    for word in words.split():
        shown = shown.filter(name__icontains=word) | shown.filter(description__icontains=word)
    return _with_cover(officer, shown).order_by("-changed_at", "pk")


def find_visible_series(officer: Officer, series_ids: Collection[UUID]) -> list[Series]:
    """Return those of the series that the officer may see, in no order; the others are left out."""
    return list(Series.objects.visible_to(officer).filter(pk__in=series_ids))


def get_visible_series(officer: Officer, series_id: UUID) -> Series:
    """Return a series that the officer may see, also one that was merged, with its count and cover.

    Raises:
        NotFound: There is none, or it is not shared with the officer.
    """
    visible = Series.objects.visible_to(officer).select_related("country", "unit", "created_by")
    series = _with_cover(officer, visible).filter(pk=series_id).first()
    if series is None:
        raise NotFound
    return series


def find_merge_target(officer: Officer, series: Series) -> Series | None:
    """Return the series that a merged one lives on in, where the officer may see it."""
    if series.merged_into_id is None:
        return None
    return Series.objects.visible_to(officer).filter(pk=series.merged_into_id).first()


def list_series_of_material(officer: Officer, material_id: UUID) -> SeriesQuerySet:
    """Return the open series that hold a material, both visible, by name."""
    holding = SeriesMaterial.objects.visible_to(officer).filter(material=material_id).values("series")
    return Series.objects.visible_to(officer).open().filter(pk__in=holding).order_by("name")


def series_materials(officer: Officer, series: Series) -> MaterialQuerySet:
    """Return the visible materials of a series, in the order in which they were put into it.

    Pass it through `collapse_stacks` for a grid.
    """
    memberships = SeriesMaterial.objects.filter(series=series, material=OuterRef("pk"))
    materials = Material.objects.visible_to(officer).filter(series_memberships__series=series)
    return materials.annotate(added_at=Subquery(memberships.values("added_at")[:1])).order_by(
        "added_at", "pk"
    )


def series_devices(officer: Officer, series: Series) -> list[SeriesDevice]:
    """Return the cameras of a series' visible materials, the most used first."""
    facts = _facts(officer, series).exclude(make="", model="", body_serial="")
    counted = facts.values("make", "model", "body_serial").annotate(materials=Count("pk"))
    return [SeriesDevice(**row) for row in counted.order_by("-materials", "make", "model", "body_serial")]


def series_places(officer: Officer, series: Series) -> list[SeriesPlace]:
    """Return where a series' visible materials claim to be taken, the most frequent first."""
    facts = _facts(officer, series).filter(latitude__isnull=False, longitude__isnull=False)
    rounded = facts.annotate(
        north=Round("latitude", precision=PLACE_DIGITS), east=Round("longitude", precision=PLACE_DIGITS)
    )
    counted = (
        rounded.values_list("north", "east")
        .annotate(materials=Count("pk"))
        .order_by("-materials", "north", "east")
    )
    return [SeriesPlace(*row) for row in counted]


def series_persons(officer: Officer, series: Series) -> FaceQuerySet:
    """Return the faces in a series' visible materials, the clearest first; nobody is merged by machine."""
    materials = series_materials(officer, series).analyzed_for(officer).order_by().values("pk")
    return Face.objects.for_display().filter(material__in=materials).order_by("-quality", "pk")


def _facts(officer: Officer, series: Series) -> QuerySet[CaptureFacts]:
    # Read off a material that another country handed in first, they would betray that somebody holds it.
    materials = series_materials(officer, series).analyzed_for(officer).order_by().values("pk")
    return CaptureFacts.objects.filter(material__in=materials)


def _with_cover(officer: Officer, series: SeriesQuerySet) -> SeriesQuerySet:
    memberships = SeriesMaterial.objects.visible_to(officer).filter(series=OuterRef("pk"))
    counted = memberships.order_by().values("series").annotate(size=Count("pk")).values("size")
    first = memberships.order_by("added_at", "pk").values("material")[:1]
    return series.annotate(
        material_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0), cover_id=Subquery(first)
    )
