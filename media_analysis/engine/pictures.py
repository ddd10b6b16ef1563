"""A decoded picture, the smaller versions that analyzers share, and the JPEG derivatives made of it.

Nothing here opens a file: pixels come out of the decoder, so everything below is arithmetic.
"""

from dataclasses import dataclass, field
from typing import Final, cast

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Rows x columns (x RGB), 8 bits each, upright."""

THUMBNAIL_SIDE: Final = 256
BLURRED_SIDE: Final = 32
PREVIEW_SIDE: Final = 2048

_THUMBNAIL_QUALITY: Final = 80
_BLURRED_QUALITY: Final = 60
_PREVIEW_QUALITY: Final = 88
# A blur of a 16th of the side leaves colour and rough layout, and neither a face nor a posture.
_BLURRED_SIGMA: Final = BLURRED_SIDE / 16

# One process looks at one picture; several of them share the machine.
cv2.setNumThreads(1)


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels (height, width, 3) uint8 RGB, and what has been derived of them so far."""

    pixels: Pixels
    _gray: list[Pixels] = field(default_factory=list, init=False, repr=False)
    _smaller: dict[int, "Picture"] = field(default_factory=dict, init=False, repr=False)

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Return the number of rows."""
        return int(self.pixels.shape[0])

    @property
    def long_side(self) -> int:
        """Return the greater of width and height, in pixels."""
        return max(self.width, self.height)

    @property
    def gray(self) -> Pixels:
        """Return luma (height, width) uint8 after ITU-R BT.601, made once."""
        if not self._gray:
            self._gray.append(cast("Pixels", cv2.cvtColor(self.pixels, cv2.COLOR_RGB2GRAY)))
        return self._gray[0]

    def at_long_side(self, side: int) -> "Picture":
        """Return this picture reduced by area to a long side of at most `side` pixels, made once.

        It never enlarges. Each size is made from the full pixels and not from another size: otherwise a
        hash would depend on who had asked before.
        """
        if side >= self.long_side:
            return self
        if side not in self._smaller:
            self._smaller[side] = Picture(reduce_to(self.pixels, side))
        return self._smaller[side]


def reduce_to(pixels: Pixels, side: int) -> Pixels:
    """Return pixels averaged by area to a long side of at most `side`; at least 1 pixel on the short one."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cast("Pixels", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def encode_jpeg(pixels: Pixels, quality: int) -> bytes:
    """Return RGB pixels as a baseline JPEG (4:2:0) of this quality, 1..100, without any metadata."""
    encoded: bytes = simplejpeg.encode_jpeg(
        np.ascontiguousarray(pixels), quality=quality, colorspace="RGB", colorsubsampling="420"
    )
    return encoded


def thumbnail(picture: Picture) -> bytes:
    """Return a JPEG that fits a square of 256 px."""
    return encode_jpeg(picture.at_long_side(THUMBNAIL_SIDE).pixels, _THUMBNAIL_QUALITY)


def blurred(picture: Picture) -> bytes:
    """Return a JPEG of 32 px, blurred: enough to tell pictures apart, not enough to see what they show."""
    small = picture.at_long_side(THUMBNAIL_SIDE).at_long_side(BLURRED_SIDE).pixels
    soft = cast("Pixels", cv2.GaussianBlur(small, (0, 0), _BLURRED_SIGMA))
    return encode_jpeg(soft, _BLURRED_QUALITY)


def preview(picture: Picture) -> bytes:
    """Return a JPEG of at most 2048 px for the viewer."""
    return encode_jpeg(picture.at_long_side(PREVIEW_SIDE).pixels, _PREVIEW_QUALITY)
