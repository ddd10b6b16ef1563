"""The content-addressed store: bytes lie under their own SHA-256, written once and never changed.

An object becomes visible by a rename within one file system, after its bytes are on the disk, so that
a crash at any point leaves either the whole object or none.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

SLICES = 256
"""So many parts has each shelf, by the first two digits of the digests; one is looked through at a time."""

OBJECT_MODE = 0o440
FOLDER_MODE = 0o700
_PIECE = 1024 * 1024


class Shelf(StrEnum):
    """What kind of object it is; each kind lies in a folder of its own."""

    ORIGINALS = "originals"
    DERIVATIVES = "derivatives"
    QUERIES = "queries"


class KeyNotSupported(Exception):
    """This store keeps plain bytes; an object that belongs under a key must not be put into it."""


class PosixStore:
    """Objects as files of a local or network file system.

    Every operation names the key that seals the object: None, until the store learns to encrypt.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        for name in (*Shelf, "incoming", "aside"):
            (root / name).mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)

    def new_incoming(self) -> tuple[BinaryIO, Path]:
        """Open a file to write what arrives; it counts for nothing until it is committed."""
        descriptor, name = tempfile.mkstemp(dir=self._root / "incoming")
        return os.fdopen(descriptor, "wb"), Path(name)

    def commit(self, incoming: Path, shelf: Shelf, digest: str, *, key: bytes | None = None) -> None:
        """Move what arrived to its place under its SHA-256; an object that is there already is replaced.

        The caller has written and fsynced the file, and computed the digest from the same bytes.
        """
        _refuse(key)
        place = self._place(shelf, digest)
        place.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        incoming.chmod(OBJECT_MODE)
        # Over an object that is there already as well: the bytes are the same, whoever put it there may have
        # died before it was on the disk, and the time taken must not tell that somebody holds the file.
        incoming.rename(place)
        for folder in (place.parent, place.parent.parent):
            _fsync_folder(folder)

    def put(self, content: bytes, shelf: Shelf, *, key: bytes | None = None) -> str:
        """Store bytes that are in memory and return their SHA-256."""
        digest = hashlib.sha256(content).hexdigest()
        if not self._place(shelf, digest).exists():
            stream, incoming = self.new_incoming()
            with stream:
                stream.write(content)
                fsync(stream)
            self.commit(incoming, shelf, digest, key=key)
        return digest

    def put_file(self, source: Path, shelf: Shelf, *, key: bytes | None = None) -> str:
        """Store a file that was made elsewhere, in pieces, and return its SHA-256."""
        seen = hashlib.sha256()
        stream, incoming = self.new_incoming()
        with stream, source.open("rb") as reader:
            while piece := reader.read(_PIECE):
                seen.update(piece)
                stream.write(piece)
            fsync(stream)
        self.commit(incoming, shelf, seen.hexdigest(), key=key)
        return seen.hexdigest()

    def open(self, shelf: Shelf, digest: str, *, key: bytes | None = None) -> BinaryIO:
        """Open an object for reading.

        Raises:
            FileNotFoundError: There is no such object.
        """
        _refuse(key)
        return self._place(shelf, digest).open("rb")

    def holds(self, shelf: Shelf, digest: str) -> bool:
        """Tell whether there is such an object."""
        return self._place(shelf, digest).exists()

    @contextmanager
    def local_path(self, shelf: Shelf, digest: str, *, key: bytes | None = None) -> Iterator[Path]:
        """Lend a path at which the plain bytes can be read, for tools that want a file.

        Raises:
            FileNotFoundError: There is no such object.
        """
        _refuse(key)
        place = self._place(shelf, digest)
        if not place.exists():
            raise FileNotFoundError(digest)
        yield place

    def delete(self, shelf: Shelf, digest: str) -> None:
        """Remove an object; one that is gone already is no error."""
        self._place(shelf, digest).unlink(missing_ok=True)

    def list_slice(self, shelf: Shelf, number: int) -> dict[str, float]:
        """Return the digests of one slice of a shelf, and since when each object lies there, in Unix time."""
        found = {}
        for place in (self._root / shelf / f"{number:02x}").glob("*/*"):
            with suppress(FileNotFoundError):  # taken away meanwhile
                found[place.name] = place.stat().st_mtime
        return found

    def set_aside(self, shelf: Shelf, digest: str, *, before: float) -> bool:
        """Move an object that nobody knows of out of the way, if it lies there since before a Unix time."""
        return _move(self._place(shelf, digest), self._aside(shelf, digest), before=before)

    def take_back(self, shelf: Shelf, digest: str) -> bool:
        """Put an object that was set aside back to its place, if it is still whole; return whether it was."""
        aside = self._aside(shelf, digest)
        if not aside.exists() or _digest_of(aside) != digest:
            return False
        self.commit(aside, shelf, digest)
        return True

    def set_incoming_aside(self, *, before: float) -> int:
        """Move away what stopped arriving before a Unix time, and return how many files it was."""
        arrived = list((self._root / "incoming").iterdir())
        return sum(_move(each, self._aside("incoming", each.name), before=before) for each in arrived)

    def forget_aside(self, *, before: float) -> int:
        """Delete what was set aside before a Unix time, and return how many files it was."""
        old = [each for each in (self._root / "aside").glob("*/*") if each.stat().st_mtime < before]
        for each in old:
            each.unlink(missing_ok=True)
        return len(old)

    def free_bytes(self) -> int:
        """Return how many bytes the file system can still take."""
        return shutil.disk_usage(self._root).free

    def _aside(self, shelf: str, name: str) -> Path:
        return self._root / "aside" / shelf / name

    def _place(self, shelf: Shelf, digest: str) -> Path:
        return self._root / shelf / digest[:2] / digest[2:4] / digest


def fsync(stream: BinaryIO) -> None:
    """Force a written file's bytes to the disk."""
    stream.flush()
    os.fsync(stream.fileno())


@cache
def store() -> PosixStore:
    """Return the store of this installation."""
    return PosixStore(settings.EVIDENCE_DIR)


def _refuse(key: bytes | None) -> None:
    if key is not None:
        raise KeyNotSupported


def _digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _move(place: Path, target: Path, *, before: float) -> bool:
    """Move a file as it is; from then on it is as old as its move."""
    target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    try:
        if place.stat().st_mtime >= before:
            return False
        place.rename(target)
    except FileNotFoundError:
        return False
    os.utime(target)
    _fsync_folder(target.parent)
    _fsync_folder(place.parent)
    return True


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
