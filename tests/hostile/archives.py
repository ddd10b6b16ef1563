"""Archives: good ones, and such that lie, lead elsewhere or would exhaust a careless reader."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
from typing import TYPE_CHECKING, Final

from media_analysis.engine.decoding.errors import TooLarge, Unreadable
from tests.hostile.photos import Hostile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MIB: Final = 1024 * 1024
PACKERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "tar": bytes,
    "tar.gz": gzip.compress,
    "tar.bz2": bz2.compress,
    "tar.xz": lzma.compress,
}


def zipped(members: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive of these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def tarred(members: Mapping[str, bytes], kind: str = "tar") -> bytes:
    """Return a TAR archive of these files, packed as `PACKERS` names it."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return PACKERS[kind](target.getvalue())


def zip_with_link(target: str = "/etc/passwd") -> bytes:
    """Return a ZIP with a good file, a symbolic link and a device."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("good.txt", b"good")
        for name, kind in (("link", stat.S_IFLNK), ("device", stat.S_IFBLK)):
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            entry.external_attr = (kind | 0o777) << 16
            archive.writestr(entry, target)
    return stream.getvalue()


def tar_with_links() -> bytes:
    """Return a TAR with a good file, links out of it and a device."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, kind in (("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("device", tarfile.BLKTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        entry = tarfile.TarInfo("good.txt")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"good"))
    return stream.getvalue()


def encrypted_zip() -> bytes:
    """Return a ZIP whose only member says that it is encrypted."""
    content = bytearray(zipped({"secret.jpg": b"x" * 100}, zipfile.ZIP_STORED))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    return bytes(content)


def damaged_zip() -> bytes:
    """Return a ZIP with a good member and one whose content is not what its checksum says."""
    content = bytearray(zipped({"good.txt": b"good", "bad.txt": b"bad!" * 10}, zipfile.ZIP_STORED))
    content[content.index(b"bad!bad!")] ^= 1
    return bytes(content)


def overlapping_zip() -> bytes:
    """Return a ZIP of which many directory entries name the same bytes (Fifield 2019, quoted overlap)."""
    kernel = zipped({"a": bytes(1 * MIB)})
    directory_at = kernel.index(b"PK\x01\x02")
    entry = kernel[directory_at : kernel.rindex(b"PK\x05\x06")]
    number = 20
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, number * len(entry), directory_at, 0)
    return kernel[:directory_at] + entry * number + end


def lying_zip() -> bytes:
    """Return a ZIP whose directory says that its member has ten bytes, of which it has a mebibyte."""
    content = bytearray(zipped({"a.txt": bytes(MIB)}))
    struct.pack_into("<L", content, content.index(b"PK\x01\x02") + 24, 10)
    return bytes(content)


def zip_of_zeros(size: int = 200 * MIB) -> bytes:
    """Return a ZIP that grows a thousandfold."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros", "w") as member:
        for _ in range(size // MIB):
            member.write(bytes(MIB))
    return stream.getvalue()


def zip_of_many(number: int) -> bytes:
    """Return a ZIP of empty files."""
    return zipped({str(each): b"" for each in range(number)}, zipfile.ZIP_STORED)


def hostile_archives() -> Iterator[Hostile]:
    """Yield the archives that are refused as a whole."""
    good = tarred({"a.txt": bytes(range(256)) * 400})
    yield Hostile("zip_of_zeros", zip_of_zeros, TooLarge, "too_dense")
    yield Hostile("tar_gz_of_zeros", lambda: tarred({"0": bytes(200 * MIB)}, "tar.gz"), TooLarge, "too_dense")
    yield Hostile("zip_of_100000", lambda: zip_of_many(100_000), TooLarge, "too_many_members")
    yield Hostile(
        "tar_of_30000", lambda: tarred({str(n): b"" for n in range(30_000)}), TooLarge, "too_many_members"
    )
    yield Hostile("overlapping_zip", overlapping_zip, Unreadable, "damaged")
    yield Hostile(
        "zip_without_directory", lambda: zipped({"a": bytes(range(256)) * 9})[:200], Unreadable, "damaged"
    )
    yield Hostile("empty_start_of_zip", lambda: b"PK\x03\x04", Unreadable, "damaged")
    yield Hostile("cut_tar", lambda: good[: len(good) // 2], Unreadable, "truncated")
    yield Hostile("cut_tar_gz", lambda: gzip.compress(good)[:-200], Unreadable, "truncated")
    yield Hostile("gzip_of_a_text", lambda: gzip.compress(b"hello " * 5000), Unreadable, "no_archive")
    yield Hostile("xz_of_nothing", lambda: lzma.compress(b""), Unreadable, "no_archive")
    yield Hostile("gzip_of_random", lambda: b"\x1f\x8b" + bytes(range(256)) * 40, Unreadable, "truncated")
