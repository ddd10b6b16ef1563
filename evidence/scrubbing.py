"""Reading everything in the store again, so that what has rotted is found while a backup still has it.

An object is whole if it has the digest that it had when it was written, sealed: that takes no key. Only where
it has not, its key is asked for, to name the place.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils import timezone

from evidence.keys import KeyUnavailable
from evidence.models import Derivative, Material, StoredObject, StoreRepair
from evidence.objects import digest_of, key_of
from evidence.store import Shelf, store
from icse.common.sealing import SealBroken, unsealed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

logger = logging.getLogger(__name__)

READ_EVERY: Final = timedelta(days=24)
"""So old may a reading be before the next is due: six days are left to come round to it."""

ASKED_AGAIN: Final = timedelta(days=1)
"""What is broken is read again so often, and reported each time, until it is restored."""

TURN_SECONDS: Final = 20.0
_AT_ONCE: Final = 200


def scrub(
    *, now: datetime | None = None, seconds: float = TURN_SECONDS, every: timedelta = READ_EVERY
) -> tuple[int, int]:
    """Read what is due, for a while; return how many objects were read and how many of them are broken.

    `every` is how old the last reading of what is due must be.
    """
    at, ends_at = now or timezone.now(), time.monotonic() + seconds
    read = broken = 0
    for stored in _due(at, every):
        if time.monotonic() > ends_at:
            break
        read += 1
        broken += _scrub(stored, at)
    if broken:
        StoreRepair.objects.create(kind=StoreRepair.Kind.BROKEN, number=broken)
    return read, broken


def _due(at: datetime, every: timedelta) -> Iterator[StoredObject]:
    """Yield what was not read for long, longest ago first; each of it once."""
    due = StoredObject.objects.filter(
        Q(read_at__lt=at - every) | Q(broken_at__isnull=False, read_at__lt=at - ASKED_AGAIN)
    )
    while batch := list(due.order_by("read_at", "pk")[:_AT_ONCE]):
        yield from batch
        if StoredObject.objects.filter(pk=batch[-1].pk, read_at=batch[-1].read_at).exists():
            return  # nobody read what was yielded: the turn is over


def _scrub(stored: StoredObject, at: datetime) -> bool:
    """Read one object and note what was found; return whether it is broken."""
    shelf = Shelf(stored.shelf)
    try:
        is_whole = digest_of(shelf, stored.name) == stored.sha256
    except FileNotFoundError:
        # What is missing and should be there is found by the reconciler; the rest has gone with its rows.
        if not _is_known(shelf, stored.name):
            stored.delete()
            return False
        is_whole = True
    except OSError:
        logger.exception("The %s object %s cannot be read.", shelf, stored.name)
        is_whole = False
    broken_at = None if is_whole else _first_bad_byte(shelf, stored.name)
    # Unless it was replaced meanwhile: then it is another object that was read.
    same = StoredObject.objects.filter(pk=stored.pk, sha256=stored.sha256)
    is_noted = same.update(read_at=at, broken_at=broken_at) == 1
    if is_noted and broken_at is not None:
        message = "The %s object %s is not as it was written, from byte %d on: `manage.py mend_store`."
        logger.error(message, shelf, stored.name, broken_at)
    return is_noted and broken_at is not None


def _is_known(shelf: Shelf, name: str) -> bool:
    if shelf == Shelf.ORIGINALS:
        return Material.objects.filter(sha256=name).exists()
    return Derivative.objects.filter(object_name=name).exists()


def _first_bad_byte(shelf: Shelf, name: str) -> int:
    """Return where the first segment begins that is not as it was sealed; 0 where nobody can tell."""
    try:
        material = _material_of(shelf, name)
        with store().open(shelf, name) as stream:
            for _ in unsealed(stream, key_of(material)):
                pass
    except SealBroken as broken:
        return broken.offset
    except (KeyUnavailable, OSError, Material.DoesNotExist):
        return 0
    return 0


def _material_of(shelf: Shelf, name: str) -> Material:
    if shelf == Shelf.ORIGINALS:
        return Material.objects.get(sha256=name)
    return Material.objects.filter(derivatives__object_name=name).distinct().get()
