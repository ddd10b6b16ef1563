"""Reads of what is on its way, always as its officer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, F, Q

from evidence.uploads.models import Batch, Upload
from evidence.uploads.policies import OnTheWay
from icse.common.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer
    from evidence.uploads.querysets import BatchQuerySet, UploadQuerySet


def on_the_way() -> OnTheWay:
    """Return what is on its way for the officer who acts at present, and for their country."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM uploads_on_the_way()")
        return OnTheWay(*cursor.fetchone())


def get_own_batch(officer: Officer, batch_id: UUID) -> Batch:
    """Return a batch that the officer opened.

    Raises:
        NotFound: There is none of theirs.
    """
    found = find_own_batch(officer, batch_id)
    if found is None:
        raise NotFound
    return found


def find_own_batch(officer: Officer, batch_id: UUID) -> Batch | None:
    """Return a batch that the officer opened, with the counts of its files, or None."""
    return _counted(Batch.objects.visible_to(officer)).filter(pk=batch_id).first()


def list_unfinished_batches(officer: Officer) -> BatchQuerySet:
    """Return the officer's batches of which not every announced file is concluded, newest first."""
    mine = _counted(Batch.objects.visible_to(officer).filter(ended_at=None))
    return mine.filter(Q(concluded__lt=F("announced_files")) | Q(partly__gt=0)).order_by("-opened_at")


def is_missing_files(batch: Batch) -> bool:
    """Tell whether something of a counted batch is still to come: as `list_unfinished_batches` asks."""
    return bool(batch.concluded < batch.announced_files or batch.partly)  # type: ignore[attr-defined]


def is_being_unpacked(batch: Batch) -> bool:
    """Tell whether an archive of a counted batch waits to be unpacked."""
    return bool(batch.unpacking)  # type: ignore[attr-defined]


def _counted(batches: BatchQuerySet) -> BatchQuerySet:
    state = Upload.State
    whole = (state.RECEIVED, state.UNPACKING, state.UNPACKED)
    arrived = Q(uploads__state__in=whole, uploads__archive=None)
    return batches.annotate(
        received=Count("uploads", filter=Q(uploads__state=state.RECEIVED)),
        arrived=Count("uploads", filter=arrived),
        refused=Count("uploads", filter=Q(uploads__state=state.REFUSED)),
        partly=Count("uploads", filter=Q(uploads__state=state.OPEN)),
        unpacking=Count("uploads", filter=Q(uploads__state=state.UNPACKING)),
        concluded=Count("uploads", filter=arrived | Q(uploads__state=state.REFUSED, uploads__archive=None)),
    )


def get_own_upload(officer: Officer, upload_id: UUID) -> Upload:
    """Return an upload that the officer began, in whatever state.

    Raises:
        NotFound: There is none of theirs.
    """
    found = Upload.objects.visible_to(officer).select_related("submission__material").filter(pk=upload_id)
    upload = found.first()
    if upload is None:
        raise NotFound
    return upload


def list_unfinished_uploads(officer: Officer) -> UploadQuerySet:
    """Return what the officer has on its way, in the order in which it was begun."""
    mine = Upload.objects.visible_to(officer).open().select_related("submission__material")
    return mine.order_by("opened_at", "pk")


def list_uploads(officer: Officer, batch: Batch) -> UploadQuerySet:
    """Return the files of an own batch in the order in which they were begun."""
    mine = Upload.objects.visible_to(officer).filter(batch=batch)
    return mine.select_related("submission__material").order_by("opened_at", "pk")


def list_refused(officer: Officer, batch: Batch) -> UploadQuerySet:
    """Return the files of an own batch that were refused, in the order in which they were begun."""
    return list_uploads(officer, batch).filter(state=Upload.State.REFUSED)
