"""Reads tags without exiftool: Pillow finds the blocks, exifread names what is in them."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import av
import exifread
from exifread.utils import Ratio
from PIL import Image, UnidentifiedImageError
from pillow_heif import register_heif_opener

from media_analysis.engine.metadata.ciff import is_ciff, read_ciff
from media_analysis.engine.metadata.containers import read_container
from media_analysis.engine.metadata.makernotes import serial_numbers
from media_analysis.engine.metadata.tags import Tags, bounded
from media_analysis.engine.metadata.xmp import read_xmp
from media_analysis.engine.versions import package

register_heif_opener()

TOOL: Final = "exifread"

_UNDEFINED: Final = 7
"""TIFF's type of bytes without a meaning of their own."""

_MOST_BLOCK: Final = 32 * 1024 * 1024
_GROUPS: Final = {
    "Image": "IFD0",
    "EXIF": "ExifIFD",
    "Thumbnail": "IFD1",
    "GPS": "GPS",
    "Interoperability": "InteropIFD",
}
_NAMES: Final = {
    "DateTime": "ModifyDate",
    "DateTimeDigitized": "CreateDate",
    "BodySerialNumber": "SerialNumber",
    "ISOSpeedRatings": "ISO",
    "JPEGInterchangeFormat": "ThumbnailOffset",
    "JPEGInterchangeFormatLength": "ThumbnailLength",
    "ExifImageLength": "ExifImageHeight",
}
"""exiftool's name where exifread has another."""

_MAKERS: Final = {
    "NIKON": "Nikon",
    "OLYMPUS": "Olympus",
    "FUJIFILM": "FujiFilm",
    "SONY": "Sony",
    "CASIO": "Casio",
}

_OTHER_BLOCKS: Final = (
    ("format", "File:FileType"),
    ("width", "File:ImageWidth"),
    ("height", "File:ImageHeight"),
    ("comment", "File:Comment"),
    ("icc_profile", "ICC_Profile:Profile"),
    ("jfif_density", "JFIF:Resolution"),
    ("Software", "PNG:Software"),
)
"""Names in Pillow's `info` and what they are called here."""

# What parsers of damaged blocks raise; the rest of a file is still worth reading.
_DAMAGED: Final = (ValueError, KeyError, IndexError, TypeError, OverflowError, AttributeError, struct.error)


@lru_cache(maxsize=1)
def tool_version() -> str:
    """Return the versions of the libraries that read."""
    return " ".join(package(name) for name in ("exifread", "pillow", "pillow-heif", "av"))


def read(path: Path) -> Tags:
    """Return the tags of a photo or video; none if it is neither."""
    head = _beginning(path, 16)
    if is_ciff(head):
        return bounded(_until_damage(read_ciff(_beginning(path, _MOST_BLOCK))))
    try:
        blocks = _photo_blocks(path)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return _video(path)
    return bounded(_photo(blocks))


def _beginning(path: Path, length: int) -> bytes:
    with path.open("rb") as file:
        return file.read(length)


def _video(path: Path) -> Tags:
    with suppress(av.FFmpegError):
        return bounded(read_container(path))
    return {}


def _photo_blocks(path: Path) -> dict[str, Any]:
    """Return what Pillow finds before the pixels: EXIF, XMP and other blocks, format and size."""
    with warnings.catch_warnings():
        # Damage is expected, and only the head is read here: the decoder has its own limit of pixels.
        warnings.simplefilter("ignore")
        with Image.open(path) as image:
            blocks = {str(key): block for key, block in image.info.items()}
            blocks |= {"format": image.format or "", "width": image.width, "height": image.height}
    if blocks["format"] == "TIFF":
        blocks["exif"] = _beginning(path, _MOST_BLOCK)
    return blocks


def _photo(blocks: dict[str, Any]) -> Iterator[tuple[str, object]]:
    yield from _exif(_bytes(blocks.get("exif")))
    yield from read_xmp(_bytes(blocks.get("xmp")))
    yield from ((name, _plain(blocks[key])) for key, name in _OTHER_BLOCKS if blocks.get(key))


def _plain(block: object) -> object:
    return _text_or_bytes(block) if isinstance(block, bytes) else block


def _bytes(packet: object) -> bytes:
    return packet.encode() if isinstance(packet, str) else bytes(packet) if isinstance(packet, bytes) else b""


def _exif(block: bytes) -> Iterator[tuple[str, object]]:
    block = block.removeprefix(b"Exif\0\0")
    yield from _until_damage(_by_exifread(block))
    yield from _until_damage(serial_numbers(block))


def _until_damage(found: Iterator[tuple[str, object]]) -> Iterator[tuple[str, object]]:
    with suppress(*_DAMAGED):
        yield from found


def _by_exifread(block: bytes) -> Iterator[tuple[str, object]]:
    tags = exifread.process_file(io.BytesIO(block), details=True, extract_thumbnail=False) if block else {}
    make = str(tags.get("Image Make", "")).strip()
    for key, tag in tags.items():
        group, _, name = key.partition(" ")
        name = name.strip()
        yield f"{_GROUPS.get(group) or _maker(make)}:{_NAMES.get(name, name)}", _value(tag)


def _maker(make: str) -> str:
    first = make.split(" ", maxsplit=1)[0]
    return _MAKERS.get(first.upper(), first) or "MakerNote"


def _value(tag: Any) -> object:
    if tag.field_type == _UNDEFINED:
        return _text_or_bytes(bytes(tag.values))
    if isinstance(tag.values, str | bytes):
        return tag.values
    if not tag.tag:  # exifread's own reading of a packed field
        return tag.printable
    items = [float(item) if isinstance(item, Ratio) and item.denominator else item for item in tag.values]
    return items[0] if len(items) == 1 else items


def _text_or_bytes(content: bytes) -> str | bytes:
    """Return what is plainly text (versions, comments) as text."""
    return content.decode() if content.isascii() and content.decode().isprintable() else content
