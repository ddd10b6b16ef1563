"""Makes facts about the camera out of tags, whichever tool read them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from media_analysis.engine.metadata.positions import position_of
from media_analysis.engine.metadata.tags import Tags, as_text
from media_analysis.engine.metadata.times import capture_time

LONGEST_NAME: Final = 100
LONGEST_DESCRIPTION: Final = 150

_MAKES: Final = (
    "IFD0:Make",
    "CanonRaw:Make",
    "Keys:Make",
    "QuickTime:Make",
    "UserData:Make",
    "XMP-tiff:Make",
)
_MODELS: Final = (
    "IFD0:Model",
    "CanonRaw:Model",
    "GoPro:Model",
    "Keys:Model",
    "QuickTime:Model",
    "UserData:Model",
    "XMP-tiff:Model",
)
_SOFTWARE: Final = (
    "IFD0:Software",
    "Keys:Software",
    "RIFF:Software",
    "QuickTime:Software",
    "XMP-xmp:CreatorTool",
    "PNG:Software",
    "ItemList:Encoder",
)
_LENS_MODELS: Final = (
    "ExifIFD:LensModel",
    "Canon:LensModel",
    "Olympus:LensModel",
    "XMP-exifEX:LensModel",
    "XMP-aux:Lens",
)

CAMERA_GROUPS: Final = (
    "Canon",
    "CanonRaw",
    "Nikon",
    "Olympus",
    "Pentax",
    "Panasonic",
    "Leica",
    "Sony",
    "FujiFilm",
    "Sigma",
    "Samsung",
    "Ricoh",
    "Casio",
    "Kodak",
    "Minolta",
    "PhaseOne",
    "Hasselblad",
    "GoPro",
    "DJI",
    "Motorola",
    "Apple",
    "Reconyx",
    "FLIR",
)
"""Makers' own notes. What stands in any other group (ICC profiles name a device, too) is no camera's."""

_STANDARD_GROUPS: Final = ("ExifIFD", "IFD0", "XMP-exifEX", "XMP-aux", "Keys", "QuickTime", "UserData")

_BODY_NAMES: Final = ("SerialNumber", "BodySerialNumber", "CameraSerialNumber")
_LENS_NAMES: Final = ("LensSerialNumber",)
_INTERNAL_NAMES: Final = ("InternalSerialNumber",)

_CANON_DIGITS: Final = 10
_CANON_1D_DIGITS: Final = 6
_ORIENTATIONS: Final = range(1, 9)
_THUMBNAILS: Final = ("IFD1:ThumbnailOffset", "IFD1:ThumbnailImage", "IFD1:ThumbnailLength")


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """What a file's own metadata claim about its capture; empty or absent where they say nothing.

    `taken_at` is the camera's local reading, never converted; `utc_offset_minutes` is absent if unknown.
    """

    make: str
    model: str
    body_serial: str
    lens_serial: str
    internal_serial: str
    lens_model: str
    software: str
    taken_at: datetime | None
    utc_offset_minutes: int | None
    latitude: float | None
    longitude: float | None
    orientation: int
    has_thumbnail: bool


def camera_facts(tags: Tags) -> CameraFacts:
    """Return the facts of a capture out of tags in the form of `RawTags`."""
    make, model = _first(tags, _MAKES), _first(tags, _MODELS)
    time = capture_time(tags)
    latitude, longitude = position_of(tags) or (None, None)
    return CameraFacts(
        make=make,
        model=model,
        body_serial=_as_engraved(_serial(tags, _BODY_NAMES), make, model),
        lens_serial=_serial(tags, _LENS_NAMES),
        internal_serial=_serial(tags, _INTERNAL_NAMES),
        lens_model=_first(tags, _LENS_MODELS, LONGEST_DESCRIPTION),
        software=_first(tags, _SOFTWARE, LONGEST_DESCRIPTION),
        taken_at=time.taken_at if time else None,
        utc_offset_minutes=time.utc_offset_minutes if time else None,
        latitude=latitude,
        longitude=longitude,
        orientation=_orientation(tags),
        has_thumbnail=any(key in tags for key in _THUMBNAILS),
    )


def _first(tags: Tags, keys: tuple[str, ...], longest: int = LONGEST_NAME) -> str:
    return next((text[:longest] for key in keys if (text := as_text(tags.get(key)))), "")


def _serial(tags: Tags, names: tuple[str, ...]) -> str:
    """Return the first serial number: the standard's, then the maker's."""
    keys = tuple(f"{group}:{name}" for group in (*_STANDARD_GROUPS, *CAMERA_GROUPS) for name in names)
    return _first(tags, keys)


def _as_engraved(serial: str, make: str, model: str) -> str:
    """Return a Canon's number with the zeros in front that its notes, a plain number, cannot keep."""
    if not (make.upper().startswith("CANON") and serial.isdecimal()):
        return serial
    return serial.zfill(_CANON_1D_DIGITS if "EOS-1D" in model.upper() else _CANON_DIGITS)


def _orientation(tags: Tags) -> int:
    value = tags.get("IFD0:Orientation", 1)
    return value if isinstance(value, int) and value in _ORIENTATIONS else 1
