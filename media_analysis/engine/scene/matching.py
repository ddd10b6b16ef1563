"""Which features of two views are the same, and the homography that they agree on."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.scene.features import LocalFeatures
from media_analysis.engine.scene.places import Matrix, Points

LEAST_LIKENESS: Final = 0.80
"""Cosine of two descriptors below which they are not paired; the authors use 0.82."""

REPROJECTION_PX: Final = 3.0
"""How far a paired point may lie from where the homography puts it."""

LEAST_PAIRS: Final = 6
"""A homography has eight unknowns, which four pairs fix; fewer than six prove nothing."""

_ITERATIONS = 2000
_CONFIDENCE = 0.999
_LARGEST_ENLARGEMENT = 36.0
_GREATEST_SKEW = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Paired places that one homography explains, as rows of the two views' features.

    `pairs` counts all features that are each other's nearest, those that it does not explain included.
    """

    left: NDArray[np.intp]
    right: NDArray[np.intp]
    matrix: Matrix
    pairs: int

    @property
    def inliers(self) -> int:
        """Return how many pairs agree."""
        return len(self.left)


def pair(left: LocalFeatures, right: LocalFeatures) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows of features that are each other's nearest and alike enough."""
    if not len(left.descriptors) or not len(right.descriptors):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    likeness = left.descriptors @ right.descriptors.T
    nearest = likeness.argmax(axis=1)
    rows = np.flatnonzero(likeness[np.arange(len(nearest)), nearest] >= LEAST_LIKENESS)
    # The way back is asked only for what the way there found: a third of the time of asking for all.
    columns, place = np.unique(nearest[rows], return_inverse=True)
    back = likeness[:, columns].argmax(axis=0)
    mutual = back[place] == rows
    return rows[mutual], nearest[rows[mutual]]


def align(left: LocalFeatures, right: LocalFeatures) -> Alignment | None:
    """Return the homography from left to right view that most pairs agree on, if one is believable.

    Robust estimation is USAC with MAGSAC++ (Barath et al., CVPR 2020): 0.3 ms on an unrelated pair
    where RANSAC takes 13.
    """
    rows, columns = pair(left, right)
    if len(rows) < LEAST_PAIRS:
        return None
    source, target = left.points[rows], right.points[columns]
    matrix, mask = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, REPROJECTION_PX, maxIters=_ITERATIONS, confidence=_CONFIDENCE
    )
    kept = np.asarray(mask, dtype=bool).ravel()
    # Where no sample of pairs agrees, OpenCV returns no matrix, whatever its annotations say.
    if np.shape(matrix) != (3, 3) or kept.sum() < LEAST_PAIRS:
        return None
    homography = np.asarray(matrix, dtype=np.float64)
    if not is_believable(homography, source[kept]):
        return None
    return Alignment(rows[kept], columns[kept], homography, len(rows))


def is_believable(matrix: Matrix, points: Points) -> bool:
    """Say whether a camera could have made this homography around these points.

    It must not mirror (mirrored views are tried on their own), enlarge more than 6-fold, or squeeze one
    direction six times as much as the other; unrelated pictures mostly give such ones.
    """
    spots = np.concatenate([points.mean(axis=0, keepdims=True), points]).astype(np.float64)
    weights = spots @ matrix[2, :2] + matrix[2, 2]
    if not ((weights > 0).all() or (weights < 0).all()):
        return False
    jacobian = _jacobian(matrix, spots[0])
    if np.linalg.det(jacobian) <= 0:
        return False
    greatest, least = np.linalg.svd(jacobian, compute_uv=False)
    area = greatest * least
    return bool(1 / _LARGEST_ENLARGEMENT < area < _LARGEST_ENLARGEMENT and greatest < _GREATEST_SKEW * least)


def _jacobian(matrix: Matrix, spot: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, weight = matrix @ np.array([spot[0], spot[1], 1.0])
    upper = matrix[:2, :2] * weight - np.outer((x, y), matrix[2, :2])
    return np.asarray(upper / weight**2, dtype=np.float64)
