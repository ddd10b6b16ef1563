"""Reads of what was granted of series, and of what another country's officers would see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.grants.queries import list_grants
from evidence.models import Submission
from series.models import Series, SeriesMaterial, SeriesOfficerGrant, SeriesUnitGrant
from series.queries.listing import series_materials

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.grants.models import Grant
    from accounts.models import Officer
    from evidence.models import Material
    from series.querysets import SeriesQuerySet


def list_series_grants(officer: Officer, series: Series) -> list[Grant]:
    """Return the grants of a series that nobody has ended, to officers of the country that keeps it."""
    if series.country_id != officer.unit.country_id:
        return []
    ids = {
        grant_id
        for rows in (SeriesOfficerGrant, SeriesUnitGrant)
        for grant_id in rows.objects.filter(content_object=series).values_list("grant", flat=True)
    }
    return list(list_grants(ids))


def list_series_seen_as(officer: Officer, material: Material, scopes: Collection[int]) -> SeriesQuerySet:
    """Return the open series that hold a material and are open to the scopes, of those the officer sees."""
    holding = SeriesMaterial.objects.visible_to(officer).filter(material=material).values("series")
    seen = Series.objects.visible_to(officer).open().filter(audience__overlap=list(scopes))
    return seen.filter(pk__in=holding).order_by("name")


def series_submissions_seen_as(
    officer: Officer, series: Series, scopes: Collection[int]
) -> tuple[list[Submission], int]:
    """Return what the scopes would see of a series, and how many of its materials they would not see.

    Of each material it is the earliest submission that is open to them, in the order of the series.
    """
    materials = list(series_materials(officer, series))
    open_to = Submission.objects.visible_to(officer).in_scopes(scopes).filter(material__in=materials)
    earliest: dict[UUID, Submission] = {}
    for submission in open_to.select_related("country", "unit").order_by("received_at", "pk"):
        earliest.setdefault(submission.material_id, submission)
    shown = [earliest[material.pk] for material in materials if material.pk in earliest]
    return shown, len(materials) - len(shown)
