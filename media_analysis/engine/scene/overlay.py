"""Two aligned pictures laid upon each other at one size."""

from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene.places import Matrix

LONG_SIDE: Final = 512
_BLUR = 2.0
"""Takes away JPEG noise and most of the loss of a thumbnail, but leaves what tells cells apart."""

_GRID = 40


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """`canvas` and `laid` are (height, width, 3) float32 RGB, softened; `covered` says where both are."""

    canvas: NDArray[np.float32]
    laid: NDArray[np.float32]
    covered: NDArray[np.bool_]


def shown_share(homography: Matrix) -> float:
    """Return which share (0..1) of the left picture the right one shows, counted on a grid of places."""
    steps = (np.arange(_GRID) + 0.5) / _GRID
    places = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    weights = places @ homography[2, :2] + homography[2, 2]
    upper = places @ homography[:2, :2].T + homography[:2, 2]
    mapped = upper / np.where(weights > 0, weights, np.nan)[:, None]
    return float(((mapped >= 0) & (mapped <= 1)).all(axis=1).mean())


def lay(canvas: Picture, other: Picture, to_other: Matrix, *, zoom: float) -> Overlay:
    """Lay `other` on `canvas` by a homography from canvas to other, in relative places.

    `zoom` is the area of the canvas per area of `other`, so that `other` is read at a like resolution.
    """
    size = _size_of(canvas)
    source = other.at_long_side(max(1, round(LONG_SIDE / max(zoom, 1e-3) ** 0.5))).pixels
    height, width = source.shape[:2]
    matrix = np.diag([width, height, 1.0]) @ to_other @ np.diag([1 / size[0], 1 / size[1], 1.0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    covered = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, size, flags=flags)
    return Overlay(
        canvas=_soft(_resized(canvas, size)),
        laid=_soft(np.asarray(cv2.warpPerspective(source, matrix, size, flags=flags), dtype=np.uint8)),
        covered=np.asarray(covered == np.uint8(255)),
    )


def _size_of(canvas: Picture) -> tuple[int, int]:
    scale = LONG_SIDE / canvas.long_side
    return max(1, round(canvas.width * scale)), max(1, round(canvas.height * scale))


def _resized(picture: Picture, size: tuple[int, int]) -> NDArray[np.uint8]:
    shrunk = picture.at_long_side(max(size)).pixels
    return cast("NDArray[np.uint8]", cv2.resize(shrunk, size, interpolation=cv2.INTER_LINEAR))


def _soft(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return cast("NDArray[np.float32]", cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), _BLUR))
