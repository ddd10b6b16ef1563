"""Places on earth in all the spellings that metadata use; what makes no sense is no place."""

import math
import re
from collections.abc import Iterator
from typing import Final

from media_analysis.engine.metadata.tags import Tags, Value, as_text

Position = tuple[float, float]
"""Latitude and longitude in degrees, north and east positive."""

_SIGNS: Final = {"N": 1, "NORTH": 1, "S": -1, "SOUTH": -1, "E": 1, "EAST": 1, "W": -1, "WEST": -1}
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?")
_ISO_6709: Final = re.compile(r"^([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)")
_TRAILING_REFERENCE: Final = re.compile(r"([A-Za-z]+)\s*$")

_PARTS: Final = (1, 2, 3)
"""Degrees; degrees and minutes; degrees, minutes and seconds."""
_DECIMALS: Final = 7
"""A centimetre: tools differ only in what comes after."""

_ANGLES: Final = (
    ("GPS:GPSLatitude", "GPS:GPSLatitudeRef", "GPS:GPSLongitude", "GPS:GPSLongitudeRef"),
    ("GPS:Latitude", "GPS:Latitude Reference", "GPS:Longitude", "GPS:Longitude Reference"),
    ("Composite:GPSLatitude", "", "Composite:GPSLongitude", ""),
    ("XMP-exif:GPSLatitude", "", "XMP-exif:GPSLongitude", ""),
)
_PAIRS: Final = (
    "Composite:GPSPosition",
    "Keys:GPSCoordinates",
    "QuickTime:GPSCoordinates",
    "UserData:GPSCoordinates",
    "GPS:Lat/Lon",
)
_LATITUDES: Final = 90.0
_LONGITUDES: Final = 180.0


def position_of(tags: Tags) -> Position | None:
    """Return where a file says that it was taken, or nothing if it says nothing credible."""
    return next(_positions(tags), None)


def parse_pair(text: str) -> Position | None:
    """Return `54.98/-1.91`, `54.98 -1.91 10` or ISO 6709's `+54.98-001.91+10/` as a position."""
    found = _ISO_6709.match(text.strip())
    numbers = list(found.groups()) if found else re.split(r"[/,\s]+", text.strip())
    values = [float(number) for number in numbers if _NUMBER.fullmatch(number)]
    return _credible(values[0], values[1]) if len(values) in (2, 3) else None


def parse_angle(value: Value | None, reference: str | None) -> float | None:
    """Return an angle in degrees: a number, [degrees, minutes, seconds] or text of them (`54,59,22.8`).

    `reference` is N, S, E, W or the word; `None` means that the angle carries its own letter or sign. A
    reference that is no compass point makes the angle worthless.
    """
    text = as_text(value)
    letters = reference if reference is not None else _own_reference(text)
    sign = 1 if letters == "" else _SIGNS.get(letters.strip().upper())
    parts = [float(part) for part in _NUMBER.findall(text)]
    if sign is None or len(parts) not in _PARTS or any(part < 0 for part in parts[1:]):
        return None
    size = sum(abs(part) / 60**power for power, part in enumerate(parts))
    return math.copysign(size, parts[0]) * sign


def _own_reference(text: str) -> str:
    found = _TRAILING_REFERENCE.search(text)
    return found[1] if found else ""


def _positions(tags: Tags) -> Iterator[Position]:
    for latitude_key, latitude_reference, longitude_key, longitude_reference in _ANGLES:
        latitude = parse_angle(tags.get(latitude_key), _reference(tags, latitude_reference))
        longitude = parse_angle(tags.get(longitude_key), _reference(tags, longitude_reference))
        if latitude is not None and longitude is not None and (found := _credible(latitude, longitude)):
            yield found
    for key in _PAIRS:
        if found := parse_pair(as_text(tags.get(key))):
            yield found


def _reference(tags: Tags, key: str) -> str | None:
    """Return the reference that stands beside an angle; a missing one is not a compass point."""
    return (as_text(tags.get(key)) or "missing") if key else None


def _credible(latitude: float, longitude: float) -> Position | None:
    """Refuse what is off the globe, and exactly 0, 0: what receivers without a fix write."""
    if abs(latitude) > _LATITUDES or abs(longitude) > _LONGITUDES or latitude == longitude == 0:
        return None
    return round(latitude, _DECIMALS), round(longitude, _DECIMALS)
