"""How much a face's embedding can be relied upon.

Three fractions, each 0 to 1, and their geometric mean: one bad property is enough to spoil a comparison.

- size: distance of the eyes against the embedding model's template; below it pixels are made up.
- sharpness: variance of the Laplacian of the aligned face, halfway at 60: five sharp portraits had 481 to
  907, the same blurred by a sigma of 4 pixels 8 to 33.
- frontality: how far the nose is from the middle of the eyes, as a share of their distance; a profile has
  it beyond one eye.

A rule of thumb to order candidates by and to warn an officer, not a probability.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.faces.alignment import TEMPLATE_EYE_DISTANCE
from media_analysis.engine.pictures import Pixels

_HALF_SHARP: Final = 60.0


def quality_of(aligned: Pixels, landmarks: NDArray[np.float64]) -> float:
    """Return the quality, 0 to 1, of a 112 x 112 RGB face and its landmarks (eyes, nose first) in pixels."""
    eyes = landmarks[1] - landmarks[0]
    eye_distance = max(float(np.linalg.norm(eyes)), 1e-6)
    size = min(1.0, eye_distance / TEMPLATE_EYE_DISTANCE)
    return float(
        (size * _sharpness(aligned) * _frontality(landmarks, eyes / eye_distance, eye_distance)) ** (1 / 3)
    )


def _sharpness(aligned: Pixels) -> float:
    variance = float(cv2.Laplacian(cv2.cvtColor(aligned, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())
    return variance / (variance + _HALF_SHARP)


def _frontality(
    landmarks: NDArray[np.float64], along_eyes: NDArray[np.float64], eye_distance: float
) -> float:
    middle = (landmarks[0] + landmarks[1]) / 2
    offset = abs(float(np.dot(landmarks[2] - middle, along_eyes))) / eye_distance
    return max(0.0, 1.0 - 2 * offset)
