"""A few numbers of a frame, by which neighbouring frames are compared in a fraction of a millisecond."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.pictures import Pixels

_SMALL_SIDE: Final = 64
_CELLS: Final = 32
_HUE_SATURATION_VALUE_BINS: Final = (12, 4, 4)
_RANGES: Final = (0, 180, 0, 256, 0, 256)  # of OpenCV's 8-bit HSV
_GRADIENT_SIZE: Final = (9, 8)


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """Colours, structure and brightness of one frame."""

    colours: NDArray[np.float32]  # histogram over hue, saturation and value; its sum is 1
    gradients: NDArray[np.bool_]  # 64 bits: is the cell brighter than its right neighbour?
    cells: NDArray[np.int16]  # 32 x 32 mean gray values


def sign(pixels: Pixels) -> Signature:
    """Return the signature of a frame (height, width, 3)."""
    small = cv2.resize(pixels, (_SMALL_SIDE, _SMALL_SIDE), interpolation=cv2.INTER_AREA)
    colours = cv2.calcHist(
        [cv2.cvtColor(small, cv2.COLOR_RGB2HSV)], [0, 1, 2], None, _HUE_SATURATION_VALUE_BINS, _RANGES
    )
    gray = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    coarse = cv2.resize(gray, _GRADIENT_SIZE, interpolation=cv2.INTER_AREA)
    cells = cv2.resize(gray, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA)
    return Signature(
        colours=np.asarray(colours / (_SMALL_SIDE * _SMALL_SIDE), np.float32).ravel(),
        gradients=np.asarray(coarse[:, 1:] > coarse[:, :-1]).ravel(),
        cells=cells.astype(np.int16),
    )


def colour_distance(left: Signature, right: Signature) -> float:
    """Return 1 minus the intersection of the histograms (Swain and Ballard, 1991): 1 is no colour shared."""
    return 1.0 - float(np.minimum(left.colours, right.colours).sum())


def structure_distance(left: Signature, right: Signature) -> float:
    """Return the share of brightness gradients that differ: 0 the same, 0.5 unrelated."""
    return float(np.mean(left.gradients != right.gradients))


def greatest_change(left: Signature, right: Signature) -> int:
    """Return by how many gray levels (0..255) that cell differs which differs most."""
    return int(np.abs(left.cells - right.cells).max())
