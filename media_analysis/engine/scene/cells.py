"""Two overlaid pictures compared cell by cell: which cells are the same, and which fit only elsewhere."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.scene.overlay import Overlay, pixels_to_relative
from media_analysis.engine.scene.places import Matrix

CELL_PX: Final = 16
LEAST_CORRELATION: Final = 0.9
"""Cells of 32 px that correlate by 0.8 tell copies from stereo pairs, but called 40 % of frames a tenth of
a second apart copies: a hand that moves by a few pixels is smaller and changes less than that."""

MOST_BETTER: Final = 0.03
"""How much better a cell may correlate elsewhere than in place and still count as unmoved."""

LEAST_CONTRAST: Final = 5.0
"""Standard deviation, in grey levels, from which a cell has texture: above what JPEG at quality 20 adds."""

TOLERANCE_PX: Final = 1.5
"""How far from its neighbours' common shift a cell may fit and still count as unmoved."""

REACH: Final = 6
"""How far a cell is searched for, in px; so far from the canvas' edge the first cells begin."""

_FIT_ROUNDS = 4
_LEAST_CELLS_TO_FIT = 6
_LEAST_CELLS_TO_CORRECT = 12

Chosen = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Textured cells: `corner` (n, 2) and `best` shift (n, 2) in px, all `correlations` (n, k, k)."""

    corner: NDArray[np.int64]
    best: NDArray[np.float64]
    correlations: NDArray[np.float32]


def correction(overlay: Overlay, cells: Cells) -> Matrix:
    """Return the affine map, in relative places, from where the fitting cells are to where they fit."""
    fits = cells.correlations.max(axis=(1, 2), initial=-1.0) >= LEAST_CORRELATION
    if fits.sum() < _LEAST_CELLS_TO_CORRECT:
        return np.eye(3)
    middle = cells.corner[fits] + CELL_PX / 2
    affine, _ = cv2.estimateAffine2D(
        middle, middle + cells.best[fits], method=cv2.RANSAC, ransacReprojThreshold=TOLERANCE_PX
    )
    # Where the cells agree on nothing, OpenCV returns no matrix, whatever its annotations say.
    if np.shape(affine) != (2, 3):
        return np.eye(3)
    height, width = overlay.covered.shape
    to_relative = pixels_to_relative(width, height)
    shifted = np.vstack([affine, [0, 0, 1]])
    return np.asarray(to_relative @ shifted @ np.linalg.inv(to_relative), dtype=np.float64)


def correlate(overlay: Overlay) -> Cells:
    """Correlate every textured cell of the canvas with what is laid on it, at every shift within reach."""
    still = np.asarray(cv2.cvtColor(overlay.canvas, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    laid = np.asarray(cv2.cvtColor(overlay.laid, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    textured = np.maximum(_contrast(still), _contrast(laid)) >= LEAST_CONTRAST
    corners, maps = [], []
    # Texture on either side counts: a flat patch pasted over it must not go unseen.
    for row, column in zip(*np.nonzero(textured), strict=True):
        left, top = REACH + int(column) * CELL_PX, REACH + int(row) * CELL_PX
        around = np.s_[top - REACH : top + CELL_PX + REACH, left - REACH : left + CELL_PX + REACH]
        if overlay.covered[around].all():
            cell = still[top : top + CELL_PX, left : left + CELL_PX]
            corners.append((left, top))
            maps.append(cv2.matchTemplate(laid[around], cell, cv2.TM_CCOEFF_NORMED))
    side = 2 * REACH + 1
    correlations = np.array(maps, dtype=np.float32).reshape(-1, side, side)
    down, across = np.divmod(correlations.reshape(-1, side * side).argmax(axis=1), side)
    return Cells(
        corner=np.array(corners, dtype=np.int64).reshape(-1, 2),
        best=np.stack([across, down], axis=1).astype(np.float64) - REACH,
        correlations=correlations,
    )


def _contrast(gray: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the standard deviation of each cell, as rows and columns of cells."""
    rows, columns = (max(0, side - 2 * REACH) // CELL_PX for side in gray.shape)
    inner = gray[REACH : REACH + rows * CELL_PX, REACH : REACH + columns * CELL_PX]
    return np.asarray(inner.reshape(rows, CELL_PX, columns, CELL_PX).std(axis=(1, 3)))


def judge(cells: Cells) -> tuple[Chosen, Chosen]:
    """Return which cells are the same in place, and which fit only, or clearly better, elsewhere."""
    best = cells.correlations.max(axis=(1, 2), initial=-1.0)
    fits = best >= LEAST_CORRELATION
    in_place = _correlation_near(cells.correlations, _common_shift(cells, fits))
    moved = fits & ((in_place < LEAST_CORRELATION) | (best - in_place > MOST_BETTER))
    return fits & ~moved, moved


def _common_shift(cells: Cells, fits: Chosen) -> NDArray[np.float64]:
    """Return each cell's shift by the affine map that most fitting cells share.

    A homography from a few points is off by some pixels far from them; that error is smooth over the
    picture, motion is not.
    """
    terms = np.column_stack([cells.corner, np.ones(len(cells.corner))])
    used = fits
    shift = np.zeros_like(cells.best)
    for _ in range(_FIT_ROUNDS):
        if used.sum() < _LEAST_CELLS_TO_FIT:
            break
        shift = terms @ np.linalg.lstsq(terms[used], cells.best[used], rcond=None)[0]
        off = np.linalg.norm(cells.best - shift, axis=1)
        used = fits & (off <= max(TOLERANCE_PX, float(np.median(off[fits]))))
    return shift


def _correlation_near(correlations: NDArray[np.float32], shift: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return each cell's best correlation within `TOLERANCE_PX` of its expected shift."""
    offsets = np.arange(-REACH, REACH + 1)
    across = np.abs(offsets[None, :] - shift[:, :1]) <= TOLERANCE_PX
    down = np.abs(offsets[None, :] - shift[:, 1:]) <= TOLERANCE_PX
    near = np.where(down[:, :, None] & across[:, None, :], correlations, np.float32(-1))
    return np.asarray(near.max(axis=(1, 2), initial=-1.0), dtype=np.float32)
