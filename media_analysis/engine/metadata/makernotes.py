"""Serial numbers in the makers' private notes, of which the general reader knows only some.

Layouts and tag numbers after exiftool's documentation of tag names (https://exiftool.org/TagNames/).
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from media_analysis.engine.metadata.tiff import (
    EXIF_DIRECTORY,
    MAKE,
    MAKER_NOTE,
    Entry,
    byte_order,
    directory,
    first_directory,
)

Reading = Callable[[Entry], object]


@dataclass(frozen=True, slots=True)
class Layout:
    """How the notes of one maker begin, where their directory is and what in it is of interest.

    `tags` leads from a tag number to a name and how it is read; `parts` to the tags of a directory within.
    """

    group: str
    prefix: bytes
    start: int
    tags: dict[int, tuple[str, Reading]]
    counts_from_note: bool = False
    parts: dict[int, dict[int, tuple[str, Reading]]] | None = None


def _as_read(entry: Entry) -> object:
    return entry.value()


def _bytes_as_text(entry: Entry) -> object:
    return entry.text()


def _hexadecimal(entry: Entry) -> object:
    return entry.raw.hex()


def _fifth_number(entry: Entry) -> object:
    return (*entry.numbers(), 0, 0, 0, 0, 0)[4]


_OLYMPUS_TAGS: Final[dict[int, tuple[str, Reading]]] = {0x0404: ("SerialNumber", _as_read)}
_OLYMPUS_PARTS: Final[dict[int, dict[int, tuple[str, Reading]]]] = {
    0x2010: {
        0x0101: ("SerialNumber", _bytes_as_text),
        0x0102: ("InternalSerialNumber", _bytes_as_text),
        0x0202: ("LensSerialNumber", _bytes_as_text),
    }
}
_PENTAX_TAGS: Final[dict[int, tuple[str, Reading]]] = {
    0x0215: ("InternalSerialNumber", _fifth_number),
    0x0229: ("SerialNumber", _bytes_as_text),
}
_CANON_TAGS: Final[dict[int, tuple[str, Reading]]] = {
    0x000C: ("SerialNumber", _as_read),
    0x0096: ("InternalSerialNumber", _bytes_as_text),
}

LAYOUTS: Final = (
    Layout(
        "Nikon", b"Nikon\0\x02", 18, {0x001D: ("SerialNumber", _as_read), 0x00A0: ("SerialNumber", _as_read)}
    ),
    Layout("Olympus", b"OLYMPUS\0", 12, _OLYMPUS_TAGS, counts_from_note=True, parts=_OLYMPUS_PARTS),
    Layout("Olympus", b"OM SYSTEM\0", 16, _OLYMPUS_TAGS, counts_from_note=True, parts=_OLYMPUS_PARTS),
    Layout("Olympus", b"OLYMP\0", 8, _OLYMPUS_TAGS, parts=_OLYMPUS_PARTS),
    Layout(
        "Panasonic",
        b"Panasonic\0",
        12,
        {0x0025: ("InternalSerialNumber", _bytes_as_text), 0x0052: ("LensSerialNumber", _bytes_as_text)},
    ),
    Layout("Pentax", b"PENTAX \0", 10, _PENTAX_TAGS, counts_from_note=True),
    Layout("Pentax", b"AOC\0", 6, _PENTAX_TAGS),
    Layout("Sigma", b"SIGMA\0", 10, {0x0002: ("SerialNumber", _bytes_as_text)}),
    Layout("Motorola", b"MOT\0", 8, {0x5501: ("SerialNumber", _bytes_as_text)}, counts_from_note=True),
    Layout("Ricoh", b"Ricoh", 8, {0x0005: ("InternalSerialNumber", _hexadecimal)}),
    Layout(
        "FujiFilm", b"FUJIFILM", 12, {0x0010: ("InternalSerialNumber", _bytes_as_text)}, counts_from_note=True
    ),
    Layout("Sony", b"SONY DSC \0", 12, {0x2031: ("SerialNumber", _bytes_as_text)}),
    Layout("Canon", b"", 0, _CANON_TAGS),
)


def serial_numbers(block: bytes) -> Iterator[tuple[str, object]]:
    """Yield `Group:Name` and value of the serial numbers in the maker note of an EXIF block."""
    top = first_directory(block)
    pointer = top.get(EXIF_DIRECTORY)
    if pointer is None or not pointer.numbers():
        return
    note = directory(block, pointer.numbers()[0], 0, pointer.order).get(MAKER_NOTE)
    make = top[MAKE].text() if MAKE in top else ""
    layout = next((each for each in LAYOUTS if note and _fits(each, note, make)), None)
    if note and layout:
        yield from _read(block, note, layout)


def _fits(layout: Layout, note: Entry, make: str) -> bool:
    # Canon's notes begin without a name.
    return note.raw.startswith(layout.prefix) if layout.prefix else make.startswith(layout.group)


def _read(block: bytes, note: Entry, layout: Layout) -> Iterator[tuple[str, object]]:
    start, base, order = _directory_place(note, layout)
    entries = directory(block, start, base, order)
    yield from _named(entries, layout.group, layout.tags)
    for tag, tags in (layout.parts or {}).items():
        if tag in entries:
            part = entries[tag]
            # Newer notes hold the place of the part, older ones the part itself.
            place = base + part.numbers()[0] if len(part.numbers()) == 1 else part.offset
            yield from _named(directory(block, place, base, order), layout.group, tags)


def _directory_place(note: Entry, layout: Layout) -> tuple[int, int, str]:
    """Return where the directory begins, where its offsets count from, and its byte order."""
    if layout.group == "Nikon":  # a TIFF header of its own
        base = note.offset + 10
        order = byte_order(note.raw[10:12]) or note.order
        return base + struct.unpack_from(f"{order}I", note.raw.ljust(18, b"\0"), 14)[0], base, order
    order = byte_order(note.raw[layout.start - 2 : layout.start]) or note.order
    if layout.group == "FujiFilm":
        order = "<"
    if layout.prefix in (b"OLYMPUS\0", b"OM SYSTEM\0"):
        order = byte_order(note.raw[layout.start - 4 : layout.start - 2]) or note.order
    return note.offset + layout.start, note.offset if layout.counts_from_note else 0, order


def _named(
    entries: dict[int, Entry], group: str, tags: dict[int, tuple[str, Reading]]
) -> Iterator[tuple[str, object]]:
    for tag, (name, read) in tags.items():
        if tag in entries:
            yield f"{group}:{name}", read(entries[tag])
