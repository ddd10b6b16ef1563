"""The store: sealed files under names that are digests, written once and never changed.

It knows no keys: what is put into it is sealed already (`objects.py`), and all that it can tell of an object
is whether it is as it was written. An original lies under its own SHA-256. An object becomes visible by a
rename within one file system, after its bytes are on the disk, so that a crash at any point leaves either the
whole object or none.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import AbstractContextManager, contextmanager, suppress
from enum import StrEnum
from functools import cache
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from evidence.errors import FileUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

SLICES = 256
"""So many parts has each shelf, by the first two digits of the digests; one is looked through at a time."""

OBJECT_MODE = 0o440
_RECORDS = "records"
FOLDER_MODE = 0o700


class Shelf(StrEnum):
    """What kind of object it is; each kind lies in a folder of its own."""

    ORIGINALS = "originals"
    DERIVATIVES = "derivatives"
    QUERIES = "queries"


class Incoming:
    """The folder in which files arrive, on a disk of this machine; they count for nothing until committed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        for name in ("incoming", "aside"):
            (root / name).mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)

    def new_incoming(self) -> tuple[BinaryIO, Path]:
        """Open a file to write what arrives; it counts for nothing until it is committed."""
        descriptor, name = tempfile.mkstemp(dir=self._root / "incoming")
        return os.fdopen(descriptor, "wb"), Path(name)

    def link_incoming(self, source: Path) -> Path:
        """Let a file of this file system, whole and on the disk, arrive under a second name of its own.

        What becomes of the one name does nothing to the other.
        """
        stream, incoming = self.new_incoming()
        stream.close()
        incoming.unlink()
        incoming.hardlink_to(source)
        return incoming

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
        """Return how many bytes can still arrive."""
        return shutil.disk_usage(self._root).free

    def _aside(self, shelf: str, name: str) -> Path:
        return self._root / "aside" / shelf / name


class StoreAway(FileUnavailable):
    """The store does not answer."""


class Store(Protocol):
    """Where objects lie: on a file system, or in a bucket (`s3.py`); both keep to the same tests.

    Any operation of a store that is elsewhere may raise StoreAway.
    """

    def new_incoming(self) -> tuple[BinaryIO, Path]:
        """As `Incoming`."""

    def link_incoming(self, source: Path) -> Path:
        """As `Incoming`."""

    def set_incoming_aside(self, *, before: float) -> int:
        """As `Incoming`."""

    def free_bytes(self) -> int:
        """As `Incoming`."""

    def commit(self, incoming: Path, shelf: Shelf, name: str) -> None:
        """Move what arrived to its place, whole or not at all; what is there already is replaced."""

    def commit_in_vain(self, incoming: Path, shelf: Shelf, name: str) -> None:
        """Remove what arrived, for the object is there already, and take as long as `commit` does."""

    def open(self, shelf: Shelf, name: str) -> BinaryIO:
        """Open an object for reading, sealed as it is. Raises FileNotFoundError."""

    def holds(self, shelf: Shelf, name: str) -> bool:
        """Tell whether there is such an object."""

    def local_path(self, shelf: Shelf, name: str) -> AbstractContextManager[Path]:
        """Lend a path at which an object can be read, sealed as it is. Raises FileNotFoundError."""

    def delete(self, shelf: Shelf, name: str) -> None:
        """Remove an object; one that is gone already is no error."""

    def destroy(self, shelf: Shelf, name: str) -> None:
        """Remove an object, also where it was set aside; one that is gone already is no error."""

    def list_slice(self, shelf: Shelf, number: int) -> dict[str, float]:
        """Return the names of one slice of a shelf, and since when each lies there, in Unix time."""

    def set_aside(self, shelf: Shelf, name: str, *, before: float) -> bool:
        """Move an object out of the way, if it lies there since before a Unix time."""

    def take_back(self, shelf: Shelf, name: str, sha256: str) -> bool:
        """Put an object that was set aside back, if it still has this digest; return whether it has."""

    def forget_aside(self, *, before: float) -> int:
        """Delete what was set aside before a Unix time, and return how many it was."""

    def write_record(self, name: str, content: bytes) -> None:
        """Put a small record beside the objects, plain, for whoever has to begin from the store alone."""

    def records(self) -> Iterator[bytes]:
        """Yield every record."""


class PosixStore(Incoming):
    """Objects as files of a local or network file system."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        for name in Shelf:
            self._make_slices(root / name)

    def _make_slices(self, shelf: Path) -> None:
        """Have the folder of every slice there, and on the disk, before anything is put into one."""
        shelf.mkdir(mode=FOLDER_MODE, exist_ok=True)
        if sum(1 for _ in shelf.iterdir()) < SLICES:
            for number in range(SLICES):
                (shelf / f"{number:02x}").mkdir(mode=FOLDER_MODE, exist_ok=True)
            for folder in (shelf, shelf.parent, shelf.parent.parent):
                fsync_folder(folder)

    def commit(self, incoming: Path, shelf: Shelf, name: str) -> None:
        """Move what arrived to its place; an object that is there already is replaced.

        The caller has written and fsynced the file.
        """
        place = self._made_place(shelf, name)
        incoming.chmod(OBJECT_MODE)
        incoming.rename(place)
        for folder in (place.parent, place.parent.parent):
            fsync_folder(folder)

    def commit_in_vain(self, incoming: Path, shelf: Shelf, name: str) -> None:
        """Remove what arrived, for the object is there already, and take as long as `commit` does.

        The time must not tell that somebody holds the file.
        """
        place = self._made_place(shelf, name)
        passing = place.with_name(f".{incoming.name}")
        incoming.chmod(OBJECT_MODE)
        incoming.rename(passing)
        release(passing)
        for folder in (place.parent, place.parent.parent):
            fsync_folder(folder)

    def open(self, shelf: Shelf, name: str) -> BinaryIO:
        """Open an object for reading, sealed as it is.

        Raises:
            FileNotFoundError: There is no such object.
        """
        return self._place(shelf, name).open("rb", buffering=0)

    def holds(self, shelf: Shelf, name: str) -> bool:
        """Tell whether there is such an object."""
        return self._place(shelf, name).exists()

    @contextmanager
    def local_path(self, shelf: Shelf, name: str) -> Iterator[Path]:
        """Lend a path at which an object can be read, sealed as it is.

        Raises:
            FileNotFoundError: There is no such object.
        """
        place = self._place(shelf, name)
        if not place.exists():
            raise FileNotFoundError(name)
        yield place

    def delete(self, shelf: Shelf, name: str) -> None:
        """Remove an object; one that is gone already is no error."""
        self._place(shelf, name).unlink(missing_ok=True)

    def destroy(self, shelf: Shelf, name: str) -> None:
        """Remove an object, also where it was set aside; one that is gone already is no error."""
        for place in (self._place(shelf, name), self._aside(shelf, name)):
            place.unlink(missing_ok=True)

    def list_slice(self, shelf: Shelf, number: int) -> dict[str, float]:
        """Return the names of one slice of a shelf, and since when each object lies there, in Unix time."""
        found = {}
        for place in (self._root / shelf / f"{number:02x}").glob("*/*"):
            with suppress(FileNotFoundError):  # taken away meanwhile
                found[place.name] = place.stat().st_mtime
        return found

    def set_aside(self, shelf: Shelf, name: str, *, before: float) -> bool:
        """Move an object that nobody knows of out of the way, if it lies there since before a Unix time."""
        return _move(self._place(shelf, name), self._aside(shelf, name), before=before)

    def take_back(self, shelf: Shelf, name: str, sha256: str) -> bool:
        """Put an object that was set aside back to its place, if it still has this digest, sealed as it is.

        Returns whether it has.
        """
        aside = self._aside(shelf, name)
        if not aside.exists() or _digest_of(aside) != sha256:
            return False
        self.commit(aside, shelf, name)
        return True

    def write_record(self, name: str, content: bytes) -> None:
        """Put a small record beside the objects; one of this name is replaced."""
        folder = self._root / _RECORDS
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        stream, draft = self.new_incoming()
        with stream:
            stream.write(content)
            fsync(stream)
        draft.rename(folder / name)
        fsync_folder(folder)

    def records(self) -> Iterator[bytes]:
        """Yield every record, by name."""
        for path in sorted((self._root / _RECORDS).glob("*")):
            yield path.read_bytes()

    def _made_place(self, shelf: Shelf, name: str) -> Path:
        place = self._place(shelf, name)
        place.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        return place

    def _place(self, shelf: Shelf, name: str) -> Path:
        return self._root / shelf / name[:2] / name[2:4] / name


def release(path: Path) -> None:
    """Remove a file without waiting for its disk, which takes a second for a gigabyte; missing is no error.

    How long an answer takes must not tell whether a file was kept or thrown away.
    """
    with suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY)
        path.unlink(missing_ok=True)
        # Its blocks are given back with the last descriptor.
        Thread(target=os.close, args=(descriptor,), name="release").start()


def fsync(stream: IO[Any]) -> None:
    """Force a written file's bytes to the disk."""
    stream.flush()
    os.fsync(stream.fileno())


@cache
def store() -> Store:
    """Return the store of this installation."""
    if settings.STORE_BUCKET:
        # Only here: whoever keeps files on a disk need not load it.
        made: Store = import_string("evidence.s3.s3_store")()
        return made
    return PosixStore(settings.EVIDENCE_DIR)


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
    fsync_folder(target.parent)
    fsync_folder(place.parent)
    return True


def fsync_folder(folder: Path) -> None:
    """Force to the disk which files a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
