"""Writes of hits: the engine finds them, the asker asks, the holder answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction
from django.utils import timezone

from accounts.audit.recording import record
from accounts.policies import Permission
from evidence.granting import grantable_submission
from icse.common.errors import AccessDenied, NotFound
from series.hits.models import CountryHitPolicy, HitPolicy, SubmissionHitPolicy
from series.hits.policies import check_can_set_country_policy, check_can_talk

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from accounts.models import Officer
    from evidence.models import Material

STILL_FOR: Final = timedelta(hours=12)
"""What is newer takes no part, so that a hit cannot be traced to the upload or answer that made it."""

HITS_A_DAY: Final = 3
"""A unit that hands in many files to learn who holds what learns three things a day."""


def find_hits(*, now: datetime | None = None) -> int:
    """Make the hits of one tick and return how many; what waits past a unit's limit waits for another day."""
    at = now or timezone.now()
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT hits_find(%s, %s, %s)", [at - STILL_FOR, day, HITS_A_DAY])
        (made,) = cursor.fetchone()
    return int(made)


@transaction.atomic
def ask_for_contact(*, by: Officer, hit_id: UUID) -> None:
    """Ask whoever holds what is related for contact.

    Raises:
        AccessDenied: The officer's role may not.
        NotFound: There is no such hit of the officer's country, or it was asked already.
    """
    check_can_talk(by)
    if not _called("SELECT hits_ask(%s)", [hit_id]):
        raise NotFound
    record("hit.asked", hit_id, by=by, right=Permission.MATCH_DECIDE)


@transaction.atomic
def answer_contact(*, by: Officer, contact_id: UUID, agrees: bool) -> None:
    """Agree to contact, upon which both sides learn country and unit, or decline, of which nobody is told.

    Raises:
        AccessDenied: The officer's role may not.
        NotFound: The officer's country was not asked this, or has answered already.
    """
    check_can_talk(by)
    if not _called("SELECT hits_answer(%s, %s)", [contact_id, agrees]):
        raise NotFound
    act = "hit.agreed" if agrees else "hit.declined"
    record(act, contact_id, by=by, right=Permission.MATCH_DECIDE)


def _called(sql: str, arguments: list[UUID | bool]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        (has_changed,) = cursor.fetchone()
    return bool(has_changed)


@transaction.atomic
def set_country_policy(*, by: Officer, policy: HitPolicy) -> None:
    """Say what others learn of the holdings of the officer's country.

    Raises:
        AccessDenied: The officer's role may not.
    """
    check_can_set_country_policy(by)
    CountryHitPolicy.objects.update_or_create(country_id=by.unit.country_id, defaults={"policy": policy})
    record("hit_policy.set", by.unit.country_id, by=by, right=Permission.GROUP_MANAGE, policy=str(policy))


@transaction.atomic
def set_material_policy(*, by: Officer, material: Material, policy: HitPolicy | None) -> None:
    """Say what others learn of what the country handed in of a material; None is as the country says.

    Raises:
        AccessDenied: Neither an analyst of that country nor whoever handed it in.
    """
    submission = grantable_submission(by, material)
    if submission is None:
        raise AccessDenied("An analyst of the country that handed it in, or who did, decides this.")
    if policy is None:
        SubmissionHitPolicy.objects.filter(submission=submission).delete()
    else:
        SubmissionHitPolicy.objects.update_or_create(submission=submission, defaults={"policy": policy})
    told = str(policy) if policy else "as the country"
    record("hit_policy.set", submission.pk, by=by, right=Permission.ACCESS_GRANT, policy=told)
