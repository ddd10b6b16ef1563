"""Repairs between the store and its rows, after a crash at whatever point.

Receiving puts the bytes in place first and commits the rows then, so that a crash leaves at most an object
that nobody knows of. That is moved aside, never deleted at once; and what a row says is there and is not is
taken back from there, or reported. Each run looks through one slice of the store, so that the whole of it is
seen every `SLICES` minutes whatever its size.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from evidence.models import Derivative, Material, StoredObject, StoreRepair
from evidence.services import lock_digest
from evidence.store import SLICES, Shelf, store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

LEFT_ALONE: Final = timedelta(hours=1)
"""What is younger may be in the middle of being received."""

PASS: Final = timedelta(minutes=SLICES)
"""In this time the whole store is looked through once."""

KEPT_ASIDE: Final = timedelta(days=30)
REPORTS_KEPT: Final = timedelta(days=90)

_SHELVES: Final = (Shelf.ORIGINALS, Shelf.DERIVATIVES)
"""Pictures to search with are swept by their own room."""

_NAMED_BY: Final = {Shelf.ORIGINALS: "sha256", Shelf.DERIVATIVES: "object_name"}
"""The column that says under which name an object lies."""

_Found = tuple[StoreRepair.Kind, str, int]


def reconcile(*, number: int | None = None, now: float | None = None) -> list[StoreRepair]:
    """Repair one slice of the store, that of the present minute if none is named, and report what was done.

    Args:
        number: Which slice, 0 to `SLICES` - 1.
        now: The present, in Unix time.
    """
    at = time.time() if now is None else now
    part = int(at // 60) % SLICES if number is None else number
    done = [each for each in _repairs(part, at) if each[2]]
    StoreRepair.objects.filter(happened_at__lt=timezone.now() - REPORTS_KEPT).delete()
    reports = [StoreRepair(kind=kind, shelf=shelf, number=count) for kind, shelf, count in done]
    return StoreRepair.objects.bulk_create(reports)


def _repairs(part: int, at: float) -> Iterator[_Found]:
    kind, before = StoreRepair.Kind, at - LEFT_ALONE.total_seconds()
    yield kind.INCOMING, "", store().set_incoming_aside(before=before)
    for shelf in _SHELVES:
        found = store().list_slice(shelf, part)
        known = _known(shelf, part)
        unknown = [digest for digest in found.keys() - known if found[digest] < before]
        yield kind.UNKNOWN, shelf, sum(_set_aside(shelf, digest, before) for digest in unknown)
        missing = [digest for digest in known - found.keys() if not store().holds(shelf, digest)]
        lost = [digest for digest in missing if not _take_back(shelf, digest)]
        yield kind.TAKEN_BACK, shelf, len(missing) - len(lost)
        yield kind.MISSING, shelf, _still_missing(shelf, lost)
    yield kind.FORGOTTEN, "", store().forget_aside(before=at - KEPT_ASIDE.total_seconds())


def _known(shelf: Shelf, part: int) -> set[str]:
    field = _NAMED_BY[shelf]
    of_slice = _rows(shelf).filter(**{f"{field}__gte": f"{part:02x}"})
    if part + 1 < SLICES:
        of_slice = of_slice.filter(**{f"{field}__lt": f"{part + 1:02x}"})
    return set(of_slice.values_list(field, flat=True).iterator())


def _is_known(shelf: Shelf, name: str) -> bool:
    return _rows(shelf).filter(**{_NAMED_BY[shelf]: name}).exists()


def _rows(shelf: Shelf) -> QuerySet[Material] | QuerySet[Derivative]:
    return Material.objects.all() if shelf == Shelf.ORIGINALS else Derivative.objects.all()


def _set_aside(shelf: Shelf, digest: str, before: float) -> bool:
    with transaction.atomic():
        lock_digest(digest)
        is_moved = not _is_known(shelf, digest) and store().set_aside(shelf, digest, before=before)
    if is_moved:
        logger.warning("Nobody knows of %s %s: it was set aside.", shelf, digest)
    return is_moved


def _take_back(shelf: Shelf, digest: str) -> bool:
    with transaction.atomic():
        lock_digest(digest)
        told = StoredObject.objects.filter(shelf=shelf, name=digest).values_list("sha256", flat=True).first()
        is_back = store().holds(shelf, digest) or store().take_back(shelf, digest, told or "")
    if is_back:
        logger.warning("The %s object %s was missing: it was taken back.", shelf, digest)
    return is_back


def _still_missing(shelf: Shelf, digests: Iterable[str]) -> int:
    """Count what a row still names: it may have gone meanwhile."""
    missing = [digest for digest in digests if _is_known(shelf, digest)]
    for digest in missing:
        logger.error("The %s object %s is missing. Restore it from the backup.", shelf, digest)
    return len(missing)
