"""From a received file to its matches: what a task does, apart from being one."""

from __future__ import annotations

import logging
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from evidence.errors import FileUnavailable
from evidence.models import Derivative, Kind, Material, Priority, Submission
from evidence.objects import lent_original
from icse.common.jobs import Urgency, waiting_in
from media_analysis.engine.decoding.errors import AttemptFailed, DecodeError, Refused
from media_analysis.models import PipelineRun, RunState
from media_analysis.services.matching import match_all_signals
from media_analysis.services.runs import (
    OVER,
    Hold,
    begin_run,
    finish_run,
    forget_start,
    holding,
    is_held,
    order,
    set_aside,
    spoil,
)
from media_analysis.services.scanning import ScannerAway, scan
from media_analysis.services.stills import analyze_still
from media_analysis.services.videos import analyze_segment, is_complete, keep_proxy, plan_video

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

logger = logging.getLogger(__name__)

REQUEUE_BATCH = 200
STALLED_AFTER = timedelta(seconds=20)
"""A run that nobody holds and nothing waits for since then has lost its task."""


class Outcome(StrEnum):
    """How a task ended; what it did stands in the rows."""

    DONE = "done"
    SKIPPED = "skipped"
    AGAIN = "again"
    SET_ASIDE = "set aside"


def analyze(material_id: UUID, *, urgent: bool) -> Outcome:
    """Analyze a photo, or plan a video, and ask for what comes next."""
    with holding(material_id, Hold.TRY) as is_mine:
        run = begin_run(material_id, urgent=urgent) if is_mine else None
        if run is None:
            return Outcome.SKIPPED
        material = Material.objects.get(pk=material_id)
        if material.kind == Kind.PHOTO:
            return _guarded(run, lambda: _still(run, material))
        return _guarded(run, lambda: _video(run, material))


def _video(run: PipelineRun, material: Material) -> None:
    with lent_original(material) as file:
        scan(file)
    plan_video(run, material)


def _still(run: PipelineRun, material: Material) -> None:
    with lent_original(material) as file:
        scan(file)
        analyze_still(material, file)
    with transaction.atomic():
        order("media_analysis.match", run, queue="match")


def segment(material_id: UUID, number: int) -> Outcome:
    """Analyze one segment of a video; the last one to end asks for the matching."""
    with holding(material_id, Hold.SHARE):
        run = _open_run(material_id)
        if run is None:
            return Outcome.SKIPPED
        return _guarded(run, lambda: _segment(run, number))


def _open_run(material_id: UUID) -> PipelineRun | None:
    return PipelineRun.objects.filter(pk=material_id, state=RunState.ANALYZING).first()


def _segment(run: PipelineRun, number: int) -> None:
    material = Material.objects.get(pk=run.material_id)
    with lent_original(material) as file:
        analyze_segment(material, file, number)
    with transaction.atomic():
        run = PipelineRun.objects.select_for_update().get(pk=run.pk)
        if is_complete(run):
            order("media_analysis.match", run, queue="match")


def match(material_id: UUID) -> Outcome:
    """Look up everything that was found on a material and close its run.

    What comes before all is found, as an order of a former run may that was delivered late, does nothing.
    """
    with holding(material_id):
        run = _open_run(material_id)
        if run is None or not is_complete(run):
            return Outcome.SKIPPED
        match_all_signals(material_id)
        with transaction.atomic():
            finish_run(run)
            # Milliseconds of work: behind the matching of a whole batch it would come far too late.
            order("series.propose", run, queue="query")
    return Outcome.DONE


def _guarded(run: PipelineRun, work: Callable[[], None]) -> Outcome:
    try:
        work()
    except Refused as refusal:
        set_aside(run, refusal.reason, refusal.message)
        return Outcome.SET_ASIDE
    except (ScannerAway, FileUnavailable, OSError) as away:
        # It waits and is asked for again; the start does not count against the file.
        logger.warning("Material %s waits: %s", run.material_id, away)
        forget_start(run)
        return Outcome.AGAIN
    except AttemptFailed as failure:
        logger.warning("The decoder did not come to an end with material %s: %s", run.material_id, failure)
        if not spoil(run, failure.reason):
            return Outcome.SET_ASIDE
        with transaction.atomic():
            order("media_analysis.analyze", run, urgent=run.priority == Urgency.URGENT)
        return Outcome.AGAIN
    return Outcome.DONE


def requeue_stalled() -> int:
    """Ask again for what lost its task with a worker or a broker, once the queues are empty; return how many.

    Asking once too often changes nothing: a run is held by one worker, and rows are written once.
    """
    if any(waiting_in(queue) for queue in ("analyze", "match")):
        return 0
    since = timezone.now() - STALLED_AFTER
    lost = [run for run in _unfinished(since) if not is_held(run.material_id)]
    for run in lost:
        _ask_again(run)
    return len(lost) + _begin_forgotten(since)


def _unfinished(since: datetime) -> list[PipelineRun]:
    runs = PipelineRun.objects.filter(
        state__in=(RunState.RECEIVED, RunState.ANALYZING), queued_at__lt=since
    ).exclude(started_at__gt=since)
    return list(runs.order_by("priority", "queued_at")[:REQUEUE_BATCH])


def _begin_forgotten(since: datetime) -> int:
    """Open runs for submissions whose very first task was lost, or that of a material analyzed before."""
    is_over = Q(material__pipeline_run__state__in=OVER, material__pipeline_run__queued_at__lt=since)
    waiting = (
        Submission.objects.waiting()
        .filter(Q(material__pipeline_run=None) | is_over, waits_since__lt=since)
        .values_list("material_id", "priority")
    )
    forgotten = dict(waiting[:REQUEUE_BATCH])
    for material_id, priority in forgotten.items():
        urgency = Urgency.URGENT if priority == Priority.URGENT else Urgency.ROUTINE
        run, _ = PipelineRun.objects.get_or_create(material_id=material_id, defaults={"priority": urgency})
        _ask_again(run)
    return len(forgotten)


def _ask_again(run: PipelineRun) -> None:
    with transaction.atomic():
        PipelineRun.objects.filter(pk=run.pk).update(queued_at=timezone.now())
        order("media_analysis.analyze", run, urgent=run.priority == Urgency.URGENT)


def make_proxy(material_id: UUID) -> Outcome:
    """Make a video that browsers play of one that they do not; the original stays what it is."""
    material = Material.objects.filter(pk=material_id).first()
    if material is None:  # disposed of since it was asked for
        return Outcome.SKIPPED
    if material.derivatives.filter(kind=Derivative.Kind.PROXY).exists():
        return Outcome.SKIPPED
    try:
        keep_proxy(material)
    except DecodeError:
        logger.warning("No proxy could be made of material %s.", material_id)
        return Outcome.SET_ASIDE
    return Outcome.DONE
