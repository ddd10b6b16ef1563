"""The end of a submission: what is withdrawn goes, and of what nobody holds any more nothing remains.

All rows go in one transaction, under the lock that receiving the same file takes; its key is among them, so
that what lies in the store, and in every backup of the store, is noise from then on. The bytes themselves go
right after, and a crash between the two is made up for by the next run.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.audit.recording import record_of_machine
from evidence.models import Derivative, Material, Submission
from evidence.retention.models import TAKE_BACK_WITHIN, Disposal, Retention, Standing
from evidence.retention.tombstones import Tombstone
from evidence.services import lock_digest
from evidence.store import Shelf, StoreAway, store
from icse.common.jobs import enqueue

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)

AT_ONCE: Final = 500
"""So many are read at a time."""

RUN_S: Final = 180.0
"""So long one run takes at most; the next one follows ten minutes after its begin."""


@dataclass(frozen=True, slots=True)
class Disposed:
    """What one run did: periods that were over, submissions that went, materials whose bytes are gone."""

    ended: int
    submissions: int
    cleared: int


def dispose(*, now: datetime | None = None) -> Disposed:
    """Withdraw what its period is over for, dispose of what was withdrawn long ago, and clear the store.

    A run twice changes nothing; where the store is away, the bytes wait for it.
    """
    at = now or timezone.now()
    ended = _end_periods(at)
    due = Retention.objects.filter(
        standing=Standing.WITHDRAWN, hold_reason="", withdrawn_at__lte=at - TAKE_BACK_WITHIN
    )
    ends_at, gone, cleared, failed = time.monotonic() + RUN_S, 0, 0, set[UUID]()
    while batch := list(due.exclude(pk__in=failed).values_list("pk", flat=True)[:AT_ONCE]):
        done = {pk for pk in batch if _is_disposed_of(pk)}
        failed |= {*batch} - done
        gone += len(done)
        cleared += clear_store()
        if time.monotonic() > ends_at:
            break
    return Disposed(ended, gone, cleared + clear_store())


def _is_disposed_of(submission_id: UUID) -> bool:
    """Dispose of one; of what cannot go, whatever the reason, the others are not to wait for it."""
    try:
        return dispose_of(submission_id)
    except DatabaseError:
        logger.exception("Submission %s could not be disposed of; it is tried again.", submission_id)
        return False


def _end_periods(at: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM retention_end_periods(%s, %s)", [at.date(), AT_ONCE])
        ended = cursor.fetchall()
        for submission_id, material_id, country_id in ended:
            record_of_machine("retention.period_ended", submission_id, material_id, country_id=country_id)
            enqueue("media_analysis.forget", queue="match", material_id=str(material_id))
    return len(ended)


def dispose_of(submission_id: UUID) -> bool:
    """Dispose of one withdrawn submission; return whether there was one.

    Its rows, all that hangs on it, and its country's key go; the material too if nobody else holds it.
    """
    submission = (
        Submission.objects.filter(pk=submission_id).values_list("material__sha256", flat=True).first()
    )
    if submission is None:
        return False
    with transaction.atomic():
        lock_digest(submission)
        with connection.cursor() as cursor:
            cursor.execute("SELECT retention_dispose(%s)", [submission_id])
            (is_last,) = cursor.fetchone()
        if is_last is not None:
            _record(submission_id)
    if is_last is not None:
        logger.info("Submission %s was disposed of.", submission_id)
    return is_last is not None


def _record(submission_id: UUID) -> None:
    gone = Disposal.objects.get(submission_id=submission_id)
    ids = (gone.submission_id, gone.material_id)
    told = {"sha256": gone.sha256, "cause": gone.cause}
    record_of_machine("submission.disposed", *ids, country_id=gone.country_id, **told)


def clear_store() -> int:
    """Remove from the store what lay there for what was disposed of; return of how many it is all gone.

    A tombstone goes there instead: should the database be lost, it is disposed of once more
    (`tombstones.reapply`).
    """
    cleared = 0
    for disposal in Disposal.objects.filter(cleared_at=None).order_by("pk")[:AT_ONCE]:
        try:
            _clear(disposal)
        except (StoreAway, OSError):
            logger.exception("What was disposed of could not be removed from the store; it is tried again.")
            break
        cleared += 1
    return cleared


def _clear(disposal: Disposal) -> None:
    for shelf, name, _ in disposal.objects_stored:
        with transaction.atomic():
            # The same file may have been handed in anew: then its object is another one.
            lock_digest(name)
            if not _is_held(Shelf(shelf), name):
                store().destroy(Shelf(shelf), name)
    tombstone = Tombstone.of(disposal)
    store().write_record(f"{tombstone.submission}.json", tombstone.line().encode())
    Disposal.objects.filter(pk=disposal.pk).update(cleared_at=timezone.now())


def _is_held(shelf: Shelf, name: str) -> bool:
    if shelf == Shelf.ORIGINALS:
        return Material.objects.filter(sha256=name).exists()
    return Derivative.objects.filter(object_name=name).exists()
