"""What a worker does with an archive that arrived: enter what lies in it, in its officer's name.

The worker belongs to the engine, which hands in nothing by itself. Two functions of the database let it enter
members of an archive that waits for that, as its officer said of it when it arrived, and nothing else.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from evidence.errors import DayFull, FileEmpty
from evidence.formats import HEAD_BYTES, recognise
from evidence.keys import key_holder
from evidence.quotas import check_room
from evidence.receiving import Receiver
from evidence.services import as_label, content_of, lock_digest, order_analysis, stored
from evidence.store import store
from evidence.uploads.models import KEPT, Upload
from evidence.uploads.parts import parts
from icse.common.errors import DomainError
from icse.common.ids import new_id
from icse.common.jobs import Urgency, enqueue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from evidence.receiving import ReceivedFile
    from icse.common.sealing import SealedFile

MAX_ATTEMPTS: Final = 3
"""So often is an archive begun without anything coming out of it before it is refused."""

STALLED_AFTER: Final = timedelta(minutes=10)
"""An archive of which nothing was heard for so long is asked for again."""

_PIECE: Final = 1024 * 1024
_FULL: Final = {"officer_full": "You have", "country_full": "Your country has"}
"""What the database says instead of a verdict, in the order of the limits that it is told."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that waits to be unpacked; `entered` of its members are entered or refused already."""

    id: UUID
    country_id: UUID
    file: SealedFile
    entered: int
    is_last_attempt: bool


@contextmanager
def holding_archive(upload_id: UUID) -> Iterator[bool]:
    """Hold an archive for the block; yields False where another worker has it."""
    key = [f"unpack {upload_id}"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", key)
        (is_mine,) = cursor.fetchone()
        try:
            yield is_mine
        finally:
            if is_mine:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", key)


def begin_unpacking(upload_id: UUID) -> Archive | None:
    """Count a start, before the work; None where nothing is left to do.

    An archive over which workers were lost too often is refused here.
    """
    with transaction.atomic():
        waiting = Upload.objects.filter(pk=upload_id, state=Upload.State.UNPACKING)
        found = waiting.select_for_update().values_list("attempts", "country_id", "wrapped_key").first()
        if found is None:
            return None
        attempts, country_id, wrapped_key = found
        if attempts < MAX_ATTEMPTS:
            waiting.update(attempts=F("attempts") + 1, expires_at=timezone.now() + KEPT)
            entered = Upload.objects.filter(archive=upload_id).count()
            file = parts().whole(upload_id, key_holder().unwrap(wrapped_key, country_id))
            return Archive(upload_id, country_id, file, entered, attempts + 1 == MAX_ATTEMPTS)
    conclude_archive(upload_id, reason="given_up", message="Reading this archive failed several times.")
    return None


def enter_member(archive: Archive, number: int, name: str, content: BinaryIO, size: int) -> None:
    """Make a submission of a member, or a refusal; one that was entered before stays as it is.

    Raises:
        DayFull: The officer or the country has handed in as much as it may today.
        StorageFull: There is no room for it.
    """
    check_room(size)
    try:
        _check_head(content, size)
        received = _receive(name, content)
    except DomainError as refusal:
        refuse_member(archive, number, name, size, reason=refusal.reason, message=refusal.message)
        return
    try:
        _enter(archive, number, name, received)
    finally:
        received.discard()


def _check_head(content: BinaryIO, size: int) -> None:
    if size == 0:
        raise FileEmpty
    recognise(content.read(HEAD_BYTES), size)
    content.seek(0)


def _receive(name: str, content: BinaryIO) -> ReceivedFile:
    receiver = Receiver(store(), PurePosixPath(name).name)
    try:
        while piece := content.read(_PIECE):
            receiver.write(piece)
        return receiver.finish()
    except BaseException:
        receiver.abandon()
        raise


def _enter(archive: Archive, number: int, name: str, received: ReceivedFile) -> None:
    content = content_of(received, recognise(received.head, received.size))
    ids = [new_id(), new_id(), new_id()]
    limits = [settings.UPLOAD_OFFICER_DAY, settings.UPLOAD_COUNTRY_DAY]
    with transaction.atomic():
        lock_digest(received.sha256)
        with stored(received, archive.country_id) as sealed:
            entered = _row(
                "SELECT verdict, is_first_sight, is_urgent, material_id"
                " FROM uploads_enter_member(%s, %s, %s, %s::jsonb, %s::uuid[], %s)",
                [archive.id, number, as_label(name), json.dumps({**content, **sealed}), ids, limits],
            )
            if entered is not None and entered[0] in _FULL:
                raise DayFull(_FULL[entered[0]], limits[list(_FULL).index(entered[0])])
            if entered is not None and entered[1]:
                order_analysis(entered[3], urgent=entered[2])


def _row(sql: str, values: list[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def refuse_member(archive: Archive, number: int, name: str, size: int, *, reason: str, message: str) -> None:
    """Note of a member why it is no submission; size in bytes."""
    values: list[Any] = [
        archive.id,
        number,
        as_label(name),
        size,
        [new_id(), new_id()],
        reason,
        message[:500],
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT uploads_refuse_member(%s, %s, %s, %s, %s::uuid[], %s, %s)", values)


def conclude_archive(upload_id: UUID, *, reason: str = "", message: str = "") -> None:
    """End an archive: with a reason it is refused as a whole, though what came out of it before stays."""
    state = Upload.State.REFUSED if reason else Upload.State.UNPACKED
    waiting = Upload.objects.filter(pk=upload_id, state=Upload.State.UNPACKING)
    waiting.update(state=state, reason=reason, message=message[:500])
    parts().delete(upload_id)


def order_unpacking(upload_id: UUID, *, urgent: bool = False) -> None:
    """Ask for an archive to be unpacked, inside the caller's transaction."""
    enqueue(
        "media_analysis.unpack",
        queue="analyze",
        urgency=Urgency.URGENT if urgent else Urgency.ROUTINE,
        upload_id=str(upload_id),
    )


def requeue_archives(*, now: datetime | None = None) -> int:
    """Ask again for archives that were lost with a worker or a broker; return how many."""
    heard_before = (now or timezone.now()) + KEPT - STALLED_AFTER
    stalled = Upload.objects.filter(state=Upload.State.UNPACKING, expires_at__lt=heard_before)
    with transaction.atomic():
        lost = list(stalled.select_for_update(skip_locked=True).values_list("pk", flat=True)[:100])
        for upload_id in lost:
            order_unpacking(upload_id)
        Upload.objects.filter(pk__in=lost).update(expires_at=timezone.now() + KEPT)
    return len(lost)
