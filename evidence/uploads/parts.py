"""What has arrived of a file that is still on its way: one growing file for each upload, sealed as it grows.

A part counts only as far as its row says. It is written under a lock that ends with the process that holds
it, so that no connection to the database has to stay open for as long as somebody's line takes.

Whole segments lie where the finished file has them, so that a whole part is a sealed file and moves into the
store by a rename. The segment that is begun lies beside it, in two slots that are written in turn: whatever
stops a writer, one of them is as it was when it was counted.
"""

from __future__ import annotations

import fcntl
import os
import struct
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings

from evidence.store import fsync_folder, release
from evidence.uploads.errors import BeingSent
from icse.common.sealing import (
    OVERHEAD,
    SEGMENT,
    Seal,
    SealBroken,
    SealedFile,
    place_of,
    sealed_size,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from icse.common.sealing import DataKey

_FOLDER_MODE: Final = 0o700
_PART_MODE: Final = 0o600
_BEGUN: Final = ".begun"
_SLOT_HEAD: Final = struct.Struct("!QI")  # which segment, and how many bytes of it
_SLOT: Final = 2 * SEGMENT  # from one slot's beginning to the next one's


class PartGone(Exception):
    """There is no part of this upload: it has been concluded, or its file was lost."""


class Part:
    """An opened part, under its lock: of a file of `length` bytes, sealed with `key`."""

    def __init__(self, path: Path, descriptor: int, key: DataKey, length: int) -> None:
        """Open it. Raises PartGone where it is none of this key's."""
        self.file = SealedFile(path, key)
        self._descriptor = descriptor
        self._length = length
        try:
            self._seal = Seal(key, os.pread(descriptor, place_of(0), 0))
        except SealBroken as strange:
            raise PartGone from strange
        self._beside = _Beside(path.with_name(path.name + _BEGUN), self._seal)
        self._index, self._begun = -1, bytearray()

    @property
    def size(self) -> int:
        """Return how many bytes can be read of it, counted or not."""
        return _arrived(os.fstat(self._descriptor).st_size, self._length, self._beside.reach())

    def write_at(self, offset: int, piece: bytes) -> None:
        """Write a piece behind what counts, or behind the last piece; what else was there is written over.

        Raises:
            SealBroken: What the file has just before the offset is not what was written there.
            OSError: The disk takes no more. Whole segments of the piece may count, the rest is not held.
        """
        if self._index * SEGMENT + len(self._begun) != offset or self._index < 0:
            self._go_to(offset)
        view = memoryview(piece)
        while view:
            taken, before = view[: SEGMENT - len(self._begun)], len(self._begun)
            self._begun += taken
            view = view[len(taken) :]
            if len(self._begun) == SEGMENT or self._reached == self._length:
                try:
                    self._close()
                except OSError:
                    del self._begun[before:]
                    raise

    def sync(self) -> None:
        """Force what was written to the disk."""
        os.fdatasync(self._descriptor)
        if self._begun:
            self._beside.write(self._index, self._begun)

    def head(self, size: int) -> bytes:
        """Return the first bytes, as far as they have been written: at most a segment's."""
        begun = bytes(self._begun) if self._index == 0 else self._beside.read(0, size)
        return (begun or self._read(0))[:size]

    @property
    def _reached(self) -> int:
        return self._index * SEGMENT + len(self._begun)

    def _go_to(self, offset: int) -> None:
        self._index, within = divmod(offset, SEGMENT)
        self._begun = bytearray()
        if within:
            self._begun += (self._beside.read(self._index, within) or self._read(self._index))[:within]
        if len(self._begun) < within:
            raise SealBroken(place_of(self._index))

    def _close(self) -> None:
        """Put a segment that is complete to its place in the file."""
        is_last = self._reached == self._length
        left = self._seal.close(self._index, self._begun, is_last=is_last)
        at = place_of(self._index)
        while left:
            written = os.pwrite(self._descriptor, left, at)
            left, at = left[written:], at + written
        self._index, self._begun = self._index + 1, bytearray()

    def _read(self, index: int) -> bytes:
        length = min(SEGMENT, self._length - index * SEGMENT)
        sealed = os.pread(self._descriptor, OVERHEAD + length, place_of(index))
        return self._seal.open(index, sealed, is_last=index * SEGMENT + length == self._length)


class _Beside:
    """The two slots of the segment that is begun."""

    def __init__(self, path: Path, seal: Seal) -> None:
        self._path, self._seal = path, seal
        self._turn = 0

    def reach(self) -> tuple[int, int]:
        """Return in which segment the farthest of them is, and how many bytes it has of it; -1 for none."""
        return _reach(self._path)

    def read(self, index: int, least: int) -> bytes:
        """Return the beginning of a segment, where a slot has at least so much of it; else nothing."""
        with suppress(FileNotFoundError), self._path.open("rb") as stream:
            for slot, its_index, size in _slots(self._path):
                if its_index == index and size >= least:
                    stream.seek(slot * _SLOT + _SLOT_HEAD.size)
                    sealed = stream.read(OVERHEAD + size)
                    # Written over half-way by a process that died: then the other slot counts.
                    with suppress(SealBroken):
                        self._turn = 1 - slot
                        return self._seal.open(index, sealed, is_last=False)
        return b""

    def write(self, index: int, begun: bytearray) -> None:
        """Put the beginning of a segment to the disk, into the slot that does not hold what counts."""
        is_new = not self._path.exists()
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, _PART_MODE)
        try:
            content = _SLOT_HEAD.pack(index, len(begun)) + self._seal.close(index, begun, is_last=False)
            at = self._turn * _SLOT
            left = memoryview(content)
            while left:
                written = os.pwrite(descriptor, left, at)
                left, at = left[written:], at + written
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            fsync_folder(self._path.parent)
        self._turn = 1 - self._turn


def _slots(path: Path) -> list[tuple[int, int, int]]:
    """Return of each slot that is written its number, which segment it begins, and how many bytes of it."""
    found = []
    with suppress(FileNotFoundError), path.open("rb") as stream:
        for slot in range(2):
            stream.seek(slot * _SLOT)
            head = stream.read(_SLOT_HEAD.size)
            if len(head) == _SLOT_HEAD.size and 0 < (told := _SLOT_HEAD.unpack(head))[1] < SEGMENT:
                found.append((slot, *told))
    return found


def _reach(path: Path) -> tuple[int, int]:
    return max(((index, size) for _, index, size in _slots(path)), default=(-1, 0))


def _arrived(file_size: int, length: int, reach: tuple[int, int]) -> int:
    """Return how many bytes of a file have arrived, from the size of its part and what is begun beside it."""
    if file_size >= sealed_size(length):
        return length
    whole = max(0, file_size - place_of(0)) // (SEGMENT + OVERHEAD)
    index, size = reach
    return whole * SEGMENT + (size if index == whole else 0)


class PosixParts:
    """Parts as files of the store's file system, so that a whole one moves into the store by a rename."""

    def __init__(self, root: Path) -> None:
        self.folder = root
        root.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)

    def create(self, upload: UUID, key: DataKey) -> None:
        """Begin an empty part."""
        descriptor = os.open(self._place(upload), os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PART_MODE)
        try:
            os.write(descriptor, Seal(key).header)  # on the disk with the first bytes that count
        finally:
            os.close(descriptor)
        fsync_folder(self.folder)

    @contextmanager
    def locked(self, upload: UUID) -> Iterator[LockedPart]:
        """Hold a part for oneself.

        Raises:
            BeingSent: Another request holds it.
            PartGone: There is none.
        """
        place = self._place(upload)
        descriptor = _open(place)
        try:
            _lock(descriptor)
            # Whoever held it before may have taken it into the store and away from here meanwhile.
            if not _is_at(place, descriptor):
                raise PartGone
            yield LockedPart(place, descriptor)
        finally:
            os.close(descriptor)

    def size_of(self, upload: UUID, length: int) -> int:
        """Return how many bytes of an upload are on the disk: 0 where there is no part."""
        place = self._place(upload)
        try:
            return _arrived(place.stat().st_size, length, _reach(_beside(place)))
        except FileNotFoundError:
            return 0

    def whole(self, upload: UUID, key: DataKey) -> SealedFile:
        """Return a part that is whole, for whoever reads it."""
        return SealedFile(self._place(upload), key)

    def delete(self, upload: UUID) -> None:
        """Remove a part; one that is gone already is no error."""
        _beside(self._place(upload)).unlink(missing_ok=True)
        release(self._place(upload))

    def list_all(self) -> dict[UUID, float]:
        """Return of which uploads there are parts, and when each was last written to, in Unix time."""
        found: dict[UUID, float] = {}
        for place in self.folder.iterdir():
            with suppress(FileNotFoundError, ValueError):  # taken away meanwhile; or no part of ours
                upload = UUID(place.name.removesuffix(_BEGUN))
                found[upload] = max(found.get(upload, 0.0), place.stat().st_mtime)
        return found

    def _place(self, upload: UUID) -> Path:
        return self.folder / str(upload)


class LockedPart:
    """A part that is held, and not looked into yet."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path, self._descriptor = path, descriptor

    def opened(self, key: DataKey, length: int) -> Part:
        """Open it. Raises PartGone where it is none of this key's."""
        return Part(self._path, self._descriptor, key, length)


def _beside(place: Path) -> Path:
    return place.with_name(place.name + _BEGUN)


def _open(place: Path) -> int:
    try:
        return os.open(place, os.O_RDWR)
    except PermissionError:
        # It is in the store as well, after a crash on the way there: it is whole, and only to be read.
        return os.open(place, os.O_RDONLY)
    except FileNotFoundError as fault:
        raise PartGone from fault


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        raise BeingSent from fault


def _is_at(place: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(place.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


@cache
def parts() -> PosixParts:
    """Return the parts of this installation."""
    return PosixParts(settings.EVIDENCE_DIR / "uploads")
