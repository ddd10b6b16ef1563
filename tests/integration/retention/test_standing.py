"""Kept, restricted, withdrawn: who sees what, who may change it, and what comes back."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Officer, Role, Sharing
from accounts.onboarding.errors import SamePair
from evidence.models import CustodyEvent, Material, Submission
from evidence.retention.errors import (
    BadPeriod,
    HeldBack,
    NothingNamed,
    RetentionReasonMissing,
    WithdrawalOver,
)
from evidence.retention.models import KEPT_YEARS, REVIEW_AFTER_YEARS, Retention, Standing
from evidence.retention.queries import (
    Part,
    count_parts,
    get_retained,
    get_withdrawal,
    list_retained,
)
from evidence.retention.services import (
    Correction,
    approve_withdrawal,
    ask_to_withdraw,
    correct,
    decline_withdrawal,
    hold,
    keep,
    release,
    restrict,
    review,
)
from icse.common.errors import AccessDenied, NotFound
from icse.common.models import OutboxMessage
from tests.cast import Cast
from tests.factories.accounts import OfficerFactory, UnitFactory
from tests.factories.evidence import handed_in
from tests.factories.retention import withdraw
from tests.roles import served

pytestmark = pytest.mark.django_db


def sees(officer: Officer) -> set[object]:
    with served(officer):
        return set(Material.objects.visible_to(officer).values_list("pk", flat=True))


def retention_of(submission: Submission) -> Retention:
    return Retention.objects.get(pk=submission.pk)


def tasks() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("task", flat=True))


def test_every_submission_has_a_day_of_review_and_a_day_of_its_end(cast: Cast) -> None:
    submission = handed_in(cast.owner)
    received = submission.received_at.date()

    retention = retention_of(submission)

    for day, years in ((retention.review_at, REVIEW_AFTER_YEARS), (retention.retain_until, KEPT_YEARS)):
        assert day.year == received.year + years
        assert abs((day - received).days - years * 365.25) < 2
    assert retention.standing == Standing.KEPT


def test_restricted_is_seen_by_nobody_at_all_and_comes_back_as_it_was(cast: Cast) -> None:
    submission = handed_in(cast.owner, sharing=Sharing.MEMBERS)
    everybody = (cast.owner, cast.analyst, cast.partner)
    assert all(sees(each) == {submission.material_id} for each in everybody)

    with served(cast.analyst):
        assert restrict(by=cast.analyst, submission_ids=[submission.pk], reason="contested in court") == 1

    assert all(sees(each) == set() for each in everybody)
    assert tasks() == ["media_analysis.forget"]
    with served(cast.owner):
        retained = get_retained(cast.owner, submission.pk)
    assert (retained.standing, retained.reason) == (Standing.RESTRICTED, "contested in court")

    with served(cast.analyst):
        assert keep(by=cast.analyst, submission_ids=[submission.pk], reason="the court has decided") == 1
    assert all(sees(each) == {submission.material_id} for each in everybody)
    assert tasks() == ["media_analysis.forget", "media_analysis.analyze"]
    kinds = CustodyEvent.objects.filter(submission=submission).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["restricted", "restored"]


def test_restricting_one_country_s_submission_leaves_the_other_s(cast: Cast) -> None:
    mine = handed_in(cast.owner, sharing=Sharing.MEMBERS)
    theirs = handed_in(cast.partner, material=mine.material)

    with served(cast.analyst):
        restrict(by=cast.analyst, submission_ids=[mine.pk], reason="contested")

    assert sees(cast.owner) == set()
    assert sees(cast.partner) == {theirs.material_id}


def test_of_another_country_nothing_can_be_named(cast: Cast, second: Officer) -> None:
    theirs = handed_in(cast.partner, sharing=Sharing.MEMBERS)
    acts = (review, hold, release, restrict, keep, ask_to_withdraw)
    with served(cast.analyst):
        for act in acts:
            with pytest.raises(NotFound):
                act(by=cast.analyst, submission_ids=[theirs.pk], reason="mine now")
        with pytest.raises(NotFound):
            get_retained(cast.analyst, theirs.pk)
    assert retention_of(theirs).standing == Standing.KEPT


def test_a_file_of_one_unit_is_kept_from_the_country_s_other_units(cast: Cast) -> None:
    elsewhere = UnitFactory.create(country=cast.owner.unit.country, name="Harbour")
    other: Officer = OfficerFactory.create(unit=elsewhere, role=Role.ANALYST)
    submission = handed_in(cast.owner, sharing=Sharing.UNITS)
    with served(other):
        assert not list_retained(other, Part.ALL).exists()
        with pytest.raises(NotFound):
            restrict(by=other, submission_ids=[submission.pk], reason="not mine to see")
    with served(cast.analyst):
        restrict(by=cast.analyst, submission_ids=[submission.pk], reason="contested")
    with served(other):
        assert not list_retained(other, Part.ALL).exists()
    with served(cast.owner):
        assert list_retained(cast.owner, Part.ALL).count() == 1


def test_an_officer_asks_and_an_analyst_decides(cast: Cast) -> None:
    submission = handed_in(cast.owner)
    with served(cast.owner):
        for act in (review, hold, release, restrict, keep):
            with pytest.raises(AccessDenied):
                act(by=cast.owner, submission_ids=[submission.pk], reason="because")
        asked = ask_to_withdraw(by=cast.owner, submission_ids=[submission.pk], reason="wrong drive")
        with pytest.raises(AccessDenied):
            approve_withdrawal(by=cast.owner, withdrawal_id=asked.pk)
    assert sees(cast.colleague) == {submission.material_id}
    with served(cast.national_administrator), pytest.raises(AccessDenied):
        ask_to_withdraw(by=cast.national_administrator, submission_ids=[submission.pk], reason="x")


def test_withdrawal_takes_four_eyes(cast: Cast, second: Officer) -> None:
    submission = handed_in(cast.owner, sharing=Sharing.MEMBERS)
    with served(cast.analyst):
        asked = ask_to_withdraw(by=cast.analyst, submission_ids=[submission.pk], reason="wrong drive")
        with pytest.raises(SamePair):
            approve_withdrawal(by=cast.analyst, withdrawal_id=asked.pk)
    assert sees(cast.partner) == {submission.material_id}

    with served(second):
        assert approve_withdrawal(by=second, withdrawal_id=asked.pk, note="agreed") == 1
        with pytest.raises(WithdrawalOver):
            approve_withdrawal(by=second, withdrawal_id=asked.pk)

    assert sees(cast.partner) == sees(cast.owner) == set()
    assert retention_of(submission).withdrawn_at is not None


def test_the_database_itself_wants_four_eyes(cast: Cast, second: Officer) -> None:
    submission = handed_in(cast.owner)
    with served(cast.analyst):
        asked = ask_to_withdraw(by=cast.analyst, submission_ids=[submission.pk], reason="wrong drive")
        for withdrawal in (asked.pk, None):
            refused = pytest.raises(DatabaseError, match="four eyes")
            with refused, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT * FROM retention_set_standing(%s::uuid[], 'withdrawn', '', %s)",
                    [[str(submission.pk)], withdrawal],
                )
    assert retention_of(submission).standing == Standing.KEPT


def test_nothing_is_added_to_what_was_approved(cast: Cast, second: Officer) -> None:
    submission, other = handed_in(cast.owner), handed_in(cast.owner)
    withdraw(cast.analyst, second, submission)
    withdrawal = retention_of(submission).withdrawal_id
    refused = pytest.raises(DatabaseError, match="four eyes")
    with served(second), refused, transaction.atomic(), connection.cursor() as cursor:
        Retention.objects.filter(pk=other.pk).update(withdrawal=withdrawal)
        cursor.execute(
            "SELECT * FROM retention_set_standing(%s::uuid[], 'withdrawn', '', %s)",
            [[str(other.pk)], withdrawal],
        )
    assert retention_of(other).standing == Standing.KEPT


def test_declined_withdrawal_changes_nothing_and_can_be_asked_for_again(cast: Cast) -> None:
    submission = handed_in(cast.owner)
    with served(cast.owner):
        asked = ask_to_withdraw(by=cast.owner, submission_ids=[submission.pk], reason="wrong drive")
        with pytest.raises(NothingNamed):
            ask_to_withdraw(by=cast.owner, submission_ids=[submission.pk], reason="wrong drive")
    with served(cast.analyst):
        with pytest.raises(RetentionReasonMissing):
            decline_withdrawal(by=cast.analyst, withdrawal_id=asked.pk, note=" ")
        decline_withdrawal(by=cast.analyst, withdrawal_id=asked.pk, note="it is the right one")
    assert sees(cast.owner) == {submission.material_id}
    with served(cast.owner):
        assert get_withdrawal(cast.owner, asked.pk).approval.note == "it is the right one"
        ask_to_withdraw(by=cast.owner, submission_ids=[submission.pk], reason="it is not")


def test_withdrawn_can_be_taken_back_while_it_is_there(cast: Cast, second: Officer) -> None:
    submission = handed_in(cast.owner)
    withdraw(cast.analyst, second, submission)
    with served(second):
        keep(by=second, submission_ids=[submission.pk], reason="it was the right drive after all")
    assert sees(cast.owner) == {submission.material_id}
    assert retention_of(submission).withdrawal is None


def test_held_cannot_be_withdrawn(cast: Cast, second: Officer) -> None:
    submission, other = handed_in(cast.owner), handed_in(cast.owner)
    with served(cast.analyst):
        asked = ask_to_withdraw(by=cast.analyst, submission_ids=[submission.pk, other.pk], reason="wrong")
        hold(by=cast.analyst, submission_ids=[submission.pk], reason="appeal 12/26")
    with served(second):
        assert approve_withdrawal(by=second, withdrawal_id=asked.pk) == 1
    assert sees(cast.owner) == {submission.material_id}
    with served(cast.analyst), pytest.raises(HeldBack, match="legal hold"):
        ask_to_withdraw(by=cast.analyst, submission_ids=[submission.pk], reason="still wrong")
    with served(cast.analyst):
        release(by=cast.analyst, submission_ids=[submission.pk], reason="appeal withdrawn")
        ask_to_withdraw(by=cast.analyst, submission_ids=[submission.pk], reason="now")


def test_restricting_leaves_a_withdrawal_that_waits(cast: Cast, second: Officer) -> None:
    submission = handed_in(cast.owner)
    with served(cast.owner):
        asked = ask_to_withdraw(by=cast.owner, submission_ids=[submission.pk], reason="wrong drive")
    with served(cast.analyst):
        restrict(by=cast.analyst, submission_ids=[submission.pk], reason="until it is decided")
        assert approve_withdrawal(by=cast.analyst, withdrawal_id=asked.pk) == 1
    assert retention_of(submission).standing == Standing.WITHDRAWN


def test_nobody_approves_what_they_cannot_see(cast: Cast) -> None:
    elsewhere = UnitFactory.create(country=cast.owner.unit.country, name="Harbour")
    other: Officer = OfficerFactory.create(unit=elsewhere, role=Role.ANALYST)
    hidden, shown = handed_in(cast.owner, sharing=Sharing.UNITS), handed_in(cast.owner)
    with served(cast.owner):
        asked = ask_to_withdraw(by=cast.owner, submission_ids=[hidden.pk, shown.pk], reason="wrong drive")
    with served(other), pytest.raises(AccessDenied, match="another unit"):
        approve_withdrawal(by=other, withdrawal_id=asked.pk)
    with served(cast.analyst):
        assert approve_withdrawal(by=cast.analyst, withdrawal_id=asked.pk) == 2


def test_review_moves_both_days_and_names_its_reason(cast: Cast) -> None:
    submission = handed_in(cast.owner)
    today = timezone.now().date()
    soon, far = today + timedelta(days=400), today + timedelta(days=365 * 40)
    with served(cast.analyst):
        review(by=cast.analyst, submission_ids=[submission.pk], reason="child not found", retain_until=soon)
        assert retention_of(submission).review_at == soon  # never after the end
        review(by=cast.analyst, submission_ids=[submission.pk], reason="child not found", retain_until=far)
        for bad in (today, today + timedelta(days=365 * 100)):
            with pytest.raises(BadPeriod):
                review(by=cast.analyst, submission_ids=[submission.pk], reason="x", retain_until=bad)
        with pytest.raises(RetentionReasonMissing):
            review(by=cast.analyst, submission_ids=[submission.pk], reason=" ")
    retention = retention_of(submission)
    assert retention.retain_until == far
    assert today + timedelta(days=3 * 365) <= retention.review_at <= today + timedelta(days=3 * 366)
    event = CustodyEvent.objects.filter(submission=submission, kind="reviewed").last()
    assert event is not None
    assert event.detail == {"reason": "child not found", "retain_until": far.isoformat()}
    assert event.officer == cast.analyst


def test_correction_keeps_what_stood_there(cast: Cast) -> None:
    submission = handed_in(cast.owner, case_reference="12/25", file_name="a.jpg")
    now = Correction(
        file_name="a.jpg",
        source_path="disk/a.jpg",
        case_reference="12/26",
        legal_basis="seizure_order",
        handling="tlp:amber",
    )
    with served(cast.colleague):
        correct(by=cast.colleague, submission_id=submission.pk, now=now, reason="mistyped")
    submission.refresh_from_db()
    assert (submission.case_reference, submission.legal_basis) == ("12/26", "seizure_order")
    event = CustodyEvent.objects.get(submission=submission, kind="corrected")
    assert event.detail["case_reference"] == {"formerly": "12/25", "now": "12/26"}
    assert event.detail["reason"] == "mistyped"
    assert "file_name" not in event.detail
    with served(cast.partner), pytest.raises(NotFound):
        correct(by=cast.partner, submission_id=submission.pk, now=now, reason="mistyped")


def test_due_list_is_the_country_s_own(cast: Cast) -> None:
    today = timezone.now().date()
    due, later = handed_in(cast.owner), handed_in(cast.owner)
    theirs = handed_in(cast.partner, sharing=Sharing.MEMBERS)
    ending = handed_in(cast.owner, case_reference="end")
    Retention.objects.filter(pk__in=[due.pk, theirs.pk]).update(review_at=today + timedelta(days=29))
    Retention.objects.filter(pk=ending.pk).update(retain_until=today + timedelta(days=180))
    with served(cast.analyst):
        listed = [each.pk for each in list_retained(cast.analyst, Part.DUE)]
        assert listed == [due.pk, ending.pk]
        assert [each.pk for each in list_retained(cast.analyst, Part.DUE, "END")] == [ending.pk]
        assert count_parts(cast.analyst) == {
            "due": 2, "asked": 0, "held": 0, "restricted": 0, "going": 0, "all": 3,
        }  # fmt: skip
        review(by=cast.analyst, submission_ids=[due.pk], reason="needed")
        assert [each.pk for each in list_retained(cast.analyst, Part.DUE)] == [ending.pk]
    assert later.pk not in listed
