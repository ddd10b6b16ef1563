"""Files sealed with AES-256-GCM in segments, so that any part can be read and none can be taken out or moved.

A sealed file is a header (magic, id of the key, id of the object) and segments: a random nonce, up to 1 MiB
of ciphertext, a tag. Each tag covers the header, the segment's number and whether it is the last, so that
segments that were cut off, left out, swapped or brought from another file are noticed. That is the STREAM
construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, CRYPTO 2015) with random nonces in place of a counter, so that a segment can be written
anew; 2^32 of them under one key stay within NIST SP 800-38D §8.3.

It stands at the bottom because the decoder, which knows neither Django nor any room, reads such files too.
"""

from __future__ import annotations

import errno
import hashlib
import io
import mmap
import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Buffer

Plain = bytes | bytearray | memoryview

SEGMENT: Final = 1024 * 1024
"""Bytes of plain text in every segment but the last."""

KEY_BYTES: Final = 32

_MAGIC: Final = b"ICSEsl1\n"
_HEADER: Final = len(_MAGIC) + 16 + 16
_NONCE: Final = 12
OVERHEAD: Final = _NONCE + 16
"""Bytes by which a segment is longer than what is in it."""


class SealBroken(Exception):
    """A sealed file is not what was written: `offset` is the first byte of the segment that is not."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"the seal is broken at byte {offset}")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of a file, and of what is made from it; its secret is 32 random bytes."""

    id: UUID
    secret: bytes = field(repr=False)


def warm_up() -> None:
    """Have the cipher made ready once: each process that is forked later would take a millisecond for it."""
    AESGCM(bytes(KEY_BYTES)).encrypt(bytes(_NONCE), b"", None)


def new_key() -> DataKey:
    """Return a key that nobody has used."""
    return DataKey(uuid4(), secrets.token_bytes(KEY_BYTES))


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A sealed file and what opens it, to be handed to whoever reads it."""

    path: Path
    key: DataKey

    def open(self) -> io.BufferedReader:
        """Open it for reading its plain bytes."""
        return open_sealed(self.path.open("rb"), self.key)


def sealed_size(size: int) -> int:
    """Return how long a sealed file of so many plain bytes is."""
    return _HEADER + size + OVERHEAD * max(1, -(-size // SEGMENT))


def plain_size(size: int) -> int:
    """Return how many plain bytes a sealed file of this length holds.

    Raises:
        SealBroken: No sealed file has this length.
    """
    body = size - _HEADER
    plain = body - OVERHEAD * -(-body // (SEGMENT + OVERHEAD))
    if plain < 0 or sealed_size(plain) != size:
        raise SealBroken(size)
    return plain


def place_of(index: int) -> int:
    """Return at which byte of a sealed file a segment begins."""
    return _HEADER + index * (SEGMENT + OVERHEAD)


def segment_at(offset: int) -> int:
    """Return in which segment a byte of a sealed file is; its header counts as the first."""
    return max(0, offset - _HEADER) // (SEGMENT + OVERHEAD)


class Seal:
    """Seals and opens the segments of one file."""

    def __init__(self, key: DataKey, header: bytes = b"") -> None:
        """Go on with the file of this header, or begin a new one.

        Raises:
            SealBroken: That is no header, or another key's.
        """
        self.header = header or _MAGIC + key.id.bytes + uuid4().bytes
        if len(self.header) != _HEADER or not self.header.startswith(_MAGIC + key.id.bytes):
            raise SealBroken(0)
        self._cipher = AESGCM(key.secret)

    def close(self, index: int, plain: Plain, *, is_last: bool, room: bytearray | None = None) -> memoryview:
        """Return a segment, sealed; in `room` if that is lent, until it is used for the next one."""
        sealed = memoryview(bytearray(len(plain) + OVERHEAD) if room is None else room)
        sealed = sealed[: len(plain) + OVERHEAD]
        sealed[:_NONCE] = nonce = os.urandom(_NONCE)
        self._cipher.encrypt_into(nonce, plain, self._about(index, is_last=is_last), sealed[_NONCE:])
        return sealed

    def open(self, index: int, sealed: Plain, *, is_last: bool) -> bytes:
        """Return what is in a segment.

        Raises:
            SealBroken: It is not what was sealed, or not here.
        """
        view = memoryview(sealed)
        try:
            return self._cipher.decrypt(view[:_NONCE], view[_NONCE:], self._about(index, is_last=is_last))
        except (InvalidTag, ValueError) as broken:
            raise SealBroken(place_of(index)) from broken

    def open_into(self, room: memoryview, index: int, sealed: memoryview, *, is_last: bool) -> None:
        """Put what is in a segment into room of its length. Raises SealBroken."""
        about = self._about(index, is_last=is_last)
        try:
            self._cipher.decrypt_into(sealed[:_NONCE], sealed[_NONCE:], about, room)
        except (InvalidTag, ValueError) as broken:
            raise SealBroken(place_of(index)) from broken

    def _about(self, index: int, *, is_last: bool) -> bytes:
        return self.header + index.to_bytes(8, "big") + bytes([is_last])


def read_header(stream: BinaryIO) -> bytes:
    """Return the header of a sealed file; the stream then stands at its first segment."""
    stream.seek(0)
    return stream.read(_HEADER)


def is_sealed_with(stream: BinaryIO, key: DataKey) -> bool:
    """Tell whether a stream begins as a file that was sealed with this key; its seals are not looked at."""
    return read_header(stream).startswith(_MAGIC + key.id.bytes)


class Writable(Protocol):
    """What takes bytes, or some of them, and returns how many it took."""

    def write(self, piece: bytes | memoryview, /) -> int:
        """Take bytes."""


class SealingWriter:
    """Seals what is written to it, in order, and digests the sealed file on the way.

    `size` counts the plain bytes; `sealed_size` and `sealed_sha256` are of the file, once it is finished.
    """

    def __init__(self, stream: Writable, key: DataKey) -> None:
        self._stream = stream
        self._seal = Seal(key)
        self._digest = hashlib.sha256()
        # Lent to every segment: new memory for each would take longer than sealing it.
        self._segment, self._room = bytearray(SEGMENT), bytearray(SEGMENT + OVERHEAD)
        self._filled = 0
        self._index = 0
        self.size = 0
        self.sealed_size = 0
        self._put(self._seal.header)

    def write(self, piece: Plain) -> int:
        """Take the next bytes."""
        left = view = memoryview(piece)
        self.size += len(view)
        while left:
            if self._filled == SEGMENT:  # held back until now: it might have been the last
                self._close(is_last=False)
            part = left[: SEGMENT - self._filled]
            self._segment[self._filled : self._filled + len(part)] = part
            self._filled += len(part)
            left = left[len(part) :]
        return len(view)

    def finish(self) -> None:
        """Seal the last segment."""
        self._close(is_last=True)
        self._segment, self._room = bytearray(), bytearray()

    @property
    def sealed_sha256(self) -> str:
        """Return the SHA-256 of the sealed file, in hexadecimal."""
        return self._digest.hexdigest()

    def _close(self, *, is_last: bool) -> None:
        plain = memoryview(self._segment)[: self._filled]
        self._put(self._seal.close(self._index, plain, is_last=is_last, room=self._room))
        self._index, self._filled = self._index + 1, 0

    def _put(self, sealed: bytes | memoryview) -> None:
        self._digest.update(sealed)
        left = memoryview(sealed)
        while left:  # an unbuffered file may take less than it was given
            left = left[self._stream.write(left) :]
        self.sealed_size += len(sealed)


class Places(io.RawIOBase):
    """A stream of `size` bytes that is read from any place; how, a kind of its own says by `readinto`."""

    size = 0

    def __init__(self) -> None:
        super().__init__()
        self._at = 0

    def readable(self) -> bool:
        """Return that it is."""
        return True

    def seekable(self) -> bool:
        """Return that it is."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move; a place before the beginning is refused, as of a file."""
        place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        if place < 0:
            raise OSError(errno.EINVAL, "a place before the beginning")
        self._at = place
        return place

    def tell(self) -> int:
        """Return where it stands."""
        return self._at


class SealedReader(Places):
    """The plain bytes of a sealed file, from any place; the segment read last is kept."""

    def __init__(self, stream: BinaryIO, key: DataKey) -> None:
        """Read a seekable stream, which is closed with the reader.

        Raises:
            SealBroken: It is no sealed file of this key, or was cut off.
        """
        super().__init__()
        self._stream = stream
        self._seal = Seal(key, read_header(stream))
        self.size = plain_size(stream.seek(0, os.SEEK_END))
        self._last = max(0, -(-self.size // SEGMENT) - 1)
        self._held: tuple[int, bytes] = (-1, b"")

    def readinto(self, room: Buffer, /) -> int:
        """Read up to the end of a segment at most. Raises SealBroken."""
        if self._at >= self.size:
            if self.size == 0:
                self.segment(0)  # an empty file has a seal as well
            return 0
        index, within = divmod(self._at, SEGMENT)
        view = memoryview(room).cast("B")
        part = memoryview(self.segment(index))[within : within + len(view)]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def unseal_into(self, room: memoryview) -> None:
        """Put all plain bytes of a file on a disk into room of their length. Raises SealBroken.

        It is read where it lies, since memory for a copy would take longer than opening it. A disk that fails
        to read ends the process (SIGBUS): this is for those that live for one file.
        """
        lying = mmap.mmap(self._stream.fileno(), 0, access=mmap.ACCESS_READ)
        with lying, memoryview(lying) as sealed:
            for index in range(self._last + 1):
                with (
                    room[index * SEGMENT : (index + 1) * SEGMENT] as part,
                    sealed[place_of(index) : place_of(index + 1)] as here,
                ):
                    self._seal.open_into(part, index, here, is_last=index == self._last)

    def segment(self, index: int) -> bytes:
        """Return the plain bytes of a segment. Raises SealBroken."""
        if self._held[0] != index:
            self._stream.seek(place_of(index))
            length = min(SEGMENT, self.size - index * SEGMENT) + OVERHEAD
            sealed = self._stream.read(length)
            self._held = (index, self._seal.open(index, sealed, is_last=index == self._last))
        return self._held[1]

    def close(self) -> None:
        """Close the stream as well."""
        if not self.closed:
            self._held = (-1, b"")
            self._stream.close()
        super().close()


def open_sealed(stream: BinaryIO, key: DataKey) -> io.BufferedReader:
    """Return a reader of the plain bytes of a sealed stream, which is closed with it.

    Raises:
        SealBroken: It is no sealed file of this key, or was cut off; also when it is read.
    """
    try:
        return io.BufferedReader(SealedReader(stream, key), 64 * 1024)
    except BaseException:
        stream.close()
        raise


def unsealed(stream: BinaryIO, key: DataKey, digest: hashlib._Hash | None = None) -> Iterator[bytes]:
    """Yield the plain bytes of a sealed stream segment by segment, in one pass; digest it as it lies.

    Raises:
        SealBroken: It is no sealed file of this key, or not what was written.
    """
    seal = Seal(key, header := read_header(stream))
    if digest is not None:
        digest.update(header)
    index, sealed = 0, stream.read(SEGMENT + OVERHEAD)
    while True:
        following = stream.read(SEGMENT + OVERHEAD)
        if digest is not None:
            digest.update(sealed)
        yield seal.open(index, sealed, is_last=not following)
        if not following:
            return
        index, sealed = index + 1, following


class SealedScratch(Places):
    """A sealed file that is written, and read again, at any place until it is finished.

    For what writes with its own idea of order, such as the index of an MP4. One segment is held in memory.
    """

    def __init__(self, stream: BinaryIO, key: DataKey) -> None:
        """Begin in an empty unbuffered stream, opened for reading and writing."""
        super().__init__()
        self._stream = stream
        self._seal = Seal(key)
        self._stream.write(self._seal.header)
        self._index, self._segment, self._is_dirty = 0, bytearray(), True

    def writable(self) -> bool:
        """Return that it is."""
        return True

    def readinto(self, room: Buffer, /) -> int:
        """Read up to the end of a segment at most."""
        if self._at >= self.size:
            return 0
        self._turn_to(self._at // SEGMENT)
        view = memoryview(room).cast("B")
        part = bytes(self._segment[self._at % SEGMENT :][: len(view)])
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def write(self, piece: Buffer, /) -> int:
        """Write where it stands; what lies between there and the end so far becomes zeros."""
        view = memoryview(piece).cast("B")
        gap = self._at - self.size if view else 0
        if gap > 0:
            self._at = self.size
            while gap > 0:
                gap -= self._put(memoryview(bytes(min(gap, SEGMENT))))
        written = 0
        while written < len(view):
            written += self._put(view[written:])
        return written

    def finish(self) -> None:
        """Seal the last segment; nothing may be written afterwards."""
        self._turn_to(max(0, -(-self.size // SEGMENT) - 1))
        self._is_dirty = True
        self._flush(is_last=True)

    def _put(self, view: memoryview) -> int:
        """Write into the segment where it stands; return how much of it went there."""
        index, within = divmod(self._at, SEGMENT)
        self._turn_to(index)
        part = view[: SEGMENT - within]
        self._segment[within : within + len(part)] = part
        self._is_dirty = True
        self._at += len(part)
        self.size = max(self.size, self._at)
        return len(part)

    def _turn_to(self, index: int) -> None:
        if index == self._index:
            return
        self._flush(is_last=False)
        self._index, self._segment, self._is_dirty = index, bytearray(), False
        length = min(SEGMENT, self.size - index * SEGMENT)
        if length > 0:
            self._stream.seek(place_of(index))
            sealed = self._stream.read(length + OVERHEAD)
            self._segment += self._seal.open(index, sealed, is_last=False)

    def _flush(self, *, is_last: bool) -> None:
        if self._is_dirty:
            self._stream.seek(place_of(self._index))
            left = self._seal.close(self._index, self._segment, is_last=is_last)
            while left:
                left = left[self._stream.write(left) :]
            self._is_dirty = False
