"""What the analysis gave up: named to its own country with the reason, and tried again by one click."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import InboxEvent
from accounts.models import Officer
from evidence.models import Material, Submission
from evidence.retrying import MOST_AT_ONCE, retry_all
from icse.common.models import OutboxMessage
from media_analysis.models import PipelineRun, RunState
from media_analysis.queries.progress import material_state
from media_analysis.services.runs import MAX_ATTEMPTS, begin_run, finish_run, spoil
from tests.cast import Cast
from tests.conftest import ServedSwitch
from tests.desk import Desk
from tests.factories.evidence import SubmissionFactory, submitted

pytestmark = pytest.mark.django_db

REASON = f"Reading this file failed {MAX_ATTEMPTS} times; it is set aside."


def _failed(officer: Officer, **fields: object) -> Submission:
    """Hand a file in and have its analysis fail as often as it may."""
    material = submitted(officer, analyzed_at=None, **fields)
    _fail(material)
    return material.submissions.get()


def _fail(material: Material) -> None:
    run = begin_run(material.pk, urgent=False)
    assert run is not None
    while spoil(run, "decoder_died"):
        pass


def _signed_in(officer: Officer) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def _page(officer: Officer) -> str:
    return _signed_in(officer).get(reverse("set_aside")).content.decode()


def _retried(officer: Officer, submission: Submission) -> int:
    return _signed_in(officer).post(reverse("retry", args=[submission.pk])).status_code


def _ordered(submission: Submission) -> int:
    orders = OutboxMessage.objects.filter(task="media_analysis.analyze")
    return orders.filter(arguments__material_id=str(submission.material_id)).count()


def test_whole_country_reads_what_was_set_aside_and_why(cast: Cast) -> None:
    _failed(cast.owner, file_name="torn.jpg", source_path="disk 1/torn.jpg")
    page = _page(cast.colleague)

    assert "torn.jpg" in page
    assert "disk 1/torn.jpg" in page
    assert REASON in page


def test_other_countries_read_nothing_of_it_however_it_is_shared(cast: Cast) -> None:
    _failed(cast.owner, file_name="torn.jpg", sharing="members")

    assert "torn.jpg" not in _page(cast.partner)
    assert "Nothing is set aside" in _page(cast.partner)


def test_upload_page_counts_them(cast: Cast) -> None:
    before = _signed_in(cast.owner).get(reverse("upload")).content.decode()
    _failed(cast.owner)
    after = _signed_in(cast.owner).get(reverse("upload")).content.decode()

    assert "set aside" not in before
    assert "1 set aside" in after


def test_batch_says_that_the_rest_is_set_aside(cast: Cast) -> None:
    batch = uuid4()
    submitted(cast.owner, batch=batch)
    _failed(cast.owner, batch=batch)
    page = _signed_in(cast.owner).get(reverse("batch", args=[batch])).content.decode()

    assert "1 of 2 files are analyzed, the rest is set aside." in page


def test_file_that_is_tried_again_has_all_its_attempts_and_waits(cast: Cast) -> None:
    submission = _failed(cast.owner)
    status = _retried(cast.colleague, submission)
    waits = material_state(cast.owner, submission.material_id)
    run = begin_run(submission.material_id, urgent=False)

    assert status == 302
    assert _ordered(submission) == 1
    assert waits != RunState.QUARANTINED
    assert run is not None
    assert (run.starts, run.attempts, run.state) == (1, 0, RunState.ANALYZING)


def test_what_is_read_at_last_is_through(cast: Cast) -> None:
    submission = _failed(cast.owner)
    _retried(cast.owner, submission)
    run = begin_run(submission.material_id, urgent=False)
    assert run is not None
    finish_run(run)

    assert material_state(cast.owner, submission.material_id) == RunState.DONE
    assert PipelineRun.objects.get().failure_message == ""


def test_what_fails_again_is_set_aside_again(cast: Cast) -> None:
    submission = _failed(cast.owner, file_name="torn.jpg")
    _retried(cast.owner, submission)
    is_gone = "torn.jpg" not in _page(cast.owner).partition("<table")[2]
    _fail(submission.material)

    assert is_gone
    assert REASON in _page(cast.owner)


def test_asking_twice_is_one_order(cast: Cast) -> None:
    submission = _failed(cast.owner)
    statuses = [_retried(cast.owner, submission) for _ in range(2)]

    assert statuses == [302, 302]
    assert _ordered(submission) == 1


def test_what_was_not_set_aside_is_left_as_it_is(cast: Cast) -> None:
    submission = submitted(cast.owner).submissions.get()

    assert _retried(cast.owner, submission) == 302
    assert _ordered(submission) == 0
    assert material_state(cast.owner, submission.material_id) == RunState.DONE


def test_only_the_country_that_handed_it_in_tries_again(cast: Cast) -> None:
    shared, national = _failed(cast.owner, sharing="members"), _failed(cast.owner)

    assert _retried(cast.partner, shared) == 403
    assert _retried(cast.partner, national) == _retried(cast.national_administrator, national) == 404
    assert not OutboxMessage.objects.filter(task="media_analysis.analyze").exists()


def test_other_countries_wait_for_nothing_when_one_tries_again(cast: Cast) -> None:
    """Else a file that goes from set aside to waiting would tell them that somebody else holds it."""
    own = _failed(cast.owner)
    foreign = SubmissionFactory.create(
        material=own.material, officer=cast.partner, analyzed_at=None, set_aside_at=timezone.now()
    )
    _retried(cast.owner, own)
    begin_run(own.material_id, urgent=False)

    assert material_state(cast.partner, foreign.material_id) == RunState.QUARANTINED
    assert REASON in _page(cast.partner)


def test_all_of_the_country_are_tried_again_at_once(cast: Cast) -> None:
    own = [_failed(cast.owner), _failed(cast.colleague)]
    foreign = _failed(cast.partner)
    answer = _signed_in(cast.owner).post(reverse("retry_all"), follow=True)

    assert "2 files will be analyzed again." in answer.content.decode()
    assert [_ordered(each) for each in [*own, foreign]] == [1, 1, 0]


def test_one_order_has_a_limit_and_takes_the_earliest_first(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, as_app: ServedSwitch
) -> None:
    first, second = _failed(cast.owner), _failed(cast.owner)
    monkeypatch.setattr("evidence.retrying.MOST_AT_ONCE", 1)
    with as_app(cast.owner):
        number = retry_all(by=cast.owner)

    assert MOST_AT_ONCE > 1
    assert number == 1
    assert [_ordered(first), _ordered(second)] == [1, 0]


def test_each_is_on_record(cast: Cast) -> None:
    submission = _failed(cast.owner)
    _retried(cast.colleague, submission)
    event = InboxEvent.objects.get(act="submission.retried")

    assert event.officer_id == cast.colleague.pk
    assert set(event.objects_named) == {submission.pk, submission.material_id}


def test_damaged_file_is_named_and_tried_again_by_the_real_decoder(
    cast: Cast, desk: Desk, valkey_server: str
) -> None:
    material = desk.hand_in(cast.owner, b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(2000))
    outcomes = desk.work_off()
    failed = "drawn.jpg" in _page(cast.owner)
    _retried(cast.owner, material.submissions.get())
    again = desk.work_off()

    assert outcomes
    assert failed
    assert again
    assert material_state(cast.owner, material.pk) == RunState.QUARANTINED
