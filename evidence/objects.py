"""What lies sealed in the store, and with which key it is opened.

A material's original and everything that is made of it have one key, wrapped once for each country that
handed the file in. Derivatives lie under a name of their own for each material, so that two materials never
share an object and the end of one takes nothing from the other.
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from django.db import connection
from django.utils import timezone

from evidence.errors import FileUnavailable
from evidence.keys import KeyUnavailable, key_holder
from evidence.models import Derivative, StoredObject
from evidence.receiving import ReceivedFile, Receiver
from evidence.store import Shelf, fsync, store
from icse.common.sealing import SealBroken, SealedFile, SealingWriter, open_sealed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import RawIOBase
    from typing import Protocol
    from uuid import UUID

    from evidence.models import Material
    from icse.common.sealing import DataKey

    class Readable(Protocol):
        """What gives its bytes piece by piece."""

        def read(self, size: int, /) -> bytes:
            """Return so many bytes at most, and none at the end."""


logger = logging.getLogger(__name__)

_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of the store: its place there, and what it is as it lies, sealed; size in bytes."""

    shelf: Shelf
    name: str
    size: int
    sha256: str


def find_key(sha256: str) -> DataKey | None:
    """Return the key of the material with this content, or None where no country has it wrapped.

    It is asked of the database by a function of its own: whoever hands a file in may meet a material that
    they do not see, and nobody may list who has what.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT country_id, wrapped FROM evidence_key_of(%s)", [sha256])
        found = cursor.fetchone()
    return None if found is None else key_holder().unwrap(found[1], found[0])


def key_of(material: Material) -> DataKey:
    """Return the key of a material.

    Raises:
        KeyUnavailable: No country has it wrapped any more, or who holds the keys does not open it.
    """
    key = find_key(material.sha256)
    if key is None:
        message = f"There is no key to material {material.pk}."
        raise KeyUnavailable(message)
    return key


def open_object(kept: Material | Derivative) -> BinaryIO:
    """Open an original, or something made of it, for reading.

    Raises:
        FileNotFoundError: The store does not have it.
        KeyUnavailable, SealBroken: It cannot be opened, or is not what was put there.
    """
    if isinstance(kept, Derivative):
        key = key_of(kept.material)
        return open_sealed(store().open(Shelf.DERIVATIVES, kept.object_name), key)
    key = key_of(kept)
    return open_sealed(store().open(Shelf.ORIGINALS, kept.sha256), key)


def open_for_asker(kept: Material | Derivative) -> BinaryIO:
    """Open an original, or something made of it, for somebody who may see it.

    Raises:
        FileUnavailable: It cannot be opened at present; why is for the log alone.
    """
    try:
        return open_object(kept)
    except (FileNotFoundError, FileUnavailable, SealBroken) as fault:
        logger.exception("%s cannot be opened.", kept)
        raise FileUnavailable(str(fault)) from fault


@contextmanager
def lent_original(material: Material) -> Iterator[SealedFile]:
    """Lend an original, sealed, with what opens it: for the decoder, which opens it in its sandbox.

    Raises:
        FileNotFoundError: The store does not have it.
        KeyUnavailable: There is no key to it.
    """
    key = key_of(material)
    with store().local_path(Shelf.ORIGINALS, material.sha256) as path:
        yield SealedFile(path, key)


def derivative_name(material: Material, sha256: str) -> str:
    """Return under which name something made of a material lies."""
    return hashlib.sha256(f"{material.sha256} {sha256}".encode()).hexdigest()


def put_object(content: Readable, shelf: Shelf, name: str, key: DataKey) -> None:
    """Seal plain bytes into the store and note what lies there; what lies there already is replaced."""
    stream, incoming = store().new_incoming()
    try:
        with stream:
            writer = SealingWriter(stream, key)
            while piece := content.read(_PIECE):
                writer.write(piece)
            writer.finish()
            fsync(stream)
        store().commit(incoming, shelf, name)
    finally:
        incoming.unlink(missing_ok=True)
    note_object(Stored(shelf, name, writer.sealed_size, writer.sealed_sha256))


def note_object(stored: Stored) -> None:
    """Note what an object is as it lies, by which it is known to be whole without any key."""
    told = {"size": stored.size, "sha256": stored.sha256, "read_at": timezone.now(), "broken_at": None}
    StoredObject.objects.update_or_create(shelf=stored.shelf, name=stored.name, defaults=told)


def is_whole(shelf: Shelf, name: str) -> bool:
    """Tell whether there is an object that was noted when it was written and of which no damage is known.

    Both are asked whatever the first says, so that the time tells nothing of what others hold.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT evidence_is_noted_whole(%s, %s)", [shelf.value, name])
        (is_noted,) = cursor.fetchone()
    is_held = store().holds(shelf, name)
    return bool(is_noted) and is_held


def digest_of(shelf: Shelf, name: str) -> str:
    """Read an object through and return its SHA-256, sealed as it is.

    Raises:
        FileNotFoundError: There is no such object.
    """
    with store().open(shelf, name) as stream:
        return hashlib.file_digest(cast("RawIOBase", stream), "sha256").hexdigest()


def sealed_anew(upload: ReceivedFile, key: DataKey) -> ReceivedFile:
    """Return what arrived, sealed with another key; what it was is removed.

    Only where an original was lost or damaged and arrives once more.
    """
    receiver = Receiver(store(), upload.file_name, key)
    try:
        with open_sealed(upload.incoming.open("rb", buffering=0), upload.key) as content:
            while piece := content.read(_PIECE):
                receiver.write(piece)
        return replace(receiver.finish(), head=upload.head)
    except BaseException:
        receiver.abandon()
        raise
    finally:
        upload.discard()


def wrapped_for(key: DataKey, country: UUID) -> str:
    """Return a key wrapped for a country, and certainly to be unwrapped.

    Raises:
        KeyUnavailable: Who holds the keys does not do it.
    """
    wrapped = key_holder().wrap(key, country)
    if key_holder().unwrap(wrapped, country) != key:
        message = "A key that was wrapped comes back as another one."
        raise KeyUnavailable(message)
    return wrapped
