"""Opening one series to one officer or unit; its materials keep their own sharing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Permission
from django.db import transaction

from accounts.grants.queries import find_holder, get_own_grant
from accounts.grants.services import end_grant, give_grant, group_of
from icse.common.audiences import with_scope, without_scope
from icse.common.errors import NotFound
from series.models import Series, SeriesOfficerGrant, SeriesUnitGrant
from series.policies import check_can_grant_series
from series.queries.listing import get_visible_series

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from accounts.grants.models import Grant
    from accounts.grants.queries import Holder
    from accounts.models import Officer


def grant_series(
    *, by: Officer, series_id: UUID, named: str, whole_unit: bool, reason: str, expires_at: datetime
) -> Grant:
    """Open a series of the officer's country to the officer or unit that is named.

    Raises:
        NotFound: The officer may not see the series.
        AccessDenied: They may not grant it.
        HolderNotFound: Nobody of that name can hold a grant.
        GrantReasonMissing, BadExpiry: Its terms are not complete.
    """
    series = get_visible_series(by, series_id)
    check_can_grant_series(by, series)
    holder = find_holder(by, named, whole_unit=whole_unit)
    with transaction.atomic():
        grant = give_grant(
            by=by, holder=holder, reason=reason, expires_at=expires_at, object_id=series.pk, kind="series"
        )
        Series.objects.filter(pk=series.pk).update(audience=with_scope(grant.scope_id))
        _note_holder(series, holder, grant)
    return grant


def _note_holder(series: Series, holder: Holder, grant: Grant) -> None:
    opened = {
        "grant": grant,
        "content_object": series,
        "permission": Permission.objects.get(content_type__app_label="series", codename="view_series"),
    }
    if holder.officer is not None:
        SeriesOfficerGrant.objects.create(user=holder.officer, **opened)
    else:
        SeriesUnitGrant.objects.create(group=group_of(holder.unit), **opened)


@transaction.atomic
def end_series_grant(*, by: Officer, series_id: UUID, grant_id: UUID) -> None:
    """End a grant of a series; its scope leaves the audience.

    Raises:
        NotFound: The officer may not see the series, or their country gave no such grant of it.
        AccessDenied: They may not grant the series, so not end that either.
    """
    series = get_visible_series(by, series_id)
    check_can_grant_series(by, series)
    grant = get_own_grant(by, grant_id)
    if grant.scope_id not in series.audience:
        raise NotFound
    end_grant(by=by, grant=grant, object_id=series.pk)
    Series.objects.filter(pk=series.pk).update(audience=without_scope(grant.scope_id))
