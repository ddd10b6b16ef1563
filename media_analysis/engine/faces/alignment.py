"""Cuts a face out upright and at the size that embedding models were trained on."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.pictures import Picture, Pixels

SIDE: Final = 112

_TEMPLATE: Final = np.array(
    [
        (38.2946, 51.6963),
        (73.5318, 51.5014),
        (56.0252, 71.7366),
        (41.5493, 92.3655),
        (70.7299, 92.2041),
    ]
)
"""Where eyes, nose and mouth corners belong in 112 x 112 pixels (ArcFace, Deng et al. 2019)."""

TEMPLATE_EYE_DISTANCE: Final = float(np.linalg.norm(_TEMPLATE[1] - _TEMPLATE[0]))


def align(picture: Picture, landmarks: NDArray[np.float64]) -> Pixels:
    """Return the face as 112 x 112 RGB, turned and scaled so that its five landmarks fit the template.

    `landmarks` are five x, y pairs in pixels of `picture`.
    """
    source, points = _fitting_size(picture, landmarks)
    warped = cv2.warpAffine(source.pixels, similarity(points), (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    return np.asarray(warped, dtype=np.uint8)


def similarity(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the 2 x 3 turn, scale and shift that brings five points nearest to the template.

    Least squares over x' = ax - by + c and y' = bx + ay + d, so that a face is never mirrored.
    """
    x, y = points.T
    ones, zeros = np.ones_like(x), np.zeros_like(x)
    equations = np.concatenate(
        [np.stack([x, -y, ones, zeros], axis=1), np.stack([y, x, zeros, ones], axis=1)]
    )
    (a, b, c, d), *_ = np.linalg.lstsq(equations, _TEMPLATE.T.ravel(), rcond=None)
    return np.array([[a, -b, c], [b, a, d]])


def _fitting_size(picture: Picture, landmarks: NDArray[np.float64]) -> tuple[Picture, NDArray[np.float64]]:
    """Halve the picture while the face is more than twice the template: bilinear warping would alias."""
    eye_distance = float(np.linalg.norm(landmarks[1] - landmarks[0]))
    halvings = max(0, int(np.log2(max(eye_distance, 1.0) / TEMPLATE_EYE_DISTANCE)))
    source = picture.at_long_side(picture.long_side >> halvings)
    return source, landmarks * (source.long_side / picture.long_side)
