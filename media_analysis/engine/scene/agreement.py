"""Whether two aligned pictures show the same moment, or only the same place.

Inliers prove the same scene, not the same photograph: a stereo pair has hundreds. So both pictures are laid
upon each other and compared cell by cell. In an edited copy every textured cell is the same, but for what
was pasted over it. From another place, or a moment later, cells fit only after being shifted, each by its
own amount, or show the same colours in another arrangement: that is parallax or motion, which no edit makes.
What moved by less than a cell can tell is found by its flow, as a patch of windows that are shifted alike.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene.cells import CELL_PX, REACH, Cells, Chosen, correction, correlate, judge
from media_analysis.engine.scene.flow import (
    Flow,
    greatest_common_shift,
    largest_patch,
    measure_flow,
    relative_correction,
)
from media_analysis.engine.scene.overlay import LONG_SIDE, Overlay, alike_in_sharpness, lay, shown_share
from media_analysis.engine.scene.places import Matrix

LEAST_SHARE_FOR_FLOW: Final = 0.3
"""Where fewer cells are the same, the pictures are of one scene at most, and flow has nothing to add."""

SAME_SIZE: Final = 0.0015
"""How far width, height and angle of view may differ and still count as the same: a pixel of a thumbnail."""

LEAST_DRIFT_PX: Final = 0.3
LEAST_DRIFT_OF_PIXEL: Final = 0.75
"""Shift of a whole view, in px of the canvas and per pixel of the coarser picture, that is no resampling:
those place pixels by half of one differently."""

_FLOW_ROUNDS = 5
_STILL_PX = 0.05
_MOST_COMMON_SHIFT_PX = 12.0
_CORRECTIONS = 2
_TONES_PER_CHANNEL = 10
_LEAST_CELLS_FOR_TONES = 4


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two aligned pictures compare where they overlap.

    Of the `cells` with texture, `share` (0..1) are the same and `moved` (0..1) fit only elsewhere; the rest
    do not fit. `rearranged` (0..1) is how far those that are not the same have the same colours on both
    sides: what moved takes its colours along, what was pasted brings its own.
    `query_overlap` and `candidate_overlap` (0..1) are the shares of each picture that the other shows.
    `patch` is how many windows side by side moved, at most (see `scene.flow`), `gap` how many cells side by
    side are not the same, and `has_drifted` says whether both show a view of one size, a little shifted:
    a camera that trembles does that, whereas who crops also changes the size.
    """

    share: float
    moved: float
    rearranged: float
    cells: int
    query_overlap: float
    candidate_overlap: float
    patch: float = 0.0
    gap: int = 0
    has_drifted: bool = False

    @property
    def same_cells(self) -> int:
        """Return how many textured cells are the same."""
        return round(self.share * self.cells)


NO_OVERLAP: Final = Agreement(0.0, 0.0, 0.0, 0, 0.0, 0.0)


def measure_agreement(query: Picture, candidate: Picture, alignment: Matrix) -> Agreement:
    """Return how far two pictures agree under an affine map from query to candidate, in relative places.

    The picture that is shown more fully by the other is the canvas: a crop keeps all of its cells. Where
    that leaves a doubt, the cells themselves, which lie all over the overlap, correct the alignment.
    """
    back = np.asarray(np.linalg.inv(alignment), dtype=np.float64)
    query_overlap, candidate_overlap = shown_share(alignment), shown_share(back)
    if min(query_overlap, candidate_overlap) <= 0:
        return NO_OVERLAP
    if query_overlap >= candidate_overlap:
        laid = _laid(query, candidate, alignment, candidate_overlap / query_overlap)
    else:
        laid = _laid(candidate, query, back, query_overlap / candidate_overlap)
    overlay, cells = laid.overlay, laid.cells
    same, moved = judge(cells)
    count = max(1, len(same))
    return Agreement(
        share=float(same.sum() / count),
        moved=float(moved.sum() / count),
        rearranged=_rearranged(overlay, cells.corner, same),
        cells=len(same),
        query_overlap=query_overlap,
        candidate_overlap=candidate_overlap,
        patch=_moved_patch(laid, cells.corner[~same & ~moved]),
        gap=_largest_gap(cells.corner[~same]),
        has_drifted=_has_drifted(laid),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    """Two pictures at their best alignment: `to_other` maps relative places of the canvas to the other's.

    `coarser_px` is the long side that the coarser picture has at the canvas' extent.
    """

    overlay: Overlay
    cells: Cells
    flow: Flow | None
    to_other: Matrix
    coarser_px: float


def _laid(canvas: Picture, other: Picture, to_other: Matrix, zoom: float) -> _Laid:
    overlay, cells, to_other = _aligned_cells(canvas, other, to_other, zoom)
    flow = None
    if judge(cells)[0].sum() > LEAST_SHARE_FOR_FLOW * len(cells.corner):
        overlay, to_other = _aligned_flow(canvas, other, overlay, to_other, zoom)
        overlay = alike_in_sharpness(overlay)
        cells, flow = correlate(overlay), measure_flow(overlay)
    return _Laid(overlay, cells, flow, to_other, min(canvas.long_side, other.long_side * zoom**0.5))


def _aligned_cells(
    canvas: Picture, other: Picture, to_other: Matrix, zoom: float
) -> tuple[Overlay, Cells, Matrix]:
    overlay = lay(canvas, other, to_other, zoom=zoom)
    cells = correlate(overlay)
    for _ in range(_CORRECTIONS):
        same, _ = judge(cells)
        if same.all() or not same.any():
            break
        to_other = to_other @ correction(overlay, cells)
        overlay = lay(canvas, other, to_other, zoom=zoom)
        cells = correlate(overlay)
    return overlay, cells, to_other


def _aligned_flow(
    canvas: Picture, other: Picture, overlay: Overlay, to_other: Matrix, zoom: float
) -> tuple[Overlay, Matrix]:
    """Correct an alignment by fractions of a pixel, until the flow that all windows share is none."""
    for _ in range(_FLOW_ROUNDS):
        flow = measure_flow(overlay)
        if flow is None or not _STILL_PX < greatest_common_shift(flow, overlay) < _MOST_COMMON_SHIFT_PX:
            break
        to_other = to_other @ relative_correction(flow, overlay)
        overlay = lay(canvas, other, to_other, zoom=zoom)
    return overlay, to_other


def _moved_patch(laid: _Laid, pasted_corners: NDArray[np.int64]) -> float:
    """Return the largest patch of windows that moved, away from what was pasted over the picture."""
    if laid.flow is None:
        return 0.0
    pasted = np.zeros(laid.overlay.covered.shape, np.uint8)
    for left, top in pasted_corners:
        pasted[top : top + CELL_PX, left : left + CELL_PX] = 1
    rim = np.ones((CELL_PX + 1, CELL_PX + 1), np.uint8)
    ignored = cv2.dilate(pasted, rim) > 0 if len(pasted_corners) else pasted > 0
    return largest_patch(laid.flow, coarser_px=laid.coarser_px, ignored=np.asarray(ignored))


def _largest_gap(corners: NDArray[np.int64]) -> int:
    if not len(corners):
        return 0
    places = (corners - REACH) // CELL_PX
    grid = np.zeros(places.max(axis=0)[::-1] + 1, np.uint8)
    grid[places[:, 1], places[:, 0]] = 1
    _, _, sizes, _ = cv2.connectedComponentsWithStats(grid, connectivity=8)
    return int(sizes[1:, cv2.CC_STAT_AREA].max())


def _has_drifted(laid: _Laid) -> bool:
    if laid.flow is None:
        return False
    height, width = laid.overlay.covered.shape
    change = laid.to_other[:2, :2] - np.eye(2)
    shift = (laid.to_other[:2, 2] + change.sum(axis=1) / 2) * (width, height)
    least = max(LEAST_DRIFT_PX, LEAST_DRIFT_OF_PIXEL * LONG_SIDE / laid.coarser_px)
    return bool(np.abs(change).max() <= SAME_SIZE and np.abs(shift).max() > least)


def _rearranged(overlay: Overlay, corners: NDArray[np.int64], same: Chosen) -> float:
    """Return the intersection of the colour histograms of the cells that are not the same.

    Brightness and contrast are first brought to those of the cells that are the same, channel by channel.
    """
    if same.all() or same.sum() < _LEAST_CELLS_FOR_TONES:
        return 1.0
    still, laid = (_pixels_in(image, corners[~same]) for image in (overlay.canvas, overlay.laid))
    still_same, laid_same = (_pixels_in(image, corners[same]) for image in (overlay.canvas, overlay.laid))
    gain = still_same.std(axis=0) / np.maximum(laid_same.std(axis=0), 1.0)
    toned = (laid - laid_same.mean(axis=0)) * gain + still_same.mean(axis=0)
    return float(np.minimum(_tones(still), _tones(toned)).sum())


def _pixels_in(image: NDArray[np.float32], corners: NDArray[np.int64]) -> NDArray[np.float32]:
    parts = [image[top : top + CELL_PX, left : left + CELL_PX].reshape(-1, 3) for left, top in corners]
    return np.concatenate(parts)


def _tones(pixels: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the share of pixels in each of 10 x 10 x 10 colours."""
    steps = np.clip(pixels * (_TONES_PER_CHANNEL / 256), 0, _TONES_PER_CHANNEL - 1).astype(np.int64)
    index = (steps[:, 0] * _TONES_PER_CHANNEL + steps[:, 1]) * _TONES_PER_CHANNEL + steps[:, 2]
    return np.asarray(np.bincount(index, minlength=_TONES_PER_CHANNEL**3) / len(pixels))
