"""Writes of grants; what they open is the matter of the room that holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from accounts.audit.recording import record
from accounts.grants.errors import BadExpiry, GrantReasonMissing
from accounts.grants.models import Grant, UnitGroup
from accounts.models import Scope
from accounts.policies import Permission

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from accounts.grants.queries import Holder
    from accounts.models import Officer, Unit

LONGEST_DAYS: Final = 365
"""Whoever needs it for longer asks again: no grant outlives the memory of why it was given."""


@transaction.atomic
def give_grant(
    *, by: Officer, holder: Holder, reason: str, expires_at: datetime, object_id: UUID, kind: str
) -> Grant:
    """Make a grant of the officer's country, with a scope of its own in which the holder stands from now on.

    The caller has checked that the country owns the object, opens it to the scope, and names what it is.

    Raises:
        GrantReasonMissing: No reason is given.
        BadExpiry: It would run out in the past or later than `LONGEST_DAYS` from now.
    """
    told = " ".join(reason.split())
    if not told:
        raise GrantReasonMissing
    _check_expiry(expires_at)
    grant = Grant.objects.create(
        scope=Scope.objects.create(kind=Scope.Kind.GRANT),
        country_id=by.unit.country_id,
        officer=holder.officer,
        unit=None if holder.officer else holder.unit,
        holder_country=holder.country,
        granter=by,
        reason=told,
        expires_at=expires_at,
    )
    record(
        "grant.given",
        object_id,
        grant.pk,
        by=by,
        right=Permission.ACCESS_GRANT,
        kind=kind,
        holder=str((holder.officer or holder.unit).pk),
        expires_at=expires_at.isoformat(),
    )
    return grant


def _check_expiry(expires_at: datetime) -> None:
    # Whole days: the form names one, and a day is over at its end.
    ahead = (expires_at - timezone.now()).total_seconds() / 86400
    if not 0 < ahead <= LONGEST_DAYS + 1:
        raise BadExpiry(LONGEST_DAYS)


@transaction.atomic
def end_grant(*, by: Officer, grant: Grant, object_id: UUID) -> None:
    """End a grant for good; its holder stands in its scope no more from the next request on."""
    Grant.objects.not_ended().filter(pk=grant.pk).update(ended_at=timezone.now(), ended_by=by)
    record("grant.ended", object_id, grant.pk, by=by, right=Permission.ACCESS_GRANT)


def group_of(unit: Unit) -> Group:
    """Return the guardian group that stands for a unit, made when it is first needed."""
    known = UnitGroup.objects.select_related("group").filter(unit=unit).first()
    if known is not None:
        return known.group
    group, _ = Group.objects.get_or_create(name=f"unit {unit.pk}")
    UnitGroup.objects.get_or_create(unit=unit, defaults={"group": group})
    return group
