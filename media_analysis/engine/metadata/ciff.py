"""Canon's CRW files: nested heaps of records (CIFF, as described at https://exiftool.org/canon_raw.html)."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

SIGNATURE: Final = b"HEAPCCDR"
_RECORD: Final = 10
_MOST_RECORDS: Final = 256
_DEEPEST: Final = 6
_IN_RECORD: Final = 0x4000
_HEAPS: Final = (0x2800, 0x3000)

_MAKE_MODEL: Final = 0x080A
_SERIAL_NUMBER: Final = 0x180B
_CAPTURED_AT: Final = 0x180E


def is_ciff(head: bytes) -> bool:
    """Tell whether a file begins like a CRW."""
    return head[6:14] == SIGNATURE


def read_ciff(content: bytes) -> Iterator[tuple[str, object]]:
    """Yield make, model, serial number and time of a CRW as `CanonRaw:Name` and value."""
    (start,) = struct.unpack_from("<I", content, 2)
    for tag, raw in _records(content, start, len(content), _DEEPEST):
        if tag == _MAKE_MODEL:
            make, model = [*raw.decode("latin-1").split("\0"), "", ""][:2]
            yield from (("CanonRaw:Make", make), ("CanonRaw:Model", model))
        elif tag == _SERIAL_NUMBER:
            yield "CanonRaw:SerialNumber", struct.unpack_from("<I", raw)[0]
        elif tag == _CAPTURED_AT:
            # Seconds of the camera's own clock, which knows no zone.
            clock = datetime.fromtimestamp(struct.unpack_from("<I", raw)[0], UTC)
            yield "CanonRaw:DateTimeOriginal", f"{clock:%Y:%m:%d %H:%M:%S}"


def _records(content: bytes, start: int, end: int, depth: int) -> Iterator[tuple[int, bytes]]:
    """Yield tag and bytes of every record in a heap and those within; bad places end the heap."""
    if depth == 0 or not 0 <= start <= end - 4 or end > len(content):
        return
    table = start + struct.unpack_from("<I", content, end - 4)[0]
    if table + 2 > end:
        return
    (count,) = struct.unpack_from("<H", content, table)
    for number in range(min(count, _MOST_RECORDS)):
        place = table + 2 + number * _RECORD
        if place + _RECORD > end:
            return
        kind, size, offset = struct.unpack_from("<HII", content, place)
        if kind & _IN_RECORD:
            yield kind & 0x3FFF, content[place + 2 : place + _RECORD]
        elif kind & 0x3800 in _HEAPS:
            yield from _records(content, start + offset, start + offset + size, depth - 1)
        elif start + offset + size <= end:
            yield kind & 0x3FFF, content[start + offset : start + offset + size]
