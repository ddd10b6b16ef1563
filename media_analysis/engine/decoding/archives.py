"""Take a ZIP or TAR archive apart, member by member, within limits.

Names are labels that are handed on, never places that anything is written to. What makes an archive as a
whole a trap ends it; what is wrong with one member leaves it out and the others stay.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final

from icse.common.sealing import SealingWriter
from media_analysis.engine.decoding.errors import TooLarge, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icse.common.sealing import DataKey
    from media_analysis.engine.decoding.limits import Limits

_READ: Final = 1024 * 1024
_PACKED: Final = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\x00", lzma.open))
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
_UNIX: Final = 3  # PKWARE APPNOTE 6.3.10, §4.4.2: who made the entry, and so what its attributes mean
_ENCRYPTED: Final = 0x1  # the same, §4.4.4: bit 0 of the flags
_UNPACKABLE: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Packed:
    """A member of an archive: its name as a path, its bytes if it may be had, or else the reason why not."""

    name: str
    content: IO[bytes] | None
    reason: str = ""


@dataclass(slots=True)
class Spending:
    """How much may still come out of one archive: bytes and members, with what is left from the outside."""

    limits: Limits
    packed_bytes: int
    bytes_left: int
    members_left: int
    spent: int = field(default=0)

    def take(self, number: int) -> None:
        """Count bytes that came out.

        Raises:
            TooLarge: Too many altogether, or too many for so small an archive.
        """
        self.spent += number
        if self.spent > self.bytes_left:
            raise TooLarge("too_much_inside")
        most = max(self.limits.archive_ratio * self.packed_bytes, self.limits.archive_trusted_bytes)
        if self.spent > most:
            raise TooLarge("too_dense")

    def take_member(self) -> None:
        """Count a member, wanted or not.

        Raises:
            TooLarge: There are too many.
        """
        self.members_left -= 1
        if self.members_left < 0:
            raise TooLarge("too_many_members")


def packed_members(source: BinaryIO, spending: Spending) -> Iterator[Packed]:
    """Yield the members of an archive in its order; each has to be read before the next.

    Raises:
        Unreadable: It is no archive, or its directory or its end is missing.
        TooLarge: It would exceed a limit.
    """
    source.seek(0)
    if source.read(2) == b"PK":
        yield from _of_zip(source, spending)
    else:
        yield from _of_tar(source, spending)


def copy_member(packed: Packed, target: BinaryIO, key: DataKey, spending: Spending) -> tuple[int, str]:
    """Write a member's bytes, sealed, to an unbuffered file, in place of what it held.

    Returns how many they are, or why they are not all there.

    Raises:
        TooLarge: They would exceed a limit.
    """
    target.seek(0)
    target.truncate(0)
    if packed.content is None:
        return 0, packed.reason
    writer = SealingWriter(_Disk(target), key)
    while True:
        try:
            piece = packed.content.read(_READ)
        except (*_DAMAGE, tarfile.TarError):
            return 0, "damaged"
        if not piece:
            writer.finish()
            return writer.size, ""
        spending.take(len(piece))
        writer.write(piece)


class _Disk:
    """A file of whose disk it is no fault of the archive's to be full."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target

    def write(self, piece: bytes | memoryview, /) -> int:
        try:
            return self._target.write(piece)
        except OSError as fault:
            raise SystemExit(1) from fault  # this process ends, which counts as an attempt


def _of_zip(source: BinaryIO, spending: Spending) -> Iterator[Packed]:
    try:
        archive = zipfile.ZipFile(source)
    except (*_DAMAGE, ValueError) as fault:
        raise Unreadable("damaged") from fault
    with archive:
        entries = archive.infolist()
        _check_directory(entries, spending)
        for entry in entries:
            spending.take_member()
            if not entry.is_dir():
                yield _zip_member(archive, entry)


def _check_directory(entries: list[zipfile.ZipInfo], spending: Spending) -> None:
    """Check what the directory says before anything is unpacked, and that no bytes are used twice.

    Entries that overlap are how 46 MB become 4.5 PB (Fifield, A better zip bomb, WOOT 2019).
    """
    if len(entries) > spending.members_left:
        raise TooLarge("too_many_members")
    reached = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < reached:
            raise Unreadable("damaged")
        reached = entry.header_offset + entry.compress_size
    Spending(spending.limits, spending.packed_bytes, spending.bytes_left, 0).take(
        sum(entry.file_size for entry in entries)
    )


def _zip_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Packed:
    name, reason = _label(entry.filename)
    mode = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == _UNIX else 0
    if mode not in (0, stat.S_IFREG):
        reason = reason or "no_file"
    elif entry.flag_bits & _ENCRYPTED:
        reason = reason or "encrypted"
    elif entry.compress_type not in _UNPACKABLE:
        reason = reason or "unknown_compression"
    if reason:
        return Packed(name, None, reason)
    try:
        return Packed(name, archive.open(entry))
    except (*_DAMAGE, RuntimeError, ValueError):
        return Packed(name, None, "damaged")


def _of_tar(source: BinaryIO, spending: Spending) -> Iterator[Packed]:
    source.seek(0)
    head = source.read(8)
    source.seek(0)
    unpacker = next((kind for mark, kind in _PACKED if head.startswith(mark)), None)
    stream: Any = source if unpacker is None else unpacker(source)
    # Skipping a member unpacks it all the same, so that is counted too, and by itself.
    skimming = replace(spending, bytes_left=spending.bytes_left + spending.limits.archive_trusted_bytes)
    counted = _Counted(stream, skimming if unpacker is not None else None)
    try:
        with tarfile.open(fileobj=counted, mode="r|") as archive:  # type: ignore[call-overload]
            for entry in archive:
                archive.members = []  # or it would remember every one of them
                spending.take_member()
                if not entry.isdir():
                    yield _tar_member(archive, entry)
    except tarfile.ReadError as fault:
        raise Unreadable("no_archive" if counted.is_fresh else "truncated") from fault
    except (tarfile.TarError, *_DAMAGE) as fault:
        raise Unreadable("truncated") from fault


def _tar_member(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Packed:
    name, reason = _label(entry.name)
    if not entry.isreg():
        reason = reason or "no_file"
    return Packed(name, None if reason else archive.extractfile(entry), reason)


class _Counted:
    """What is read of a stream, counted."""

    def __init__(self, stream: Any, spending: Spending | None) -> None:
        self._stream, self._spending = stream, spending
        self._read = 0

    @property
    def is_fresh(self) -> bool:
        """Tell whether no more than the first block was read."""
        return self._read <= 2 * tarfile.RECORDSIZE

    def read(self, size: int) -> bytes:
        piece: bytes = self._stream.read(size)
        self._read += len(piece)
        if self._spending is not None:
            self._spending.take(len(piece))
        return piece


def _label(name: str) -> tuple[str, str]:
    """Return a member's name as a path of ours, and a reason if it tries to lead elsewhere."""
    path = name.replace("\\", "/")
    parts = path.split("/")
    leads_out = path.startswith("/") or _DRIVE.match(path) or ".." in parts or "\0" in path
    return "/".join(part for part in parts if part not in ("", ".")), "unsafe_name" if leads_out else ""
