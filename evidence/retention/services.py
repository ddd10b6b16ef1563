"""Writes of retention: review, hold, restrict, correct, and withdraw by four eyes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils import timezone

from accounts.audit.recording import record
from accounts.onboarding.four_eyes import ask_for_second, decide
from accounts.onboarding.models import Approval
from accounts.policies import Permission
from accounts.sharing.queries import officers_in
from evidence.models import CustodyEvent, Submission
from evidence.queries import get_visible_submission
from evidence.retention.errors import (
    BadPeriod,
    HeldBack,
    NothingNamed,
    RetentionReasonMissing,
    WithdrawalOver,
)
from evidence.retention.models import (
    MOST_YEARS,
    REVIEW_AFTER_YEARS,
    Retention,
    Standing,
    Withdrawal,
)
from evidence.retention.policies import (
    check_can_decide_retention,
    check_can_decide_withdrawal,
    check_can_see_retention,
)
from evidence.retention.queries import WITHDRAW, count_of_withdrawal, find_retained, get_withdrawal
from evidence.services import FILE_NAME_LENGTH, PATH_LENGTH, as_label, order_analysis
from icse.common.errors import AccessDenied, NotFound
from icse.common.hints import send_hints
from icse.common.jobs import enqueue

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date
    from uuid import UUID

    from accounts.models import Officer
    from evidence.retention.models import RetainedSubmission

REASON_LENGTH: Final = 500
MOST_AT_ONCE: Final = 5000
"""So many submissions are changed by one order; what it leaves, the next one takes."""

_IN_A_YEAR: Final = timedelta(days=365.25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a country says of a submission instead of what it said before."""

    file_name: str
    source_path: str
    case_reference: str
    legal_basis: str
    handling: str


@transaction.atomic
def correct(*, by: Officer, submission_id: UUID, now: Correction, reason: str) -> Submission:
    """Correct what was said of a submission (EU 2016/680 Art. 16(1)); what stood there stays in its custody.

    Raises:
        NotFound: The officer may not see it, or it is restricted.
        AccessDenied: Another country handed it in, or the role hands nothing in.
        RetentionReasonMissing: No reason is given.
    """
    check_can_see_retention(by)
    submission = get_visible_submission(by, submission_id)
    if submission.country_id != by.unit.country_id:
        raise AccessDenied("Only the country that handed it in corrects it.")
    why = _checked(reason)
    submission.refresh_from_db(from_queryset=Submission.objects.select_for_update())
    said = asdict(now)
    said["file_name"] = as_label(now.file_name)[:FILE_NAME_LENGTH]
    said["source_path"] = as_label(now.source_path)[:PATH_LENGTH]
    formerly = {name: getattr(submission, name) for name in said}
    changed = [name for name in said if said[name] != formerly[name]]
    if not changed:
        return submission
    for name in changed:
        setattr(submission, name, said[name])
    submission.save(update_fields=changed)
    detail = {name: {"formerly": formerly[name], "now": said[name]} for name in changed}
    _note([submission.pk], CustodyEvent.Kind.CORRECTED, {"reason": why, **detail})
    ids = (submission.pk, submission.material_id)
    record("submission.corrected", *ids, by=by, right=Permission.MATERIAL_SUBMIT, fields=changed)
    return submission


@transaction.atomic
def review(
    *, by: Officer, submission_ids: Collection[UUID], reason: str, retain_until: date | None = None
) -> int:
    """Note that submissions are still needed, and until when; return how many.

    The next review comes three years later, or when the period ends.

    Raises:
        AccessDenied: The role does not decide it.
        RetentionReasonMissing: No reason is given.
        BadPeriod: The day is past, or too far away.
        NotFound: One of them is not the country's to see.
        NothingNamed: All are withdrawn.
    """
    check_can_decide_retention(by)
    why = _checked(reason)
    today = timezone.now().date()
    _check_period(today, retain_until)
    named = _named(by, submission_ids, lambda each: each.standing != Standing.WITHDRAWN)
    rows = Retention.objects.select_for_update().filter(pk__in=[each.pk for each in named])
    changed = list(rows)
    for row in changed:
        row.retain_until = retain_until or row.retain_until
        row.review_at = min(today + REVIEW_AFTER_YEARS * _IN_A_YEAR, row.retain_until)
    Retention.objects.bulk_update(changed, ["retain_until", "review_at"], batch_size=500)
    told = {"reason": why, "retain_until": retain_until.isoformat() if retain_until else None}
    _note([row.pk for row in changed], CustodyEvent.Kind.REVIEWED, told)
    _record("retention.reviewed", _ids(named), by, **told)
    return len(changed)


@transaction.atomic
def hold(*, by: Officer, submission_ids: Collection[UUID], reason: str) -> int:
    """Put submissions under a legal hold, so that they stay whatever their period; return how many.

    Raises:
        AccessDenied: The role does not decide it.
        RetentionReasonMissing: No reason is given.
        NothingNamed: All are held already, or withdrawn.
    """
    check_can_decide_retention(by)
    why = _checked(reason)
    named = _named(
        by, submission_ids, lambda each: each.standing != Standing.WITHDRAWN and not each.hold_reason
    )
    _set_hold(named, why)
    _note([each.pk for each in named], CustodyEvent.Kind.HELD, {"reason": why})
    _record("retention.held", _ids(named), by, reason=why)
    return len(named)


@transaction.atomic
def release(*, by: Officer, submission_ids: Collection[UUID], reason: str) -> int:
    """Lift the legal hold of submissions; return how many. Raises as `hold`."""
    check_can_decide_retention(by)
    why = _checked(reason)
    named = _named(by, submission_ids, lambda each: bool(each.hold_reason))
    _set_hold(named, "")
    _note([each.pk for each in named], CustodyEvent.Kind.RELEASED, {"reason": why})
    _record("retention.released", _ids(named), by, reason=why)
    return len(named)


@transaction.atomic
def restrict(*, by: Officer, submission_ids: Collection[UUID], reason: str) -> int:
    """Keep submissions, and let nobody see or work with them (EU 2016/680 Art. 16(3)); return how many.

    They are gone from every list, search, match and series at once, their own country's too. Where nobody
    else keeps the material, what the machines found on it goes as well.

    Raises:
        AccessDenied: The role does not decide it.
        RetentionReasonMissing: No reason is given.
        NothingNamed: All are restricted or withdrawn already.
    """
    check_can_decide_retention(by)
    why = _checked(reason)
    named = _named(by, submission_ids, lambda each: each.standing == Standing.KEPT)
    changed = _set_standing(named, Standing.RESTRICTED, why)
    _record("retention.restricted", _ids(named), by, reason=why)
    return changed


@transaction.atomic
def keep(
    *, by: Officer, submission_ids: Collection[UUID], reason: str, retain_until: date | None = None
) -> int:
    """Let what is restricted or withdrawn be seen and worked with again as before; return how many.

    What was withdrawn can be had back for as long as nothing of it was disposed of. What the machines had
    found is found again.

    Raises:
        AccessDenied: The role does not decide it.
        RetentionReasonMissing: No reason is given.
        BadPeriod: The day is past or too far away, or the period of one is over and none is given.
        NothingNamed: Everything is kept, or gone.
    """
    check_can_decide_retention(by)
    why = _checked(reason)
    today = timezone.now().date()
    _check_period(today, retain_until)
    named = _named(by, submission_ids, lambda each: each.standing != Standing.KEPT)
    if retain_until is None and any(each.retain_until <= today for each in named):
        raise BadPeriod(MOST_YEARS)
    changed = _set_standing(named, Standing.KEPT, why)
    if retain_until is not None:
        Retention.objects.filter(pk__in=[each.pk for each in named]).update(retain_until=retain_until)
    _record("retention.kept", _ids(named), by, reason=why)
    return changed


@transaction.atomic
def ask_to_withdraw(*, by: Officer, submission_ids: Collection[UUID], reason: str) -> Withdrawal:
    """Ask for submissions to be taken back; nothing changes before a colleague approves.

    Raises:
        AccessDenied: The role hands nothing in.
        RetentionReasonMissing: No reason is given.
        HeldBack: One of them is under a legal hold.
        NothingNamed: All are withdrawn already, or asked for by somebody.
    """
    check_can_see_retention(by)
    why = _checked(reason)
    named = _named(
        by, submission_ids, lambda each: each.standing != Standing.WITHDRAWN and not each.withdrawal_id
    )
    if held := sum(bool(each.hold_reason) for each in named):
        raise HeldBack(held)
    withdrawal = Withdrawal.objects.create(
        country_id=by.unit.country_id, asked_by=by, reason=why, files=len(named)
    )
    unasked = Retention.objects.filter(pk__in=[each.pk for each in named], withdrawal=None)
    unasked.update(withdrawal=withdrawal)
    ask_for_second(by=by, act=WITHDRAW, object_id=withdrawal.pk)
    ids = [withdrawal.pk, *_ids(named)]
    record("withdrawal.asked", *ids, by=by, right=Permission.MATERIAL_SUBMIT, reason=why)
    return withdrawal


@transaction.atomic
def approve_withdrawal(*, by: Officer, withdrawal_id: UUID, note: str = "") -> int:
    """Withdraw what a colleague asked for: nobody sees it from now on; return how many submissions it was.

    It is disposed of twelve hours later, and can be taken back until then (`keep`). What was put under a
    legal hold since it was asked for stays as it is.

    Raises:
        NotFound: There is no such withdrawal of the country.
        AccessDenied: The role does not decide it, or some of it is another unit's alone.
        SamePair: They asked for it themselves.
        WithdrawalOver: It was decided already.
    """
    asked = _waiting(by, withdrawal_id)
    rows = Retention.objects.filter(withdrawal_id=withdrawal_id).values_list("pk", flat=True)
    named = find_retained(by, list(rows))
    if len(named) < count_of_withdrawal(withdrawal_id):
        raise AccessDenied("Some of it is for another unit's eyes: an analyst there has to decide.")
    decide(by=by, act=WITHDRAW, object_id=withdrawal_id, verdict=Approval.Verdict.APPROVED, note=note)
    changed = _set_standing(named, Standing.WITHDRAWN, asked.reason, withdrawal_id)
    Retention.objects.filter(withdrawal_id=withdrawal_id).exclude(standing=Standing.WITHDRAWN).update(
        withdrawal=None
    )
    ids = [withdrawal_id, *_ids(named)]
    record("withdrawal.approved", *ids, by=by, right=Permission.RETENTION_DECIDE, note=note)
    return changed


@transaction.atomic
def decline_withdrawal(*, by: Officer, withdrawal_id: UUID, note: str) -> None:
    """Leave everything as it is, and say why.

    Raises as `approve_withdrawal`, and RetentionReasonMissing.
    """
    _waiting(by, withdrawal_id)
    why = _checked(note)
    decide(by=by, act=WITHDRAW, object_id=withdrawal_id, verdict=Approval.Verdict.DECLINED, note=why)
    Retention.objects.filter(withdrawal_id=withdrawal_id).update(withdrawal=None)
    record("withdrawal.declined", withdrawal_id, by=by, right=Permission.RETENTION_DECIDE, note=why)


def _waiting(by: Officer, withdrawal_id: UUID) -> Withdrawal:
    asked = get_withdrawal(by, withdrawal_id)
    check_can_decide_withdrawal(by, asked.approval)
    if not asked.is_waiting:
        raise WithdrawalOver
    return asked.withdrawal


def _checked(reason: str) -> str:
    if not reason.strip():
        raise RetentionReasonMissing
    return reason.strip()


def _check_period(today: date, retain_until: date | None) -> None:
    if retain_until is not None and not today < retain_until <= today + MOST_YEARS * _IN_A_YEAR:
        raise BadPeriod(MOST_YEARS)


def _named(
    by: Officer, submission_ids: Collection[UUID], fits: Callable[[RetainedSubmission], bool]
) -> list[RetainedSubmission]:
    """Return the named submissions of the own country that an act can be done to; the rest of them stay.

    Raises:
        NotFound: One of them is not the own country's to see, or is gone.
        NothingNamed: It can be done to none of them.
    """
    wanted = set(submission_ids)
    found = find_retained(by, wanted)
    if len(found) < len(wanted):
        raise NotFound
    named = [each for each in found if fits(each)]
    if not named:
        raise NothingNamed
    return named


def _ids(named: Iterable[RetainedSubmission]) -> list[UUID]:
    return [pk for each in named for pk in (each.pk, each.material_id)]


def _set_hold(named: Iterable[RetainedSubmission], reason: str) -> None:
    Retention.objects.filter(pk__in=[each.pk for each in named]).update(hold_reason=reason)


def _set_standing(
    named: Iterable[RetainedSubmission], standing: Standing, reason: str, withdrawal_id: UUID | None = None
) -> int:
    """Show or shelve submissions, tell who saw them, have machines find or forget; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT material_id, audience FROM retention_set_standing(%s::uuid[], %s, %s, %s)",
            [[str(each.pk) for each in named], standing, reason, withdrawal_id],
        )
        changed = cursor.fetchall()
    scopes = sorted({scope for _, audience in changed for scope in audience})
    concerned = officers_in(scopes)
    for material_id in dict.fromkeys(material_id for material_id, _ in changed):
        if standing == Standing.KEPT:
            order_analysis(material_id, urgent=False)
        else:
            # The engine alone knows, and has to know, whether somebody else keeps it.
            enqueue("media_analysis.forget", queue="match", material_id=str(material_id))
    transaction.on_commit(lambda: send_hints(concerned, "sharing"))
    return len(changed)


def _note(submission_ids: list[UUID], kind: CustodyEvent.Kind, detail: Mapping[str, object]) -> None:
    """Write a line into the custody of each; by a function, for of what is restricted nobody sees any."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT retention_note(%s::uuid[], %s, %s::jsonb)",
            [[str(pk) for pk in submission_ids], kind, json.dumps(detail)],
        )


def _record(act: str, ids: list[UUID], by: Officer, **told: Any) -> None:
    record(act, *ids, by=by, right=Permission.RETENTION_DECIDE, **told)
