"""Writes: opening a batch, taking a file in piece by piece, making a submission of it once it is whole."""

from __future__ import annotations

import errno
import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.audit.recording import record
from accounts.policies import Permission
from accounts.queries import audience_for
from evidence.errors import FileEmpty, FileTooLarge, StorageFull
from evidence.formats import HEAD_BYTES, is_archive, recognise
from evidence.keys import key_holder
from evidence.models import Priority
from evidence.objects import wrapped_for
from evidence.policies import check_can_submit_material
from evidence.quotas import check_day, check_room
from evidence.receiving import receive_again
from evidence.services import SubmissionDetails, as_label, receive_file
from evidence.store import store
from evidence.uploads.errors import (
    ChecksumMismatch,
    ContentMismatch,
    NotWhole,
    OffsetMismatch,
    Overrun,
    UploadOver,
)
from evidence.uploads.models import KEPT, Batch, Upload
from evidence.uploads.parts import Part, PartGone, parts
from evidence.uploads.policies import check_can_open_upload, check_takes_more
from evidence.uploads.queries import get_own_batch, get_own_upload, on_the_way
from evidence.uploads.unpacking import order_unpacking
from icse.common.errors import DomainError
from icse.common.sealing import SEGMENT, SealBroken, new_key, segment_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from accounts.models import Officer
    from evidence.uploads.protocol import Piece

logger = logging.getLogger(__name__)

_READ: Final = 1024 * 1024
_SYNCED: Final = 64 * 1024 * 1024
"""At the latest after so many bytes of one request they are on the disk and counted."""

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class Body(Protocol):
    """The body of a request: it returns less than was asked for where the connection has broken off."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What is said of a file before it is sent; length in bytes, `sha256` in hex or empty."""

    length: int
    file_name: str
    source_path: str = ""
    modified_at: datetime | None = None
    sha256: str = ""


def open_batch(*, by: Officer, details: SubmissionDetails, files: int = 0, size: int = 0) -> Batch:
    """Open a batch, to which files are then sent; `files` and `size` (bytes) are what is announced of it.

    Raises:
        AccessDenied: The officer's role hands in nothing.
        BadAudience: A group or unit is missing, or is none that the country may name.
    """
    check_can_submit_material(by)
    audience_for(details.sharing, by.unit.country, groups=details.groups, units={*details.units, by.unit_id})
    batch = Batch.objects.create(
        officer=by,
        country_id=by.unit.country_id,
        case_reference=details.case_reference,
        legal_basis=details.legal_basis,
        handling=details.handling,
        priority=details.priority,
        sharing=details.sharing,
        groups=list(details.groups),
        units=list(details.units),
        announced_files=files,
        announced_bytes=size,
    )
    record("batch.opened", batch.pk, by=by, right=Permission.MATERIAL_SUBMIT, files=files, bytes=size)
    return batch


@transaction.atomic
def end_batch(*, by: Officer, batch_id: UUID) -> None:
    """End a batch: what has arrived of its unfinished files is discarded, what was received stays.

    Raises:
        NotFound: The batch is not the officer's.
        BeingSent: One of its files is just being sent.
    """
    batch = get_own_batch(by, batch_id)
    for upload in batch.uploads.open():
        _discard(by, upload)
    if batch.ended_at is None:
        Batch.objects.filter(pk=batch.pk).update(ended_at=timezone.now())
        record("batch.ended", batch.pk, by=by, right=Permission.MATERIAL_SUBMIT)


def open_upload(*, by: Officer, batch_id: UUID, announced: Announced) -> Upload:
    """Begin a file of a batch, before any of its bytes has been sent.

    Raises:
        NotFound: The batch is not the officer's.
        FileEmpty, FileTooLarge, StorageFull: Its length is none that is taken, or there is no room for it.
        AccessDenied, BatchOver, TooManyOpen, DayFull: As `check_can_open_upload`.
    """
    batch = get_own_batch(by, batch_id)
    _check_length(announced.length)
    with transaction.atomic():
        _count_one_by_one(by)
        present = on_the_way()
        check_can_open_upload(by, batch, announced.length, present)
        check_room(announced.length)
        key = new_key()
        upload = Upload.objects.create(
            batch=batch,
            officer=by,
            country_id=by.unit.country_id,
            file_name=as_label(announced.file_name)[:500],
            source_path=as_label(announced.source_path)[:2000],
            modified_at=announced.modified_at,
            length=announced.length,
            sha256=announced.sha256,
            expires_at=timezone.now() + KEPT,
            wrapped_key=wrapped_for(key, by.unit.country_id),
        )
        parts().create(upload.pk, key)
        record("upload.opened", upload.pk, by=by, right=Permission.MATERIAL_SUBMIT, bytes=announced.length)
    return upload


def _check_length(length: int) -> None:
    if length == 0:
        raise FileEmpty
    if length > settings.UPLOAD_LIMIT:
        raise FileTooLarge(settings.UPLOAD_LIMIT)


def _count_one_by_one(by: Officer) -> None:
    """Let what a country has on its way be counted and added to by one request at a time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"uploads {by.unit.country_id}"]
        )


def standing_of(*, by: Officer, upload_id: UUID) -> Upload:
    """Return an upload with the offset at which its sender goes on.

    Where the disk holds less than was noted, which no honest disk does, the offset is set back and an
    incident is logged: the sender sends what was lost once more.

    Raises:
        NotFound: The upload is not the officer's.
        UploadOver: It was refused, or stood still for too long.
    """
    upload = get_own_upload(by, upload_id)
    if not upload.has_arrived:
        check_takes_more(upload)
        _set_back(upload, parts().size_of(upload.pk, upload.length))
    return upload


def add_piece(*, by: Officer, upload_id: UUID, piece: Piece, body: Body) -> Upload:
    """Add to a file what a request carries, as far as it arrives; the last piece makes it a submission.

    An archive is unpacked later, by a worker; each file in it becomes a submission.

    Bytes are on the disk before they are counted. With a checksum, all of them count or none.

    Raises:
        NotFound, UploadOver: There is no such upload of the officer's, or it is concluded.
        BeingSent: Another request writes to it.
        OffsetMismatch, Overrun: The piece begins elsewhere than the file stands, or goes beyond its end.
        ChecksumMismatch: The piece is not what its checksum says.
        StorageFull: There is no room left for it; what was counted before stays.
        DomainError: The file is whole and is refused, as by `receive_file`; or its first bytes already tell.
    """
    check_can_submit_material(by)
    with held(by, upload_id) as (upload, part):
        if upload.offset != piece.offset:
            raise OffsetMismatch(upload.offset)
        if piece.offset + piece.length > upload.length:
            raise Overrun(upload.length)
        check_room(piece.length)
        _append(upload, part, piece, body)
        _refuse_early(by, upload, part)
        return _receive(by, upload, part) if upload.is_whole else upload


def finish_upload(*, by: Officer, upload_id: UUID) -> Upload:
    """Make a submission of a whole file, where the request with its last piece did not come so far.

    Of a file that is a submission already, or an archive that waits to be unpacked, nothing happens.

    Raises:
        NotFound, UploadOver, BeingSent: As `add_piece`.
        NotWhole: Something of the file is still missing.
        DomainError: The file is refused, as by `receive_file`.
    """
    upload = get_own_upload(by, upload_id)
    if upload.has_arrived:
        return upload
    with held(by, upload_id) as (upload, part):
        if not upload.is_whole:
            raise NotWhole(upload.offset, upload.length)
        return _receive(by, upload, part)


def discard_upload(*, by: Officer, upload_id: UUID) -> None:
    """Discard what has arrived of a file; a file that is a submission already stays one.

    Raises:
        NotFound: The upload is not the officer's.
        UploadOver: It is concluded.
        BeingSent: A request is writing to it.
    """
    upload = get_own_upload(by, upload_id)
    check_takes_more(upload)
    with transaction.atomic():
        _discard(by, upload)


def _discard(by: Officer, upload: Upload) -> None:
    try:
        with parts().locked(upload.pk):
            _forget(by, upload)
    except PartGone:
        _forget(by, upload)


def _forget(by: Officer, upload: Upload) -> None:
    Upload.objects.filter(pk=upload.pk, state=Upload.State.OPEN).delete()
    record("upload.discarded", upload.pk, by=by, right=Permission.MATERIAL_SUBMIT, bytes=upload.offset)
    transaction.on_commit(lambda: parts().delete(upload.pk))


@contextmanager
def held(by: Officer, upload_id: UUID) -> Iterator[tuple[Upload, Part]]:
    """Lend an open upload and its part, to this request alone; both agree on how far it is."""
    check_takes_more(get_own_upload(by, upload_id))
    try:
        with parts().locked(upload_id) as locked:
            upload = get_own_upload(by, upload_id)  # as it is now that nobody else changes it
            check_takes_more(upload)
            part = locked.opened(key_holder().unwrap(upload.wrapped_key, upload.country_id), upload.length)
            _set_back(upload, part.size)
            try:
                yield upload, part
            except SealBroken as broken:
                # Its sender has it still, and goes on from the last segment that is whole.
                _set_back(upload, segment_at(broken.offset) * SEGMENT)
                raise OffsetMismatch(get_offset(upload)) from broken
    except PartGone as fault:
        # Concluded since the row was read; or the file is lost, and the sender begins anew.
        check_takes_more(get_own_upload(by, upload_id))
        logger.exception("The part of upload %s is gone.", upload_id)
        raise UploadOver from fault


def _set_back(upload: Upload, size: int) -> None:
    if size >= upload.offset:
        return
    logger.error("Of upload %s the disk holds %d of %d bytes.", upload.pk, size, upload.offset)
    if _move(upload, size):
        record("upload.set_back", upload.pk, right=Permission.MATERIAL_SUBMIT, bytes=size)


def _move(upload: Upload, offset: int) -> bool:
    """Note a new offset, unless somebody else has noted one since ours was read."""
    expires_at = timezone.now() + KEPT
    as_read = Upload.objects.filter(pk=upload.pk, offset=upload.offset, state=Upload.State.OPEN)
    is_moved = as_read.update(offset=offset, expires_at=expires_at) == 1
    if is_moved:
        upload.offset, upload.expires_at = offset, expires_at
    return is_moved


def _append(upload: Upload, part: Part, piece: Piece, body: Body) -> None:
    """Write the body behind what is there; what has arrived is counted even if the rest never comes."""
    digest = piece.checksum.begin() if piece.checksum else None
    at, end, synced = piece.offset, piece.offset + piece.length, piece.offset
    with _full_disk_told():
        try:
            while at < end and (read := _read(body, min(_READ, end - at))):
                part.write_at(at, read)
                at += len(read)
                if digest is not None:
                    digest.update(read)
                elif at - synced >= _SYNCED:
                    synced = _count(upload, part, at)
        except OSError:
            if digest is None:
                _count(upload, part, at)
            raise
        if digest is not None and piece.checksum is not None and digest.digest() != piece.checksum.digest:
            raise ChecksumMismatch
        _count(upload, part, at)


@contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        if fault.errno not in _FULL:
            raise
        raise StorageFull from fault


def _read(body: Body, size: int) -> bytes:
    try:
        return body.read(size)
    except OSError:  # the connection broke off; what came before it counts
        return b""


def _count(upload: Upload, part: Part, offset: int) -> int:
    if offset != upload.offset:
        part.sync()
        if not _move(upload, offset):
            raise OffsetMismatch(get_offset(upload))
    return offset


def get_offset(upload: Upload) -> int:
    """Return the offset that is noted at present."""
    return Upload.objects.values_list("offset", flat=True).get(pk=upload.pk)


def _refuse_early(by: Officer, upload: Upload, part: Part) -> None:
    """Refuse a file whose first bytes are of no format that is read, before the rest is sent in vain."""
    if upload.is_whole or upload.offset < HEAD_BYTES:
        return
    head = part.head(HEAD_BYTES)
    if is_archive(head):
        return
    try:
        recognise(head, upload.length)
    except DomainError as refusal:
        _refuse(by, upload, refusal)
        raise


def _receive(by: Officer, upload: Upload, part: Part) -> Upload:
    """Make a submission of a whole file; both rows change in one transaction, the part goes after it."""
    received = receive_again(store(), part.file, upload.file_name)
    try:
        if upload.sha256 and upload.sha256 != received.sha256:
            raise ContentMismatch
        if is_archive(received.head):
            return _keep_archive(by, upload, received.sha256)
        with transaction.atomic():
            receipt = receive_file(by=by, upload=received, details=details_of(upload))
            upload.state, upload.submission = Upload.State.RECEIVED, receipt.submission
            upload.save(update_fields=["state", "submission"])
    except DomainError as refusal:
        if is_final(refusal):
            _refuse(by, upload, refusal)
        raise
    finally:
        received.discard()
    parts().delete(upload.pk)
    return upload


def _keep_archive(by: Officer, upload: Upload, sha256: str) -> Upload:
    """Have an archive unpacked; its part stays until that is done."""
    batch = upload.batch
    check_day(by, upload.length)
    units = {*batch.units, by.unit_id}
    with transaction.atomic():
        upload.audience = audience_for(batch.sharing, by.unit.country, groups=batch.groups, units=units)
        upload.state, upload.sha256 = Upload.State.UNPACKING, sha256
        upload.expires_at = timezone.now() + KEPT
        upload.save(update_fields=["audience", "state", "sha256", "expires_at"])
        order_unpacking(upload.pk, urgent=batch.priority == Priority.URGENT)
        record("upload.unpacking", upload.pk, by=by, right=Permission.MATERIAL_SUBMIT, bytes=upload.length)
    return upload


def is_final(refusal: DomainError) -> bool:
    """Tell whether a refusal is of the file itself, so that sending it again would change nothing."""
    return refusal.status in {413, 415, 422}


def _refuse(by: Officer, upload: Upload, refusal: DomainError) -> None:
    with transaction.atomic():
        upload.state, upload.reason = Upload.State.REFUSED, refusal.reason
        upload.message = refusal.message[:500]
        upload.save(update_fields=["state", "reason", "message"])
        record("upload.refused", upload.pk, by=by, right=Permission.MATERIAL_SUBMIT, reason=refusal.reason)
    parts().delete(upload.pk)


def details_of(upload: Upload) -> SubmissionDetails:
    """Return what was said of the file and its batch."""
    batch = upload.batch
    return SubmissionDetails(
        source_path=upload.source_path,
        case_reference=batch.case_reference,
        legal_basis=batch.legal_basis,
        handling=batch.handling,
        priority=batch.priority,
        sharing=batch.sharing,
        groups=batch.groups,
        units=batch.units,
        batch=batch.pk,
    )
