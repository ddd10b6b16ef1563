"""The life of a run: begun once, counted before the work, set aside after three failures."""

import pytest
from django.db import connection, connections
from django.utils import timezone

from evidence.models import Material, Submission
from icse.common.models import OutboxMessage
from media_analysis.models import PipelineRun, RunState
from media_analysis.services.runs import (
    MAX_ATTEMPTS,
    MAX_STARTS,
    Hold,
    begin_run,
    finish_run,
    holding,
    order,
    set_aside,
    spoil,
)
from tests.cast import Cast
from tests.factories.evidence import SubmissionFactory, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(cast: Cast) -> Material:
    """Return a material that was handed in and not analyzed yet."""
    return submitted(cast.owner, analyzed_at=None)


def begun(material: Material) -> PipelineRun:
    """Begin the material's run."""
    run = begin_run(material.pk, urgent=False)
    assert run is not None
    return run


def test_start_is_counted_before_the_work(waiting: Material) -> None:
    """A worker that dies leaves its start behind."""
    begun(waiting)
    begun(waiting)

    run = PipelineRun.objects.get(pk=waiting.pk)
    assert (run.state, run.starts, run.attempts) == (RunState.ANALYZING, 2, 0)


def test_finished_run_begins_again_only_for_somebody_who_waits(cast: Cast, waiting: Material) -> None:
    """A second delivery of a task finds nothing to do; a country's first sight is analyzed as if new."""
    finish_run(begun(waiting))
    assert begin_run(waiting.pk, urgent=False) is None

    SubmissionFactory(material=waiting, officer=cast.partner, analyzed_at=None)

    assert begun(waiting).starts == 1


def test_finishing_shows_every_waiting_submission_as_analyzed(cast: Cast, waiting: Material) -> None:
    """Those analyzed before keep their own date."""
    early = timezone.now().replace(year=2020)
    SubmissionFactory(material=waiting, officer=cast.partner, analyzed_at=early)

    finish_run(begun(waiting))

    dates = Submission.objects.filter(material=waiting).order_by("analyzed_at")
    assert [submission.analyzed_at == early for submission in dates] == [True, False]


def test_third_failure_sets_the_file_aside(waiting: Material) -> None:
    """Two failures may be tried again, the third may not."""
    run = begun(waiting)

    answers = [spoil(run, "decoder_died") for _ in range(MAX_ATTEMPTS)]

    run.refresh_from_db()
    assert answers == [True, True, False]
    assert (run.state, run.failure_reason) == (RunState.QUARANTINED, "decoder_died")


def test_file_that_costs_too_many_workers_is_set_aside(waiting: Material) -> None:
    """Lost workers are no fault of the file, until they are too many."""
    for _ in range(MAX_STARTS):
        begun(waiting)

    assert begin_run(waiting.pk, urgent=False) is None
    assert PipelineRun.objects.get(pk=waiting.pk).state == RunState.QUARANTINED


def test_file_set_aside_is_left_alone(waiting: Material) -> None:
    """A late task does not take it up again once nobody waits."""
    set_aside(begun(waiting), "damaged", "This file is damaged and cannot be read.")
    Submission.objects.update(analyzed_at=timezone.now())

    assert begin_run(waiting.pk, urgent=False) is None


def test_next_step_keeps_the_place_in_the_queue(waiting: Material) -> None:
    """What follows urgent work is urgent too."""
    begin_run(waiting.pk, urgent=False)
    run = begin_run(waiting.pk, urgent=True)
    assert run is not None

    order("media_analysis.match", run, queue="match")

    assert OutboxMessage.objects.get(task="media_analysis.match").priority == 0


def test_run_is_held_by_one_worker(waiting: Material) -> None:
    """A second connection cannot take what the first one holds, and can once it lets go."""
    key = [0x1C5E, waiting.pk.int % (1 << 31)]
    other = connections.create_connection("default")
    try:
        with holding(waiting.pk, Hold.TRY) as is_mine, other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
            assert (is_mine, cursor.fetchone()) == (True, (False,))
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
            assert cursor.fetchone() == (True,)
        with holding(waiting.pk, Hold.TRY) as is_mine:
            assert not is_mine
    finally:
        other.close()
    assert connection.is_usable()
