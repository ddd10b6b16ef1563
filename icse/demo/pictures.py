"""Photos of the demo case as files: edited, written by a camera, or robbed of what a camera wrote."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont, ImageOps
from PIL.ExifTags import IFD, Base

from icse.demo.patterns import Surface

PORTRAITS: Final = Path(__file__).parent / "assets"
"""Two portraits of one adult, both in the public domain; where they come from: PROVENANCE.md."""

_QUALITY = 92
_START_OF_SCAN = 0xDA
_METADATA_MARKERS = (*range(0xE1, 0xF0), 0xFE)


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera of a make that does not exist, by what it writes into its photos."""

    make: str
    model: str
    body_serial: str

    def writes(self, taken_at: str, offset: str) -> Image.Exif:
        """Return the EXIF block of a photo taken at a local time, `2026:03:14 16:05:22`, and its offset."""
        exif = Image.Exif()
        exif[Base.Make] = self.make
        exif[Base.Model] = self.model
        exif[Base.Software] = f"{self.model} firmware 1.04"
        exif[Base.DateTime] = taken_at
        detail = exif.get_ifd(IFD.Exif)
        detail[Base.DateTimeOriginal] = taken_at
        detail[Base.OffsetTimeOriginal] = offset
        detail[Base.BodySerialNumber] = self.body_serial
        return exif


def photo(pixels: Surface, exif: Image.Exif | None = None, *, quality: int = _QUALITY) -> bytes:
    """Return pixels as a JPEG, with what the camera writes."""
    return _as_jpeg(Image.fromarray(pixels), quality=quality, exif=exif)


def cropped(pixels: Surface, share: float = 0.8) -> bytes:
    """Return a copy that shows a share of each side, cut out left of the middle."""
    image = Image.fromarray(pixels)
    width, height = round(image.width * share), round(image.height * share)
    left, top = (image.width - width) // 3, (image.height - height) // 2
    return _as_jpeg(image.crop((left, top, left + width, top + height)))


def framed_with_caption(pixels: Surface, caption: str) -> bytes:
    """Return a copy with a white border and a line of text below, as passed on in chats."""
    image = Image.fromarray(pixels)
    border = image.width // 20
    framed = ImageOps.expand(image, border=(border, border, border, border * 3), fill="white")
    font = ImageFont.load_default(size=border * 1.4)
    ImageDraw.Draw(framed).text((border, image.height + border * 1.3), caption, fill="black", font=font)
    return _as_jpeg(framed)


def mirrored(pixels: Surface) -> bytes:
    """Return a copy with left and right exchanged."""
    return _as_jpeg(ImageOps.mirror(Image.fromarray(pixels)))


def greyed(pixels: Surface) -> bytes:
    """Return a copy without colour."""
    return _as_jpeg(ImageOps.grayscale(Image.fromarray(pixels)))


def shrunk(pixels: Surface, width: int = 640) -> bytes:
    """Return a small copy at low quality, as services re-encode what is sent through them."""
    image = Image.fromarray(pixels)
    small = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
    return _as_jpeg(small, quality=45)


def without_metadata(jpeg: bytes) -> bytes:
    """Return the same picture in other bytes: a JPEG's segments of metadata left out, its scan untouched.

    Walks the marker segments of ITU-T T.81, annex B: each names its own length, up to the scan.
    """
    kept = [jpeg[:2]]
    at = 2
    while jpeg[at + 1] != _START_OF_SCAN:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] not in _METADATA_MARKERS:
            kept.append(jpeg[at:end])
        at = end
    return b"".join([*kept, jpeg[at:]])


def _as_jpeg(image: Image.Image, *, quality: int = _QUALITY, exif: Image.Exif | None = None) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=quality, exif=exif or Image.Exif())
    return written.getvalue()
