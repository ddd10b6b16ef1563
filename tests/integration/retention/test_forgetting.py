"""What machines found on a file that nobody keeps is forgotten, and found again where somebody does."""

from threading import Event, Thread
from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import Officer
from evidence.models import Material, Submission
from evidence.retention.services import keep, restrict
from media_analysis.models import (
    Analysis,
    ExactSignal,
    Match,
    PictureHash,
    PipelineRun,
    SceneFeatures,
    SceneTile,
)
from media_analysis.services.forgetting import RunUnderWay, forget_signals
from media_analysis.services.pipeline import make_proxy, requeue_stalled
from media_analysis.services.runs import begin_run, holding
from series.models import StackMember
from series.tasks import propose, unstack_copy
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.desk import Desk
from tests.factories.evidence import handed_in, submitted
from tests.factories.media_analysis import connect, share_signal
from tests.factories.queues import queues_alive
from tests.hostile.made import photo
from tests.roles import served

pytestmark = pytest.mark.django_db

FOUND = (Analysis, PictureHash, SceneTile, SceneFeatures, PipelineRun)


def shelve(analyst: Officer, *submissions: Submission) -> None:
    with served(analyst):
        restrict(by=analyst, submission_ids=[each.pk for each in submissions], reason="contested")


def counted(material: Material) -> list[int]:
    return [model.objects.filter(material=material).count() for model in FOUND]


@pytest.mark.slow
@pytest.mark.usefixtures("own_store", "own_keys")
def test_everything_is_forgotten_and_found_again(cast: Cast, desk: Desk) -> None:
    material = desk.hand_in(cast.owner, photo("JPEG"))
    copy = desk.hand_in(cast.owner, photo("PNG"))
    desk.work_off()
    before = counted(material)
    assert all(before)
    matched = Match.objects.count() + ExactSignal.objects.count()
    assert matched
    submission = material.submissions.get()

    shelve(cast.analyst, submission)
    assert desk.work_off() == ["True 1"]

    assert counted(material) == [0] * len(FOUND)
    assert not Match.objects.exists()
    assert not ExactSignal.objects.filter(members__material=material).exists()
    assert all(counted(copy))
    with served(cast.analyst):
        keep(by=cast.analyst, submission_ids=[submission.pk], reason="settled")
    desk.work_off()
    assert counted(material) == before
    assert Match.objects.count() + ExactSignal.objects.count() == matched
    submission.refresh_from_db()
    assert submission.analyzed_at is not None


def test_nothing_is_forgotten_of_what_somebody_keeps(cast: Cast, as_engine: RoleSwitch) -> None:
    mine = handed_in(cast.owner)
    handed_in(cast.partner, material=mine.material)
    connect(mine.material, submitted(cast.owner))
    shelve(cast.analyst, mine)
    with as_engine():
        assert not forget_signals(mine.material_id)
    assert Match.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_under_way_is_not_waited_for(cast: Cast) -> None:
    """It would hold up the worker's other work; the task comes again in a moment."""
    submission = handed_in(cast.owner)
    shelve(cast.analyst, submission)

    def run() -> None:
        with holding(submission.material_id):
            is_held.set()
            may_end.wait(20)
        connection.close()

    is_held, may_end = Event(), Event()
    thread = Thread(target=run)
    thread.start()
    try:
        assert is_held.wait(20)
        with pytest.raises(RunUnderWay):
            forget_signals(submission.material_id)
    finally:
        may_end.set()
        thread.join()
    assert forget_signals(submission.material_id)


def test_nobody_works_on_what_is_restricted(cast: Cast, as_engine: RoleSwitch, valkey_server: str) -> None:
    queues_alive()
    submission = handed_in(cast.owner, analyzed_at=None)
    shelve(cast.analyst, submission)
    with as_engine():
        assert begin_run(submission.material_id, urgent=False) is None
        assert requeue_stalled() == 0
    assert not PipelineRun.objects.exists()


def test_an_order_for_what_is_gone_comes_to_nothing(as_engine: RoleSwitch) -> None:
    gone = uuid4()
    with as_engine():
        assert begin_run(gone, urgent=False) is None
        assert make_proxy(gone) == "skipped"
        assert forget_signals(gone)
        assert unstack_copy(material_id=str(gone)) == 0


def test_copies_find_one_another_without_their_hub(cast: Cast, as_engine: RoleSwitch) -> None:
    small, large, twin = (submitted(cast.owner, material__width=width) for width in (100, 900, 800))
    for one, other in ((small, large), (large, twin), (small, twin)):
        connect(one, other)
    share_signal(ExactSignal.Kind.PIXELS, "same pixels", small, large, twin)
    with as_engine():
        for each in (small, twin):
            propose(material_id=str(each.pk))
    assert set(StackMember.objects.values_list("stack", flat=True)) == {large.pk}

    shelve(cast.analyst, large.submissions.get())
    with as_engine():
        forget_signals(large.pk)
        assert unstack_copy(material_id=str(large.pk)) == 2

    stacked = dict(StackMember.objects.values_list("material", "stack"))
    assert stacked.keys() == {small.pk, twin.pk}
    assert len(set(stacked.values())) == 1


def test_a_copy_alone_with_its_hub_leaves_no_stack(cast: Cast, as_engine: RoleSwitch) -> None:
    one, other = submitted(cast.owner, material__width=900), submitted(cast.owner)
    connect(one, other)
    with as_engine():
        propose(material_id=str(other.pk))
    shelve(cast.analyst, other.submissions.get())
    with as_engine():
        forget_signals(other.pk)
        unstack_copy(material_id=str(other.pk))
    assert not StackMember.objects.exists()
