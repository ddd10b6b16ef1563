"""Camera times: the local reading and its offset from UTC, or the admission that nobody knows it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from media_analysis.engine.metadata.tags import Tags, as_text

_SOURCES: Final = (
    ("ExifIFD:DateTimeOriginal", "ExifIFD:OffsetTimeOriginal"),
    ("CanonRaw:DateTimeOriginal", ""),
    ("Keys:CreationDate", ""),
    ("XMP-exif:DateTimeOriginal", ""),
    ("ExifIFD:CreateDate", "ExifIFD:OffsetTimeDigitized"),
    ("XMP-photoshop:DateCreated", ""),
    ("RIFF:DateTimeOriginal", ""),
    ("QuickTime:CreateDate", ""),
    ("XMP-xmp:CreateDate", ""),
)
"""Where a capture time may stand and where its offset, the most trusted first. Times of editing are not
among them. QuickTime's is UTC by its standard, but many cameras write local time: its offset is unknown."""

_PATTERN: Final = re.compile(
    r"^(\d{4})[:-](\d{2})[:-](\d{2})[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d*)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_FIRST_YEAR: Final = 1900
_EPOCHS: Final = (1904, 1970, 1980)
"""Years whose first second is what an unset clock of QuickTime, Unix or FAT shows."""
_MOST_MINUTES: Final = 14 * 60


@dataclass(frozen=True, slots=True)
class CaptureTime:
    """A camera's local reading, and its offset from UTC in minutes if it is known."""

    taken_at: datetime
    utc_offset_minutes: int | None


def capture_time(tags: Tags) -> CaptureTime | None:
    """Return when a file says that it was taken; nothing if it says nothing credible."""
    return next(_readings(tags), None)


def parse_time(text: str, offset: str = "") -> CaptureTime | None:
    """Return a time as EXIF, XMP or QuickTime write it; the offset may stand in it or beside it."""
    found = _PATTERN.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        # Naive on purpose: the reading is kept as the camera showed it.
        taken_at = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
    if year < _FIRST_YEAR or (year in _EPOCHS and (month, day, hour, minute, second) == (1, 1, 0, 0, 0)):
        return None
    return CaptureTime(taken_at, parse_offset(found[7] or offset))


def parse_offset(text: str) -> int | None:
    """Return `+05:30`, `-0800` or `Z` in minutes; nothing for what is no offset on earth."""
    if text.strip() == "Z":
        return 0
    found = re.fullmatch(r"([+-])(\d{2}):?(\d{2})", text.strip())
    if found is None:
        return None
    minutes = int(found[2]) * 60 + int(found[3])
    return None if minutes > _MOST_MINUTES else minutes if found[1] == "+" else -minutes


def _readings(tags: Tags) -> Iterator[CaptureTime]:
    for key, offset_key in _SOURCES:
        reading = parse_time(as_text(tags.get(key)), as_text(tags.get(offset_key)))
        if reading is not None:
            yield reading
