"""Writes: starting a series, what it holds, what it is called, who sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Sharing
from accounts.policies import Permission
from accounts.queries import audience_for, granted_scopes
from evidence.models import Priority
from icse.common.errors import NotFound
from series.acts import record_act
from series.errors import SeriesNameMissing, SeriesNameTaken
from series.models import Series, SeriesMaterial
from series.policies import check_can_curate_series, check_can_start_series, check_series_is_open
from series.queries.stacks import visible_ids, with_copies

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import Officer


@transaction.atomic
def create_series(
    *,
    by: Officer,
    name: str,
    description: str = "",
    priority: Priority = Priority.ROUTINE,
    sharing: Sharing = Sharing.NATIONAL,
    groups: Collection[UUID] = (),
    units: Collection[UUID] = (),
    material_ids: Collection[UUID] = (),
) -> Series:
    """Start a series of the officer's country, from a selection of visible materials and their copies.

    Raises:
        AccessDenied: The officer's role may not keep series.
        NotFound: One of the materials is not visible; nothing is written then.
        SeriesNameMissing: The name is empty.
        SeriesNameTaken: The country keeps an open series of that name.
        BadAudience: A group or unit is missing, or is none that the country may name.
    """
    check_can_start_series(by)
    check_all_visible(by, material_ids)
    added = with_copies(by, material_ids)
    series = Series(
        name=_clean_name(name),
        description=description,
        priority=priority,
        sharing=sharing,
        audience=_audience(by, sharing, groups, units),
        country_id=by.unit.country_id,
        unit_id=by.unit_id,
        created_by=by,
    )
    _save(series)
    _insert_materials(by, series, added)
    record_act(by=by, act="series.created", right=Permission.SERIES_CURATE, series=series.pk, materials=added)
    return series


@transaction.atomic
def describe_series(
    *,
    by: Officer,
    series_id: UUID,
    name: str | None = None,
    description: str | None = None,
    priority: Priority | None = None,
) -> Series:
    """Change what a series is called, what is said of it and how urgent it is; None leaves a thing as it is.

    Raises:
        NotFound: The officer may not see the series.
        AccessDenied: They may not change it.
        SeriesIsMerged: It was merged into another one.
        SeriesNameMissing, SeriesNameTaken: The name cannot be used.
    """
    series = lock_curated(by, series_id)
    told = {"name": name, "description": description, "priority": priority}
    fields = " ".join(field for field, value in told.items() if value is not None)
    if name is not None:
        series.name = _clean_name(name)
    if description is not None:
        series.description = description
    if priority is not None:
        series.priority = priority
    series.changed_at = timezone.now()
    _save(series)
    record_act(by=by, act="series.described", right=Permission.SERIES_CURATE, series=series.pk, fields=fields)
    return series


@transaction.atomic
def share_series(
    *,
    by: Officer,
    series_id: UUID,
    sharing: Sharing,
    groups: Collection[UUID] = (),
    units: Collection[UUID] = (),
) -> Series:
    """Open a series further, or close it, as its country; materials keep their own sharing.

    Series that were merged into it are as open as it is; what was granted to somebody stays so until it ends.

    Raises:
        NotFound: The officer may not see the series.
        AccessDenied: They may not change it.
        SeriesIsMerged: It was merged into another one.
    """
    series = lock_curated(by, series_id)
    audience = _audience(by, sharing, groups, units) + granted_scopes(series.audience)
    opened = {"sharing": sharing, "audience": audience}
    Series.objects.filter(Q(pk=series.pk) | Q(merged_into=series)).update(**opened, changed_at=timezone.now())
    record_act(by=by, act="series.shared", right=Permission.SERIES_CURATE, series=series.pk, sharing=sharing)
    series.refresh_from_db()
    return series


def _audience(by: Officer, sharing: Sharing, groups: Collection[UUID], units: Collection[UUID]) -> list[int]:
    """Return whom a series is opened to; where units are named, the officer's own is one of them."""
    named = {*units, by.unit_id} if sharing == Sharing.UNITS else ()
    return audience_for(sharing, by.unit.country, groups=groups, units=named)


@transaction.atomic
def add_materials(*, by: Officer, series_id: UUID, material_ids: Collection[UUID]) -> Series:
    """Put visible materials into a series, and the copies that are shown as one with them.

    Those that are in it already stay as they are.

    Raises:
        NotFound: The officer may not see the series or one of the materials; nothing is written then.
        AccessDenied: They may not change the series.
        SeriesIsMerged: It was merged into another one.
    """
    series = lock_curated(by, series_id)
    check_all_visible(by, material_ids)
    added = with_copies(by, material_ids)
    _insert_materials(by, series, added)
    touch(series)
    record_act(
        by=by, act="series.materials_added", right=Permission.SERIES_CURATE, series=series.pk, materials=added
    )
    return series


@transaction.atomic
def remove_materials(*, by: Officer, series_id: UUID, material_ids: Collection[UUID]) -> Series:
    """Take visible materials out of a series, and the copies that are shown as one with them.

    Those that are not in it change nothing.

    Raises:
        NotFound: The officer may not see the series or one of the materials; nothing is written then.
        AccessDenied: They may not change the series.
        SeriesIsMerged: It was merged into another one.
    """
    series = lock_curated(by, series_id)
    check_all_visible(by, material_ids)
    removed = with_copies(by, material_ids)
    series.memberships.filter(material__in=removed).delete()
    touch(series)
    record_act(
        by=by,
        act="series.materials_removed",
        right=Permission.SERIES_CURATE,
        series=series.pk,
        materials=removed,
    )
    return series


def lock_curated(by: Officer, series_id: UUID) -> Series:
    """Return a series that the officer may change, locked until the transaction ends.

    Raises:
        NotFound: The officer may not see it.
        AccessDenied: They may not change it.
        SeriesIsMerged: It was merged into another one.
    """
    series = Series.objects.visible_to(by).filter(pk=series_id).first()
    if series is None:
        raise NotFound
    check_can_curate_series(by, series)
    # Only now, for the database lets nobody lock what they may not change.
    series.refresh_from_db(from_queryset=Series.objects.select_for_update())
    check_series_is_open(series)
    return series


def touch(series: Series) -> None:
    """Note that the series has changed."""
    series.changed_at = timezone.now()
    series.save(update_fields=["changed_at"])


def check_all_visible(by: Officer, material_ids: Collection[UUID]) -> None:
    """Check that every id names a material that the officer may see.

    Raises:
        NotFound: One does not; which one is not told.
    """
    if material_ids and visible_ids(by, material_ids) != set(material_ids):
        raise NotFound


def _insert_materials(by: Officer, series: Series, material_ids: Collection[UUID]) -> None:
    memberships = [
        SeriesMaterial(series=series, material_id=material_id, added_by=by)
        for material_id in sorted(set(material_ids))
    ]
    SeriesMaterial.objects.bulk_create(memberships, ignore_conflicts=True)


def _clean_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise SeriesNameMissing
    return cleaned


def _save(series: Series) -> None:
    try:
        with transaction.atomic():
            series.save()
    except IntegrityError as taken:
        raise SeriesNameTaken from taken
