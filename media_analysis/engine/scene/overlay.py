"""Two aligned pictures laid upon each other at one size."""

from dataclasses import dataclass, replace
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene.places import Matrix

LONG_SIDE: Final = 512
_BLUR = 2.0
"""Takes away JPEG noise and most of the loss of a thumbnail, but leaves what tells cells apart."""

BLURS_PX: Final = (1.0, 2.0, 3.0)
"""Blurs tried on the sharper picture of two: from a thumbnail of 240 px to a blur of a 170th of the side."""

WORTH_BLURRING: Final = 0.7
"""What is left to differ after a blur, per what differed before, from which it is taken for an edit."""

LEAST_DIFFERENCE: Final = 0.003
"""Below, one picture explains the other so well that there is no loss of sharpness to make good."""

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
    matrix = np.linalg.inv(pixels_to_relative(width, height)) @ to_other @ pixels_to_relative(*size)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    covered = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, size, flags=flags)
    return Overlay(
        canvas=_soft(_resized(canvas, size)),
        laid=_soft(np.asarray(cv2.warpPerspective(source, matrix, size, flags=flags), dtype=np.uint8)),
        covered=np.asarray(covered == np.uint8(255)),
    )


def pixels_to_relative(width: int, height: int) -> Matrix:
    """Return the map (3x3) from pixels, counted by their middles, to relative places."""
    return np.array([[1 / width, 0, 0.5 / width], [0, 1 / height, 0.5 / height], [0, 0, 1]])


def alike_in_sharpness(overlay: Overlay) -> Overlay:
    """Return the overlay with its sharper picture blurred like the other, if that makes them much more alike.

    Blur and reduction take fine texture away, which otherwise counts as different.
    """
    still, laid = _gray(overlay.canvas), _gray(overlay.laid)
    before = _difference(still, laid, overlay.covered)
    if before < LEAST_DIFFERENCE:
        return overlay
    differences = {
        (sigma, is_canvas): _difference(
            _blurred(still, sigma) if is_canvas else still,
            laid if is_canvas else _blurred(laid, sigma),
            overlay.covered,
        )
        for sigma in BLURS_PX
        for is_canvas in (True, False)
    }
    (sigma, is_canvas), after = min(differences.items(), key=lambda each: each[1])
    if after > WORTH_BLURRING * before:
        return overlay
    if is_canvas:
        return replace(overlay, canvas=_blurred(overlay.canvas, sigma))
    return replace(overlay, laid=_blurred(overlay.laid, sigma))


def _difference(still: NDArray[np.float32], laid: NDArray[np.float32], covered: NDArray[np.bool_]) -> float:
    """Return which share of one picture's variance the other does not explain, where both are."""
    inside, other = still[covered], laid[covered]
    if min(inside.std(), other.std()) < 1:
        return 0.0
    return 1.0 - float(np.corrcoef(inside, other)[0, 1]) ** 2


def _gray(image: NDArray[np.float32]) -> NDArray[np.float32]:
    return cast("NDArray[np.float32]", cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def _blurred(image: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return cast("NDArray[np.float32]", cv2.GaussianBlur(image, (0, 0), sigma))


def _size_of(canvas: Picture) -> tuple[int, int]:
    scale = LONG_SIDE / canvas.long_side
    return max(1, round(canvas.width * scale)), max(1, round(canvas.height * scale))


def _resized(picture: Picture, size: tuple[int, int]) -> NDArray[np.uint8]:
    shrunk = picture.at_long_side(max(size)).pixels
    return cast("NDArray[np.uint8]", cv2.resize(shrunk, size, interpolation=cv2.INTER_LINEAR))


def _soft(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return _blurred(np.asarray(pixels, dtype=np.float32), _BLUR)
