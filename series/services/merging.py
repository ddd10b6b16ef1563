"""Writes: two series of one country become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.policies import Permission
from icse.common.errors import NotFound
from series.acts import record_act
from series.errors import MergeWithItself
from series.models import Series, SeriesMaterial
from series.policies import (
    check_can_curate_series,
    check_can_start_series,
    check_series_can_merge,
    check_series_is_open,
)
from series.services.curating import touch

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer


@transaction.atomic
def merge_series(*, by: Officer, series_id: UUID, other_id: UUID) -> Series:
    """Bring the materials of another series into one, and let the other point to it; return the one.

    The other keeps its own list as it was, so that what was merged stays on record. Series that point
    to the other point to the one from now on: a pointer is never more than one step.

    Raises:
        NotFound: The officer may not see both series.
        AccessDenied: The officer may not keep series.
        MergeAcrossCountries: The series are kept by two countries.
        MergeWithItself: They are the same.
        SeriesIsMerged: One of them was merged before.
        SharedDifferently: One is open to more readers than the other.
    """
    check_can_start_series(by)
    series, other = _lock_both(by, series_id, other_id)
    check_series_can_merge(series, other)
    for each in (series, other):
        check_can_curate_series(by, each)
        check_series_is_open(each)
    _copy_materials(other, series)
    Series.objects.filter(Q(pk=other.pk) | Q(merged_into=other)).update(
        state=Series.State.MERGED, merged_into=series, changed_at=timezone.now()
    )
    touch(series)
    record_act(by=by, act="series.merged", right=Permission.SERIES_CURATE, series=series.pk, other=other.pk)
    return series


def _lock_both(by: Officer, series_id: UUID, other_id: UUID) -> tuple[Series, Series]:
    """Lock in the order of ids, so that two officers who merge crosswise cannot wait for each other.

    Another country's series can be read and not locked; it is refused by the caller's next check.
    """
    if series_id == other_id:
        raise MergeWithItself
    both = Series.objects.visible_to(by).filter(pk__in=(series_id, other_id)).order_by("pk")
    found = {series.pk: series for series in both}
    found |= {series.pk: series for series in both.of_country_of(by).select_for_update()}
    if series_id not in found or other_id not in found:
        raise NotFound
    return found[series_id], found[other_id]


def _copy_materials(source: Series, target: Series) -> None:
    SeriesMaterial.objects.bulk_create(
        [
            SeriesMaterial(
                series=target,
                material_id=each.material_id,
                added_by_id=each.added_by_id,
                added_at=each.added_at,
            )
            for each in source.memberships.all()
        ],
        ignore_conflicts=True,
    )
