"""Changing later who may see a submission: at once, everywhere, and without touching anything else of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.audit.recording import record
from accounts.models import Sharing
from accounts.policies import Permission
from accounts.queries import audience_for, granted_scopes
from accounts.sharing.queries import groups_in, officers_in, units_in
from evidence.models import CustodyEvent, Submission
from evidence.policies import check_can_share_submission
from evidence.queries import get_visible_submission
from icse.common.hints import send_hints

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import Officer


@transaction.atomic
def share_submission(
    *,
    by: Officer,
    submission_id: UUID,
    sharing: Sharing,
    groups: Collection[UUID] = (),
    units: Collection[UUID] = (),
) -> Submission:
    """Open a submission further, or close it, as its country; grants that it gave stay.

    Where units are named, that of the officer and that which handed it in are always among them. Whoever
    may see it before or after is hinted to, so that open pages ask again.

    Raises:
        NotFound: The officer may not see it.
        AccessDenied: Another country handed it in, or the role hands nothing in.
        BadAudience: A group or unit is missing, or is none that the country may name.
    """
    submission = get_visible_submission(by, submission_id)
    check_can_share_submission(by, submission)
    # Only now, for the database lets nobody lock what they may not change.
    submission.refresh_from_db(from_queryset=Submission.objects.select_for_update())
    named = {*units, by.unit_id, submission.unit_id} if sharing == Sharing.UNITS else ()
    audience = audience_for(sharing, by.unit.country, groups=groups, units=named)
    audience = sorted({*audience, *granted_scopes(submission.audience)})
    if (submission.sharing, sorted(submission.audience)) == (sharing, audience):
        return submission
    _change(by, submission, sharing, audience)
    return submission


def _change(by: Officer, submission: Submission, sharing: Sharing, audience: list[int]) -> None:
    concerned = officers_in([*submission.audience, *audience])
    formerly = _in_words(by, submission)
    submission.sharing, submission.audience = sharing, audience
    submission.save(update_fields=["sharing", "audience"])
    CustodyEvent.objects.create(
        material_id=submission.material_id,
        submission=submission,
        officer=by,
        kind=CustodyEvent.Kind.SHARED,
        detail={"formerly": formerly, "now": _in_words(by, submission)},
    )
    ids = [submission.pk, submission.material_id, *(group.pk for group in groups_in(by, audience))]
    told: dict[str, Any] = {"level": str(sharing), "audience": audience}
    record("submission.shared", *ids, by=by, right=Permission.MATERIAL_SUBMIT, **told)
    transaction.on_commit(lambda: send_hints(concerned, "sharing"))


def _in_words(by: Officer, submission: Submission) -> str:
    groups, units = groups_in(by, submission.audience), units_in(submission.audience)
    names = ", ".join([each.name for each in groups] + [each.name for each in units])
    return f"{submission.sharing}: {names}" if names else str(submission.sharing)
