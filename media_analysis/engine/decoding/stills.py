"""Decode one photo to upright RGB pixels. Runs in the process that is thrown away afterwards."""

import hashlib
import os
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Final

import cv2
import numpy as np
import pillow_heif
import simplejpeg
from PIL import AvifImagePlugin, Image, ImageFile, UnidentifiedImageError

from media_analysis.engine.decoding.colours import to_rgb
from media_analysis.engine.decoding.errors import TooLarge, Unreadable, Unsupported
from media_analysis.engine.decoding.frame_counts import count_frames
from media_analysis.engine.decoding.limits import Limits
from media_analysis.engine.decoding.memory import fresh_pixels
from media_analysis.engine.decoding.results import LONGEST_SIDE, DecodedStill
from media_analysis.engine.decoding.routes import JPEG_SCALES, SMALLEST_SCALED_SIDE
from media_analysis.engine.decoding.sources import whole
from media_analysis.engine.pictures import Pixels, reduce_to

Allocate = Callable[[int, int], Pixels]

# Without this list Pillow would hand a PostScript file named .jpg to Ghostscript.
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "HEIF", "AVIF")
_ORIENTATION_TAG: Final = 0x0112
_UPRIGHT: Final = 1
_ORIENTATIONS: Final = range(1, 9)  # Exif 2.3, tag 0112
_SIDES_SWAPPED: Final = range(5, 9)

_WORDS_FOR_CUT: Final = ("truncated", "nexpected end of file")  # of Pillow and of libheif

_TURNS: Final[dict[int, Callable[..., object]]] = {
    2: lambda pixels: cv2.flip(pixels, 1),
    3: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_180),
    4: lambda pixels: cv2.flip(pixels, 0),
    5: cv2.transpose,
    6: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE),
    7: lambda pixels: cv2.flip(cv2.transpose(pixels), -1),
    8: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE),
}


def prepare() -> None:
    """Load every codec and set the libraries' own limits, once per process."""
    pillow_heif.register_heif_opener(thumbnails=False)
    pillow_heif.options.DECODE_THREADS = 1
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.init()


def decode_still(source: BinaryIO, limits: Limits, allocate: Allocate = fresh_pixels) -> DecodedStill:
    """Return the photo in an open file, upright, its long side at most 2560 px.

    Of an animation it is the first frame. `allocate(height, width)` gives room for the pixels, where they can
    be decoded in place. Raises Unreadable, TooLarge or Unsupported.
    """
    _check_size(source, limits)
    with _damage_named():
        image = _open(source, limits)
        frame_count = count_frames(image, source, limits.picture_frames)
        stated = _orientation(image)
        pixels, route, (width, height) = _decode(image, source, allocate)
    # Pillow's TIFF reader turns the picture itself and then no longer states an orientation. A HEIC is turned
    # by its own instructions, and what Exif says there does not count (ISO 23008-12, A.2.2).
    remaining = _orientation(image)
    if remaining in _SIDES_SWAPPED:
        width, height = height, width
    upright = turn_upright(pixels, remaining)
    return DecodedStill(
        pixels=upright,
        width=width,
        height=height,
        orientation=stated,
        frame_count=frame_count,
        route=route,
        pixel_digest=digest_pixels(upright, route),
    )


def turn_upright(pixels: Pixels, orientation: int) -> Pixels:
    """Return pixels turned and mirrored as an Exif orientation (1..8) says."""
    return np.asarray(_TURNS[orientation](pixels), np.uint8) if orientation != _UPRIGHT else pixels


def digest_pixels(pixels: Pixels, route: str) -> str:
    """Return the SHA-256, in hexadecimal, over route, shape and pixels: equal for identical pictures only."""
    digest = hashlib.sha256(f"{route} {pixels.shape[1]}x{pixels.shape[0]}\n".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()


@contextmanager
def _damage_named() -> Iterator[None]:
    """Say of a file that a library could not read whether it is cut off or damaged otherwise."""
    try:
        yield
    except (OSError, EOFError, ValueError, SyntaxError) as broken:
        is_cut = any(words in str(broken) for words in _WORDS_FOR_CUT)
        raise Unreadable("truncated" if is_cut else "damaged") from broken


def _check_size(source: BinaryIO, limits: Limits) -> None:
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    if not size:
        raise Unreadable("empty")
    if size > limits.picture_bytes:
        raise TooLarge("too_many_bytes")


def _open(source: BinaryIO, limits: Limits) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = limits.picture_pixels
    try:
        with warnings.catch_warnings():
            # Pillow only warns up to twice its limit, where a picture already takes 600 MB.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(source, formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise TooLarge("too_many_pixels") from bomb
    except UnidentifiedImageError as unknown:
        raise _unopened(source) from unknown


def _unopened(source: BinaryIO) -> Unreadable | Unsupported:
    """Tell a damaged photo from something else: Pillow says the same of both."""
    source.seek(0)
    head = source.read(16)
    known = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF", b"BM")
    return (
        Unreadable("damaged")
        if head.startswith(known) or head[4:8] == b"ftyp"
        else Unsupported("unknown_format")
    )


def _orientation(image: Image.Image) -> int:
    try:
        stated = image.getexif().get(_ORIENTATION_TAG)
    except (ValueError, TypeError, KeyError, SyntaxError, struct.error):
        return _UPRIGHT  # a broken Exif block does not spoil the picture
    return stated if isinstance(stated, int) and stated in _ORIENTATIONS else _UPRIGHT


def _decode(image: Image.Image, source: BinaryIO, allocate: Allocate) -> tuple[Pixels, str, tuple[int, int]]:
    """Return pixels, route and original (width, height), which loading may have swapped."""
    if image.format in {"JPEG", "MPO"} and image.mode in {"L", "RGB"}:
        # It is strict about every warning; Pillow fails only where pixels are missing.
        with suppress(ValueError):
            return *_decode_jpeg(source, image.size, allocate), image.size
    return *_decode_by_pillow(image), image.size


def _decode_jpeg(source: BinaryIO, size: tuple[int, int], allocate: Allocate) -> tuple[Pixels, str]:
    scale = next((by for by in JPEG_SCALES if max(size) >= by * SMALLEST_SCALED_SIDE), 1)
    width, height = (-(-side // scale) for side in size)
    room = allocate(height, width)
    with whole(source) as content:
        pixels = simplejpeg.decode_jpeg(
            content, "RGB", min_height=height, min_width=width, buffer=room, strict=True
        )
    return _limited(pixels, f"simplejpeg-1/{scale}")


def _decode_by_pillow(image: Image.Image) -> tuple[Pixels, str]:
    image.load()
    by = max(1, max(image.size) // LONGEST_SIDE)
    return _limited(to_rgb(image, by), f"pillow-1/{by}")


def _limited(pixels: Pixels, route: str) -> tuple[Pixels, str]:
    """Bring the long side under its limit; the name of the route says that it was done."""
    if max(pixels.shape[:2]) <= LONGEST_SIDE:
        return pixels, route
    return reduce_to(pixels, LONGEST_SIDE), f"{route}-area{LONGEST_SIDE}"
