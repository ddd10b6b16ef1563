"""The life of a pipeline run: begun, spoilt, set aside or done; each step safe to take twice.

A run belongs to whoever holds its advisory lock. PostgreSQL gives the lock back the moment a worker's
connection is gone, so that a killed worker holds nothing up and two deliveries never work side by side.
"""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F, Min
from django.utils import timezone

from evidence.models import Submission, Verdict
from evidence.queries import watchers_of
from icse.common.hints import send_hints
from icse.common.jobs import Urgency, enqueue
from media_analysis.models import PipelineRun, RunState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from evidence.querysets import SubmissionQuerySet

OVER = (RunState.DONE, RunState.QUARANTINED)

MAX_ATTEMPTS = 3
"""So often may a file bring the decoder down before it is set aside."""

MAX_STARTS = 10
"""So often may a worker be lost over a file, for whatever reason."""

_LOCK_SPACE = 0x1C5E


class Hold(StrEnum):
    """How a run is held: tried for, waited for, or shared by the segments of one video."""

    TRY = "pg_try_advisory_lock"
    WAIT = "pg_advisory_lock"
    SHARE = "pg_advisory_lock_shared"


_RELEASE = {
    Hold.TRY: "pg_advisory_unlock",
    Hold.WAIT: "pg_advisory_unlock",
    Hold.SHARE: "pg_advisory_unlock_shared",
}


@contextmanager
def holding(material_id: UUID, how: Hold = Hold.WAIT) -> Iterator[bool]:
    """Hold the material's run for the block; yields False where it was tried for and another has it."""
    key = [_LOCK_SPACE, material_id.int % (1 << 31)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(%s, %s)", key)
        (answer,) = cursor.fetchone()
        is_held = answer is not False
        try:
            yield is_held
        finally:
            if is_held:
                cursor.execute(f"SELECT {_RELEASE[how]}(%s, %s)", key)


def begin_run(material_id: UUID, *, urgent: bool) -> PipelineRun | None:
    """Count a start, before the work, and return the run; None where nothing is left to do.

    A run that is done begins again only for a submission that waits for an analysis of its own. What nobody
    keeps any more, or only under restriction, is not worked with.
    """
    if not Submission.objects.kept().filter(material=material_id).exists():
        return None
    with transaction.atomic():
        run, _ = PipelineRun.objects.select_for_update().get_or_create(
            material_id=material_id, defaults={"priority": _urgency(urgent=urgent)}
        )
        if run.state in OVER and not _waiting(material_id).exists():
            return None
        if run.state in OVER:
            run.starts = run.attempts = 0
        run.starts += 1
        run.priority = min(run.priority, _urgency(urgent=urgent))
        run.state = RunState.ANALYZING
        run.started_at = timezone.now()
        run.save()
    if run.starts > MAX_STARTS:
        set_aside(run, "worker_lost", "The analysis of this file was interrupted too often.")
        return None
    return run


def _urgency(*, urgent: bool) -> Urgency:
    return Urgency.URGENT if urgent else Urgency.ROUTINE


def _waiting(material_id: UUID) -> SubmissionQuerySet:
    return Submission.objects.waiting().filter(material=material_id)


def _served(run: PipelineRun) -> SubmissionQuerySet:
    """Return the submissions that a run has been for: those that waited when it began.

    Who handed the file in since without knowing of it waits for a run of their own, as for a new file;
    who knew of it waits with those whom they knew of.
    """
    waiting = _waiting(run.material_id)
    sights = waiting.filter(verdict=Verdict.NEW, waits_since__gt=run.started_at)
    first = sights.aggregate(Min("waits_since"))["waits_since__min"]
    return waiting if first is None else waiting.filter(waits_since__lt=first)


def spoil(run: PipelineRun, reason: str) -> bool:
    """Count an attempt that the file itself spoilt; return whether another one may be made."""
    PipelineRun.objects.filter(pk=run.pk).update(attempts=F("attempts") + 1)
    run.refresh_from_db(fields=["attempts"])
    if run.attempts < MAX_ATTEMPTS:
        return True
    set_aside(run, reason, f"Reading this file failed {MAX_ATTEMPTS} times; it is set aside.")
    return False


def forget_start(run: PipelineRun) -> None:
    """Take back a start that came to nothing for a reason that is not the file's."""
    PipelineRun.objects.filter(pk=run.pk, starts__gt=0).update(starts=F("starts") - 1)


def set_aside(run: PipelineRun, reason: str, message: str) -> None:
    """Quarantine a file, named as such on the screen, so that it holds nobody up."""
    now = timezone.now()
    with _closing(run):
        _served(run).update(set_aside_at=now)
        PipelineRun.objects.filter(pk=run.pk).update(
            state=RunState.QUARANTINED,
            failure_reason=reason,
            failure_message=message[:300],
            finished_at=now,
        )


def finish_run(run: PipelineRun) -> None:
    """Close a run whose matches are found; what was waiting for it now shows as analyzed.

    What was set aside and can be read after all is shown to those who had given it up, too.
    """
    now = timezone.now()
    with _closing(run):
        _served(run).update(analyzed_at=now)
        given_up = Submission.objects.filter(material=run.material_id, set_aside_at__isnull=False)
        given_up.update(analyzed_at=now, set_aside_at=None)
        PipelineRun.objects.filter(pk=run.pk).update(
            state=RunState.DONE, failure_reason="", failure_message="", finished_at=now
        )


@contextmanager
def _closing(run: PipelineRun) -> Iterator[None]:
    """Close a run in the block: tell those who waited for it, and begin anew for those who still wait."""
    with transaction.atomic():
        waited = set(watchers_of(run.material_id))
        yield
        tell(waited - set(watchers_of(run.material_id)))
        if _waiting(run.material_id).exists():
            order("media_analysis.analyze", run, urgent=run.priority == Urgency.URGENT)


def tell(officers: Iterable[UUID]) -> None:
    """Hint to those who wait for a material that its analysis has moved on, once that is committed."""
    transaction.on_commit(lambda: send_hints(officers, "progress"))


def order(task: str, run: PipelineRun, *, queue: str = "analyze", **arguments: object) -> None:
    """Ask for the next step of a run, at the run's own place in the queue."""
    enqueue(task, queue=queue, urgency=Urgency(run.priority), material_id=str(run.material_id), **arguments)


def is_held(material_id: UUID) -> bool:
    """Tell whether some worker holds the material's run at this moment."""
    with holding(material_id, Hold.TRY) as is_mine:
        return not is_mine
