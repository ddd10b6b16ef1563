"""PDQ, a 256-bit perceptual hash, after Meta's published description.

Source: "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm", ThreatExchange
`hashing/hashing.pdf`. The reference blurs twice with a box, samples 64 x 64 points and takes a cosine
transform. All three are linear and act on rows and columns separately, so here each axis is one matrix,
made once per length, and a picture costs two small products.
"""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.pictures import Picture

BITS = 256
LONG_SIDE = 512
ROUTE = "pdq/1:area512"
"""How pixels reach the hash. Meta's own implementations differ by up to 32 bits through this alone."""

MIN_QUALITY = 50
"""Below this the reference advises to discard the hash (ThreatExchange `pdq/README.md`)."""

_GRID = 64
_FREQUENCIES = 16
_BOXES_PER_SIDE = 128
_QUALITY_DIVISOR = 90
_MAX_QUALITY = 100

Coefficients = NDArray[np.float64]
"""16 x 16 cosine coefficients, without the constant one; rows are vertical frequencies."""

ORIENTATIONS = (
    "upright",
    "mirrored",
    "turned_180",
    "flipped",
    "transposed",
    "turned_clockwise",
    "transversed",
    "turned_counter_clockwise",
)
"""Names of the eight hashes of one picture, in EXIF's order of orientations."""


def transform(picture: Picture) -> tuple[Coefficients, int]:
    """Return the coefficients of a picture and its quality, 0 (plain) to 100."""
    luma = _luma(picture)
    height, width = luma.shape
    grid = np.asarray(_reduction(height) @ luma @ _reduction(width).T, dtype=np.float64)
    return _cosine_transform(grid), _quality(grid)


def transform_orientations(picture: Picture) -> tuple[tuple[Coefficients, ...], int]:
    """Return the coefficients of a picture in all eight `ORIENTATIONS`, and its quality.

    The published short cut changes signs of one transform. But the 64 sampling points do not lie
    symmetrically, so that its hashes are up to 24 bits (of 31!) away from those of the turned picture
    (`bench/bench_pdq.py`). Sampling from both ends of each axis costs little and is exact; swapping the
    axes of a separable transform is exact anyway.
    """
    luma = _luma(picture)
    height, width = luma.shape
    from_top, from_bottom = (rows @ luma for rows in _both_ends(height))
    from_left, from_right = _both_ends(width)
    grids = [
        np.asarray(rows @ columns.T, dtype=np.float64)
        for rows in (from_top, from_bottom)
        for columns in (from_left, from_right)
    ]
    upright, mirrored, flipped, turned = (_cosine_transform(grid) for grid in grids)
    orientations = (upright, mirrored, turned, flipped, upright.T, flipped.T, turned.T, mirrored.T)
    return orientations, _quality(grids[0])


def to_bytes(coefficients: Coefficients) -> bytes:
    """Return 32 bytes, the last bit first as in the reference's hexadecimal text."""
    flat = coefficients.ravel()
    # The reference takes the lower of the two middle values, so that exactly half of the bits are set.
    median = np.partition(flat, BITS // 2 - 1)[BITS // 2 - 1]
    return np.packbits((flat > median)[::-1]).tobytes()


def _luma(picture: Picture) -> NDArray[np.float32]:
    small = picture.at_long_side(LONG_SIDE).pixels
    return np.asarray(cv2.cvtColor(small.astype(np.float32), cv2.COLOR_RGB2GRAY), dtype=np.float32)


def _cosine_transform(grid: NDArray[np.float64]) -> Coefficients:
    cosines = _cosines()
    return np.asarray(cosines @ grid @ cosines.T)


def _quality(grid: NDArray[np.float64]) -> int:
    """Count steps between neighbours of the 64 x 64 grid, each in whole percent of full contrast."""
    steps = sum(float(np.abs(np.trunc(np.diff(grid, axis=axis) * 100 / 255)).sum()) for axis in (0, 1))
    return min(int(steps / _QUALITY_DIVISOR), _MAX_QUALITY)


def _both_ends(length: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the reduction that samples from the first pixel on, and the one from the last pixel back."""
    reduction = _reduction(length)
    return reduction, reduction[:, ::-1]


@lru_cache(maxsize=64)
def _reduction(length: int) -> NDArray[np.float32]:
    """Return the 64 x `length` matrix of two box blurs and the sampling after them."""
    window = -(-length // _BOXES_PER_SIDE)
    ahead = (window + 2) // 2
    places = np.arange(length)
    first = np.maximum(places - (window - ahead), 0)
    beyond = np.minimum(places + ahead, length)
    box = (places[None, :] >= first[:, None]) & (places[None, :] < beyond[:, None])
    blur = box / (beyond - first)[:, None]
    samples = ((np.arange(_GRID) + 0.5) * length / _GRID).astype(int)
    return np.asarray(blur[samples] @ blur, dtype=np.float32)


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float64]:
    frequencies = np.arange(1, _FREQUENCIES + 1)[:, None]
    places = 2 * np.arange(_GRID)[None, :] + 1
    return np.asarray(np.sqrt(2 / _GRID) * np.cos(np.pi / (2 * _GRID) * frequencies * places))
