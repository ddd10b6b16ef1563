"""Clearing away what stood still: uploads past their time, parts that no upload knows, old batches."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.utils import timezone

from evidence.models import StoreRepair
from evidence.uploads.errors import BeingSent
from evidence.uploads.models import Upload
from evidence.uploads.parts import PartGone, parts

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

LEFT_ALONE: Final = timedelta(hours=1)
"""A part that is younger may belong to an upload that is just being opened or concluded."""

BATCHES_KEPT: Final = timedelta(days=90)
_AT_ONCE: Final = 500

# By hand, for the engine may not read what was said of a batch, which Django would do to delete it.
_FORGET: Final = """
    WITH old AS (
        SELECT b.id FROM uploads_batch AS b
        WHERE b.opened_at < %s
          AND NOT EXISTS (
              SELECT FROM uploads_upload AS u WHERE u.batch_id = b.id AND u.state IN ('open', 'unpacking')
          )
    ), files AS (
        DELETE FROM uploads_upload WHERE batch_id IN (SELECT id FROM old)
    )
    DELETE FROM uploads_batch WHERE id IN (SELECT id FROM old)
"""


def reap_uploads(*, now: datetime | None = None) -> int:
    """Discard uploads that stood still for too long, and what is left of others; return how many expired.

    An upload that is being sent at this moment is left to its sender.
    """
    at = now or timezone.now()
    overdue = Upload.objects.open().filter(expires_at__lt=at).values_list("pk", flat=True)[:_AT_ONCE]
    expired = sum(_expire(upload_id, at) for upload_id in list(overdue))
    if expired:
        StoreRepair.objects.create(kind=StoreRepair.Kind.EXPIRED, number=expired)
    _delete_strays()
    _forget_batches(at)
    return expired


def _expire(upload_id: UUID, at: datetime) -> bool:
    try:
        with parts().locked(upload_id):
            is_expired = _note_expired(upload_id, at)
    except BeingSent:
        return False
    except PartGone:
        is_expired = _note_expired(upload_id, at)
    if is_expired:
        parts().delete(upload_id)
    return is_expired


def _note_expired(upload_id: UUID, at: datetime) -> bool:
    overdue = Upload.objects.open().filter(pk=upload_id, expires_at__lt=at)
    return overdue.update(state=Upload.State.EXPIRED) == 1


def _delete_strays() -> None:
    """Delete parts of uploads that are concluded or were discarded, where a crash left them."""
    before = time.time() - LEFT_ALONE.total_seconds()
    old = {upload_id for upload_id, written in parts().list_all().items() if written < before}
    wanted = Upload.objects.on_disk().filter(pk__in=old).values_list("pk", flat=True)
    for upload_id in old - set(wanted):
        parts().delete(upload_id)


def _forget_batches(at: datetime) -> None:
    """Forget how old batches arrived; their submissions stay."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [at - BATCHES_KEPT])
