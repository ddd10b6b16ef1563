"""What moved between two aligned pictures by less than a cell: optical flow, solved window by window.

Brightness that changed because something moved is the slope of the picture times the shift (Lucas & Kanade,
"An iterative image registration technique", IJCAI 1981). An edit also changes brightness, by contrast,
offset and blur; these are fitted in the same step, so that only what a shift alone explains is called motion.
The codec's noise explains small shifts too, but in another direction in every window; a hand that moves
shifts many windows side by side.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.scene.overlay import LONG_SIDE, Overlay, pixels_to_relative
from media_analysis.engine.scene.places import Matrix

WINDOW_PX: Final = 16
STEP_PX: Final = 8

LEAST_EXPLAINED: Final = 1.5
"""A shift explains half as much again of what differs in a window as it leaves unexplained."""

LEAST_SHIFT_PX: Final = 0.5
"""Of the overlay. Resizing alone shifts sharp edges by up to half a pixel, each in a direction of its own: of
36 drawn pictures resized, patches that moved by 0.1 had up to 31 windows, by 0.5 up to 5. Patches in which
something of a film moved within a tenth of a second had 20 and more by either."""

LEAST_CONTRAST: Final = 3.0
MOST_LEFT: Final = 0.19
"""Of a window's variance, unexplained after the shift: a correlation of 0.9. What was pasted fits nowhere."""

FINEST_PX: Final = 320
"""Long side from which the coarser picture has detail of its own in every window. Below, one of its pixels
covers several windows, and its noise shifts them all alike."""

_MARGIN_PX = 6
_NOISE = 0.25
"""Variance of rounding, in grey levels squared: noise is never taken to be less."""

_ROUNDS = 5
_RIDGE = 1e-3
_LEAST_MISFIT = 1e-3
_TINY = 1e-6
_LEAST_WINDOWS = 20
_AFFINE = 6

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Windows of an overlay, and how far the laid picture is shifted in each beyond what all share.

    `middle` (n, 2) and `shift` (n, 2) are in px of the overlay; `explained` (n,) is how much of the
    difference that shift explains, per what it leaves; `fits` (n,) says whether little is left.
    `common` (2, 3) is the affine shift, from (x, y, 1) in px, that most windows share.
    """

    middle: NDArray[np.int64]
    shift: Floats
    explained: Floats
    fits: NDArray[np.bool_]
    common: Floats


def measure_flow(overlay: Overlay) -> Flow | None:
    """Return the flow between the two pictures of an overlay, or none where they hardly overlap."""
    middle = _middles(overlay.covered)
    if len(middle) < _LEAST_WINDOWS:
        return None
    still = np.asarray(cv2.cvtColor(overlay.canvas, cv2.COLOR_RGB2GRAY), dtype=np.float64)
    laid = np.asarray(cv2.cvtColor(overlay.laid, cv2.COLOR_RGB2GRAY), dtype=np.float64)
    shift, stiffness, left = _solve(still, laid, middle)
    stiffness = stiffness / (left + _NOISE)[:, None, None]
    common = _common_affine(middle, shift, stiffness)
    own = shift - _homogeneous(middle) @ common.T
    contrast = np.minimum(_spread(still, middle), _spread(laid, middle))
    return Flow(
        middle=middle,
        shift=own,
        explained=np.einsum("ni,nij,nj->n", own, stiffness, own),
        fits=(contrast >= LEAST_CONTRAST) & (left <= MOST_LEFT * contrast**2),
        common=common,
    )


def largest_patch(flow: Flow, *, coarser_px: float, ignored: NDArray[np.bool_]) -> float:
    """Return how many windows side by side moved, at most.

    `ignored` (height, width) marks what was pasted over and its rim. Where the coarser picture has a long
    side of less than `FINEST_PX` (`coarser_px`, at the canvas' extent), windows count by its own pixels.
    """
    moved = (flow.explained >= LEAST_EXPLAINED) & (np.linalg.norm(flow.shift, axis=1) >= LEAST_SHIFT_PX)
    across, down = flow.middle[:, 0], flow.middle[:, 1]
    places = flow.middle[moved & flow.fits & ~ignored[down, across]] // STEP_PX
    if not len(places):
        return 0.0
    grid = np.zeros(places.max(axis=0)[::-1] + 1, np.uint8)
    grid[places[:, 1], places[:, 0]] = 1
    _, _, sizes, _ = cv2.connectedComponentsWithStats(grid, connectivity=8)
    largest = float(sizes[1:, cv2.CC_STAT_AREA].max())
    return largest * min(1.0, coarser_px / FINEST_PX) ** 2


def relative_correction(flow: Flow, overlay: Overlay) -> Matrix:
    """Return the common shift as an affine map (3x3) of places relative to the canvas."""
    height, width = overlay.covered.shape
    to_relative = pixels_to_relative(width, height)
    shifted = np.eye(3)
    shifted[:2] += flow.common
    return np.asarray(to_relative @ shifted @ np.linalg.inv(to_relative), dtype=np.float64)


def greatest_common_shift(flow: Flow, overlay: Overlay) -> float:
    """Return how far the common shift moves a corner of the canvas, in px."""
    height, width = overlay.covered.shape
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], dtype=np.float64)
    return float(np.linalg.norm(corners @ flow.common.T, axis=1).max())


def _middles(covered: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the middles (n, 2) of all windows that lie within both pictures, with a margin."""
    reach = WINDOW_PX // 2 + _MARGIN_PX
    down, across = (np.arange(reach, max(reach, side - reach), STEP_PX) for side in covered.shape)
    x, y = (each.ravel() for each in np.meshgrid(across, down))
    within = cv2.erode(covered.astype(np.uint8), np.ones((2 * reach, 2 * reach), np.uint8))
    return np.asarray(np.column_stack([x, y])[within[y, x] > 0], dtype=np.int64)


def _solve(still: Floats, laid: Floats, middle: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Return shift (n, 2), stiffness (n, 2, 2) and unexplained variance (n,) of every window.

    Least squares of the difference on both slopes, brightness and curvature (blur), all about their means.
    Stiffness is how much variance a shift by one px would cause that the last two could not.
    """
    mean = (still + laid) / 2
    across, down = (cv2.Sobel(mean, cv2.CV_64F, *order, ksize=3) / 8 for order in ((1, 0), (0, 1)))
    curvature = cv2.Laplacian(mean, cv2.CV_64F, ksize=1)
    images = np.stack([across, down, mean, curvature, laid - still]).astype(np.float64)
    spread = _covariances(images, middle) + _RIDGE * np.eye(len(images))
    square, with_change = spread[:, :4, :4], spread[:, :4, 4]
    weights = np.linalg.solve(square, with_change[..., None])[..., 0]
    left = spread[:, 4, 4] - (weights * with_change).sum(axis=1)
    edits = np.linalg.solve(square[:, 2:, 2:], square[:, 2:, :2])
    stiffness = square[:, :2, :2] - square[:, :2, 2:] @ edits
    return np.asarray(-weights[:, :2]), np.asarray(stiffness), np.asarray(np.maximum(left, 0.0))


def _covariances(images: Floats, middle: NDArray[np.int64]) -> Floats:
    """Return how k images (k, height, width) vary together in every window, (n, k, k)."""
    means = [_mean_in(image, middle) for image in images]
    found = np.empty((len(middle), len(images), len(images)))
    for row, column in combinations_with_replacement(range(len(images)), 2):
        product = _mean_in(images[row] * images[column], middle)
        found[:, row, column] = found[:, column, row] = product - means[row] * means[column]
    return found


def _common_affine(middle: NDArray[np.int64], shift: Floats, stiffness: Floats) -> Floats:
    """Return the affine shift (2, 3) of most windows: least squares, reweighted against what moved."""
    scale = np.array([1 / LONG_SIDE, 1 / LONG_SIDE, 1.0])
    terms = np.zeros((len(middle), 2, _AFFINE))
    terms[:, 0, :3] = terms[:, 1, 3:] = _homogeneous(middle) * scale
    weighted = np.swapaxes(terms, 1, 2) @ stiffness
    weight: Floats = np.ones(len(middle))
    found: Floats = np.zeros(_AFFINE)
    for _ in range(_ROUNDS):
        by_weight = weighted * weight[:, None, None]
        square = np.tensordot(by_weight, terms, axes=([0, 2], [0, 1])) + _TINY * np.eye(_AFFINE)
        pull = np.tensordot(by_weight, shift, axes=([0, 2], [0, 1]))
        found = np.asarray(np.linalg.solve(square, pull), dtype=np.float64)
        off = shift - terms @ found
        misfit = np.einsum("ni,nij,nj->n", off, stiffness, off)
        weight = 1 / (1 + (misfit / max(_LEAST_MISFIT, 4 * float(np.median(misfit)))) ** 2)
    return np.asarray(found.reshape(2, 3) * scale, dtype=np.float64)


def _homogeneous(middle: NDArray[np.int64]) -> Floats:
    return np.asarray(np.column_stack([middle, np.ones(len(middle))]), dtype=np.float64)


def _mean_in(image: Floats, middle: NDArray[np.int64]) -> Floats:
    """Return the mean of an image in every window."""
    means = cv2.boxFilter(image, -1, (WINDOW_PX, WINDOW_PX))
    return np.asarray(means[middle[:, 1], middle[:, 0]], dtype=np.float64)


def _spread(image: Floats, middle: NDArray[np.int64]) -> Floats:
    """Return the standard deviation of an image in every window."""
    return np.sqrt(np.maximum(0, _mean_in(image * image, middle) - _mean_in(image, middle) ** 2))
