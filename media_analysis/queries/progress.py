"""How far the machines are, as the asker may know it: from their own submissions, never the shared row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, F, Max, Min, Q

from evidence.models import Submission
from evidence.queries import origins
from media_analysis.models import Analysis, AnalysisState, PipelineRun, RunState
from media_analysis.querysets import LOOKED_AT

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from accounts.models import Officer
    from evidence.queries import Origin

FINISHED = (AnalysisState.DONE, AnalysisState.SKIPPED, AnalysisState.FAILED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one material is; steps count analyzers and segments, `failure` is worded for the officer."""

    state: str
    steps_done: int = 0
    steps: int = 0
    failure: str = ""

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen by itself."""
        return self.state in (RunState.DONE, RunState.QUARANTINED)


WAITING = Progress(RunState.RECEIVED)


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far the files of one upload are, counted."""

    files: int = 0
    done: int = 0
    set_aside: int = 0
    urgent: int = 0
    by_verdict: dict[str, int] = field(default_factory=dict)
    began_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether every file is analyzed or set aside."""
        return self.done + self.set_aside >= self.files


def progress_of(officer: Officer, material_ids: Collection[UUID]) -> dict[UUID, Progress]:
    """Return the progress of each material that the officer may see, in three queries for any number."""
    return progress_from(origins(officer, material_ids))


def progress_from(earliest: dict[UUID, Origin]) -> dict[UUID, Progress]:
    """Return the progress of materials whose earliest visible submissions were read already."""
    origin_of = {pk: origin.submission for pk, origin in earliest.items()}
    unfinished = [pk for pk, submission in origin_of.items() if submission.analyzed_at is None]
    runs = PipelineRun.objects.in_bulk(unfinished)
    steps = _count_steps(unfinished)
    return {
        pk: _progress(submission, runs.get(pk), steps.get(pk, (0, 0))) for pk, submission in origin_of.items()
    }


def _progress(submission: Submission, run: PipelineRun | None, steps: tuple[int, int]) -> Progress:
    """Say how far a submission's own analysis is: a run that began before it was for somebody else."""
    if submission.analyzed_at is not None:
        return Progress(RunState.DONE)
    if run is None or run.started_at is None:
        return WAITING
    if submission.set_aside_at is not None:
        return Progress(RunState.QUARANTINED, failure=run.failure_message)
    if run.started_at < submission.waits_since:
        return WAITING
    return Progress(RunState.ANALYZING, *steps)


def failures_of(material_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return why each material was set aside last; the caller has found their submissions set aside."""
    failed = PipelineRun.objects.filter(pk__in=material_ids).exclude(failure_message="")
    return dict(failed.values_list("pk", "failure_message"))


def _count_steps(material_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return how many steps of the present run are over, and how many it has planned so far."""
    rows = (
        Analysis.objects.filter(
            material__in=material_ids, planned_at__gte=F("material__pipeline_run__started_at")
        )
        .values("material")
        .annotate(all=Count("pk"), over=Count("pk", filter=LOOKED_AT))
    )
    return {row["material"]: (row["over"], row["all"]) for row in rows}


def material_state(officer: Officer, material_id: UUID) -> str:
    """Return `received`, `analyzing`, `done` or `quarantined`, as the officer may know it."""
    return progress_of(officer, [material_id]).get(material_id, WAITING).state


def batch_progress(officer: Officer, batch: UUID) -> BatchProgress:
    """Return how far the officer's own country is with a batch; an unknown batch has no files."""
    mine = Submission.objects.visible_to(officer).of_country_of(officer).filter(batch=batch)
    counted = mine.aggregate(
        files=Count("pk"),
        done=Count("pk", filter=Q(analyzed_at__isnull=False)),
        set_aside=Count("pk", filter=Q(set_aside_at__isnull=False)),
        urgent=Count("pk", filter=Q(priority="urgent")),
        began_at=Min("received_at"),
        ended_at=Max("analyzed_at"),
    )
    verdicts = mine.values_list("verdict").annotate(Count("pk")).order_by("verdict")
    return BatchProgress(**counted, by_verdict=dict(verdicts))


def running_work(officer: Officer) -> tuple[int, int]:
    """Return how many files of the officer's unfinished uploads are through, and how many they hold.

    This is the bar's clock; when everything is through there is nothing to show: (0, 0).
    """
    mine = Submission.objects.visible_to(officer).filter(officer=officer)
    open_files = mine.waiting()
    batches = list(open_files.values_list("batch", flat=True).distinct()[:20])
    if not batches:
        return 0, 0
    counted = mine.filter(batch__in=[batch for batch in batches if batch]).aggregate(
        files=Count("pk"), waiting=Count("pk", filter=Q(analyzed_at=None))
    )
    loose = open_files.filter(batch=None).count()
    return counted["files"] - counted["waiting"], counted["files"] + loose


def list_analyses(material_id: UUID) -> list[Analysis]:
    """Return what analyzers have found on a material that the caller has found visible and through.

    In the order of their names. What is only planned is left out: it would be somebody else's submission.
    """
    finished = Analysis.objects.filter(material=material_id, state__in=FINISHED)
    return list(finished.order_by("analyzer", "segment"))
