from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.pictures import Picture

NAME: Final = "faces"
DIMENSIONS: Final = 128

Embedding = NDArray[np.float32]
"""128 numbers of unit length; comparable with those of the same model only."""

Box = tuple[float, float, float, float]
"""x, y, width and height, relative to the upright picture: 0 to 1."""

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class DetectedFace:
    """One face in one picture.

    `landmarks` are five points relative to the picture: eye, eye, nose, mouth corner, mouth corner, the one
    on the picture's left first; dlib gives four eye corners and the base of the nose instead. `score` is the
    detector's certainty (0 to 1) that this is a face; `quality` (0 to 1) is how much its embedding can be
    relied upon, see `quality.py`. Neither says whose face it is.
    """

    box: Box
    landmarks: Points
    score: float
    quality: float
    embedding: Embedding


@dataclass(frozen=True, slots=True)
class FaceModel:
    """What must be known of an embedding model to compare its vectors.

    `candidate_distance` is the cosine distance up to which a face is shown as a candidate, and
    `threshold_source` where it was measured. A candidate is a lead for a person to judge, never a verdict.
    """

    model_id: str
    candidate_distance: float
    threshold_source: str


class FaceAnalyzer(Protocol):
    """Finds the faces in a picture and describes each by an embedding."""

    @property
    def model(self) -> FaceModel:
        """Return the model whose vectors these are."""

    @property
    def model_id(self) -> str:
        """Return the name to store with every vector."""

    def version(self) -> str:
        """Return the digest of code, models and tools."""

    def analyse(self, picture: Picture) -> tuple[DetectedFace, ...]:
        """Return the faces of a picture, the largest first."""


def distance(left: Embedding, right: Embedding) -> float:
    """Return the cosine distance of two unit vectors: 0 (same direction) to 2."""
    return float(1.0 - np.dot(left, right))


def unit(vector: NDArray[np.floating]) -> Embedding:
    """Return a vector scaled to length 1."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)
