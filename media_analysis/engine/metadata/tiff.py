"""The part of TIFF that EXIF and most maker notes are written in: directories of numbered entries."""

import struct
from dataclasses import dataclass
from typing import Final

_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_NUMBERS: Final = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I"}
_TEXT: Final = 2
_INLINE: Final = 4
_ENTRY: Final = 12
_MOST_ENTRIES: Final = 512
_MOST_BYTES: Final = 1 << 20

MAKE: Final = 0x010F
EXIF_DIRECTORY: Final = 0x8769
MAKER_NOTE: Final = 0x927C


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its bytes, how to read them, and where in the block they stand."""

    kind: int
    raw: bytes
    offset: int
    order: str

    def text(self) -> str:
        """Return the bytes up to the first NUL as text."""
        return self.raw.split(b"\0")[0].decode("latin-1").strip()

    def numbers(self) -> tuple[int, ...]:
        """Return the entry as whole numbers; none if it is of another kind."""
        letter = _NUMBERS.get(self.kind)
        if letter is None:
            return ()
        return struct.unpack(f"{self.order}{len(self.raw) // _SIZES[self.kind]}{letter}", self.raw)

    def value(self) -> str | int | bytes:
        """Return text, a single whole number, or else the bytes."""
        if self.kind == _TEXT:
            return self.text()
        numbers = self.numbers()
        return numbers[0] if len(numbers) == 1 else self.raw


def byte_order(mark: bytes) -> str | None:
    """Return struct's sign for `II` or `MM`."""
    return {b"II": "<", b"MM": ">"}.get(mark)


def first_directory(block: bytes) -> dict[int, Entry]:
    """Return the first directory of a TIFF block; nothing if it is none."""
    order = byte_order(block[:2])
    if order is None or len(block) < _ENTRY:
        return {}
    (at,) = struct.unpack_from(f"{order}I", block, 4)
    return directory(block, at, 0, order)


def directory(block: bytes, at: int, base: int, order: str) -> dict[int, Entry]:
    """Return the entries of the directory at `at`, whose offsets count from `base`.

    Entries that point outside the block are left out: damaged and hostile files have them.
    """
    if at < 0 or at + 2 > len(block):
        return {}
    (count,) = struct.unpack_from(f"{order}H", block, at)
    entries = {}
    for number in range(min(count, _MOST_ENTRIES)):
        place = at + 2 + number * _ENTRY
        if place + _ENTRY > len(block):
            break
        tag, entry = _entry(block, place, base, order)
        if entry is not None:
            entries[tag] = entry
    return entries


def _entry(block: bytes, place: int, base: int, order: str) -> tuple[int, Entry | None]:
    tag, kind, count, pointer = struct.unpack_from(f"{order}HHII", block, place)
    length = _SIZES.get(kind, 0) * count
    offset = place + 8 if length <= _INLINE else base + pointer
    if not 0 < length <= _MOST_BYTES or offset < 0 or offset + length > len(block):
        return tag, None
    return tag, Entry(kind, block[offset : offset + length], offset, order)
