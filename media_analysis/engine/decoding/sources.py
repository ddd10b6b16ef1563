"""The file that a decoder child reads: as it lies, or unsealed on the way.

What is sealed is opened with the file's own key, which opens nothing else. Readers of pictures and of tags
want the whole of a file at once, or its name: for them it is unsealed into memory before anything reads it.
Films and archives are unsealed where they are read.
"""

import mmap
import os
from dataclasses import dataclass
from typing import BinaryIO, Final

from icse.common.sealing import DataKey, SealedReader, open_sealed
from media_analysis.engine.decoding.limits import MIB, Limits

_WHOLE: Final = ("still", "metadata")
_HEAD: Final = 16 * MIB
_TAIL: Final = 48 * MIB


@dataclass(frozen=True, slots=True)
class OpenedSource:
    """A file that was opened for a child: its plain bytes, how many they are, and what has to stay open."""

    stream: BinaryIO
    size: int
    descriptor: int


def opened_source(work: str, descriptor: int, key: DataKey | None, limits: Limits) -> OpenedSource:
    """Open the file of a child that is still to be confined: nothing of it is interpreted here.

    Raises:
        SealBroken: It is not what was sealed with this key.
    """
    if key is None:
        return OpenedSource(os.fdopen(descriptor, "rb"), os.fstat(descriptor).st_size, descriptor)
    sealed = os.fdopen(descriptor, "rb", buffering=0)
    if work not in _WHOLE:
        stream = open_sealed(sealed, key)
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        return OpenedSource(stream, size, descriptor)
    with SealedReader(sealed, key) as reader:
        memory = _in_memory(reader, limits.picture_bytes)
        return OpenedSource(os.fdopen(memory, "rb"), reader.size, memory)


def _in_memory(reader: SealedReader, most: int) -> int:
    """Return a descriptor of memory that holds a file, or of a longer one its beginning and its end.

    Between them are zeros, which take no room: tags stand before or behind what they are about, and a picture
    of that size is refused for it.
    """
    memory = os.memfd_create("unsealed", os.MFD_CLOEXEC)
    os.ftruncate(memory, reader.size)
    if 0 < reader.size <= most:
        # Taking all pages at once is cheaper than a fault for each.
        with (
            mmap.mmap(memory, reader.size, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE) as mapping,
            memoryview(mapping) as room,
        ):
            reader.unseal_into(room)
        return memory
    for start, end in ((0, _HEAD), (max(0, reader.size - _TAIL), reader.size)):
        reader.seek(start)
        while reader.tell() < end and (piece := reader.read(MIB)):
            os.pwrite(memory, piece, reader.tell() - len(piece))
    return memory
