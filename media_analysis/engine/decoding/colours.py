"""Bring whatever a photo stores its colours as to 8-bit RGB."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from media_analysis.engine.decoding.errors import Unsupported
from media_analysis.engine.pictures import Pixels

_SIXTEEN_BIT: Final = 65535
_HIGH_BYTE: Final = 257  # 65535 / 255
_PAPER: Final = (255, 255, 255, 255)
_SEE_THROUGH: Final = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})


def to_rgb(image: Image.Image, by: int) -> Pixels:
    """Return the pixels of a loaded image, reduced `by` times by area, as (height, width, 3) uint8.

    What is transparent becomes white. Reducing comes before what needs a second copy of the picture.
    Raises Unsupported for colours that have no plain way to RGB.
    """
    image = _eight_bit(image)
    try:
        if image.mode in _SEE_THROUGH or "transparency" in image.info:
            return np.asarray(_on_paper(_reduced(image.convert("RGBA"), by)))
        return np.asarray(_reduced(image.convert("RGB"), by))
    except ValueError as no_way:
        raise Unsupported("unknown_colours") from no_way


def _reduced(image: Image.Image, by: int) -> Image.Image:
    return image.reduce(by) if by > 1 else image


def _on_paper(image: Image.Image) -> Image.Image:
    paper = Image.new("RGBA", image.size, _PAPER)
    paper.alpha_composite(image)
    return paper.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scale deeper grey values down, which Pillow would clip."""
    if image.mode.startswith("I;16"):
        return _gray(np.asarray(image).astype(np.uint16) // _HIGH_BYTE)
    if image.mode == "I":
        return _gray(_stretched(np.asarray(image), _SIXTEEN_BIT))
    if image.mode == "F":
        return _gray(_stretched(np.asarray(image), 1.0))
    return image


def _stretched(values: NDArray[np.int32] | NDArray[np.float32], white: float) -> NDArray[np.float32]:
    """Return values as 0..255, where `white`, or the greatest value beyond it, becomes 255."""
    finite = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=white, neginf=0.0)
    highest = max(white, float(finite.max(initial=0.0)))
    return np.asarray(np.clip(finite, 0, None) * (255.0 / highest), dtype=np.float32)


def _gray(values: NDArray[np.uint16] | NDArray[np.float32]) -> Image.Image:
    return Image.fromarray(values.astype(np.uint8))
