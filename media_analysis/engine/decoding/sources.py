"""The file that a decoder child reads: as it lies, or unsealed on the way.

What is sealed is opened with the file's own key, which opens nothing else. Readers of pictures and of tags
want the whole of a file at once, or its name: for them it is unsealed into memory before anything reads it.
Films and archives are unsealed where they are read.
"""

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from typing import TYPE_CHECKING, BinaryIO, Final

from icse.common.sealing import DataKey, Places, SealedReader, open_sealed
from media_analysis.engine.decoding.limits import MIB, Limits

if TYPE_CHECKING:
    from typing_extensions import Buffer

_HEAD: Final = 16 * MIB
_TAIL: Final = 48 * MIB


@dataclass(frozen=True, slots=True)
class OpenedSource:
    """A file that was opened for a child: its plain bytes, how many they are, and what has to stay open."""

    stream: BinaryIO
    size: int
    descriptors: tuple[int, ...]


class InMemory(Places):
    """A file that lies in memory: read as a file is, or as the bytes that it is (`whole`)."""

    def __init__(self, content: mmap.mmap) -> None:
        super().__init__()
        self.content = content
        self.size = len(content)

    def readinto(self, room: "Buffer", /) -> int:
        """Read as much as there is room for."""
        view = memoryview(room).cast("B")
        piece = self.content[self._at : self._at + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def readall(self) -> bytes:
        """Return the rest, by one copy."""
        rest, self._at = self.content[self._at :], self.size
        return rest


@contextmanager
def whole(source: BinaryIO) -> Iterator[mmap.mmap]:
    """Yield all bytes of an open file that is not empty."""
    if isinstance(lying := getattr(source, "raw", None), InMemory):
        yield lying.content
        return
    with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content


def opened_source(work: str, descriptor: int, key: DataKey | None, limits: Limits) -> OpenedSource:
    """Open the file of a child that is still to be confined: nothing of it is interpreted here.

    Raises:
        SealBroken: It is not what was sealed with this key.
    """
    if key is None:
        stream = os.fdopen(descriptor, "rb")
        return OpenedSource(stream, os.fstat(descriptor).st_size, (descriptor,))
    # Never closed: whoever looks at a process that hangs sees what it reads.
    sealed = os.fdopen(descriptor, "rb", buffering=0, closefd=False)
    if work not in ("still", "metadata"):
        plain = open_sealed(sealed, key)
        size = plain.seek(0, os.SEEK_END)
        plain.seek(0)
        return OpenedSource(plain, size, (descriptor,))
    reader = SealedReader(sealed, key)
    if work == "still" and 0 < reader.size <= limits.picture_bytes:
        return OpenedSource(BufferedReader(_in_memory(reader)), reader.size, (descriptor,))
    memory = _under_a_name(reader, limits.picture_bytes)
    return OpenedSource(os.fdopen(memory, "rb"), reader.size, (descriptor, memory))


def _in_memory(reader: SealedReader) -> InMemory:
    content = mmap.mmap(-1, reader.size)
    # Memory is taken page by page, which for a photo takes longer than unsealing it, unless pages are large.
    with suppress(OSError):  # a kernel without large pages
        content.madvise(mmap.MADV_HUGEPAGE)
    _unseal_into(content, reader)
    return InMemory(content)


def _under_a_name(reader: SealedReader, most: int) -> int:
    """Return a descriptor of memory that holds a file, or of a longer one its beginning and its end.

    Between them are zeros, which take no room: tags stand before or behind what they are about, and a picture
    of that size is refused for it.
    """
    memory = os.memfd_create("unsealed", os.MFD_CLOEXEC)
    os.ftruncate(memory, reader.size)
    if 0 < reader.size <= most:
        # Taking all pages at once is cheaper than a fault for each.
        with mmap.mmap(memory, reader.size, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE) as content:
            _unseal_into(content, reader)
        return memory
    for start, end in ((0, _HEAD), (max(0, reader.size - _TAIL), reader.size)):
        reader.seek(start)
        while reader.tell() < end and (piece := reader.read(MIB)):
            os.pwrite(memory, piece, reader.tell() - len(piece))
    return memory


def _unseal_into(content: mmap.mmap, reader: SealedReader) -> None:
    with memoryview(content) as room:
        reader.unseal_into(room)
