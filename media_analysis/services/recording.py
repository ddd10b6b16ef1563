"""Run one analyzer and keep what it found: an analysis row and its signals, in one transaction."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from evidence.errors import FileUnavailable
from media_analysis.engine.decoding.errors import DecodeError
from media_analysis.models import Analysis, AnalysisState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

logger = logging.getLogger(__name__)

FAILED = "This analyzer could not finish; the others did. The fault was noted."


@dataclass(frozen=True, slots=True)
class Step:
    """One analyzer at work on one material or segment.

    `look` does the work outside any transaction; `keep` writes what it returned and sums it up as JSON.
    """

    analyzer: str
    version: str
    look: Callable[[], Any]
    keep: Callable[[Analysis, Any], dict[str, Any]]
    segment: int = 0


def plan(material_id: UUID, analyzers: Iterable[tuple[str, str]], *, segments: Iterable[int] = (0,)) -> None:
    """Note what is to be done, so that progress can be shown before it begins.

    Analyzers come as (name, version). What was done for an earlier submission is planned anew.
    """
    numbers, now = list(segments), timezone.now()
    Analysis.objects.bulk_create(
        [
            Analysis(material_id=material_id, analyzer=name, version=version, segment=segment, planned_at=now)
            for name, version in analyzers
            for segment in numbers
        ],
        update_conflicts=True,
        unique_fields=("material", "analyzer", "version", "segment"),
        update_fields=("planned_at",),
    )


def take(material_id: UUID, step: Step) -> Analysis:
    """Run a step and commit its rows; a step that is done already is looked at again but not rewritten.

    Looking again costs a first sight of known material what a new file costs, so that time tells nothing.

    Raises:
        DecodeError: The file, not the analyzer, is at fault.
        FileUnavailable, OSError: Neither is: the store, a disk or the keys are.
    """
    analysis, _ = Analysis.objects.get_or_create(
        material_id=material_id, analyzer=step.analyzer, version=step.version, segment=step.segment
    )
    began = time.monotonic()
    try:
        found = step.look()
        if analysis.state == AnalysisState.DONE:
            _look_at_again(analysis)
        else:
            _keep(analysis, step, found, began)
    except (DecodeError, FileUnavailable, OSError):
        raise
    except Exception:
        logger.exception("%s failed on material %s", step.analyzer, material_id)
        if analysis.state == AnalysisState.DONE:
            _look_at_again(analysis)
        else:
            _close(analysis, AnalysisState.FAILED, began, error=FAILED)
    return analysis


def _look_at_again(analysis: Analysis) -> None:
    """Count the step for those who wait; who had the result before keeps it, even where this look failed."""
    analysis.finished_at = timezone.now()
    analysis.save(update_fields=["finished_at"])


def _keep(analysis: Analysis, step: Step, found: Any, began: float) -> None:
    with transaction.atomic():
        result = step.keep(analysis, found)
        _forget_older(analysis)
        _close(analysis, AnalysisState.DONE, began, result=result)


def _forget_older(analysis: Analysis) -> None:
    """Drop what other versions of the analyzer found: vectors and hashes of two versions are never mixed."""
    Analysis.objects.filter(
        material=analysis.material_id, analyzer=analysis.analyzer, segment=analysis.segment
    ).exclude(pk=analysis.pk).delete()


def _close(analysis: Analysis, state: AnalysisState, began: float, **fields: Any) -> None:
    analysis.state = state
    analysis.duration_ms = round((time.monotonic() - began) * 1000)
    analysis.finished_at = timezone.now()
    for name, value in fields.items():
        setattr(analysis, name, value)
    analysis.save()
