"""Faces by dlib, as the `face_recognition` package does it, with the five-point landmarks.

`face_recognition` itself is not imported: doing so loads the 68-point landmark file, which its makers
allow for non-commercial use only. The models are those that it installs.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.faces.face import DetectedFace, FaceModel, unit
from media_analysis.engine.faces.places import relative_box, relative_points
from media_analysis.engine.faces.quality import quality_of
from media_analysis.engine.faces.weights import Weights, sha256_of
from media_analysis.engine.pictures import Picture
from media_analysis.engine.versions import digest_of, package

LANDMARKS: Final = Weights(
    "face_recognition_models",
    "models/shape_predictor_5_face_landmarks.dat",
    "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
)
EMBEDDER: Final = Weights(
    "face_recognition_models",
    "models/dlib_face_recognition_resnet_model_v1.dat",
    "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
)

CANDIDATE_DISTANCE: Final = 0.07
THRESHOLD_SOURCE: Final = (
    "Cosine distance at 0.1 % false accepts on 200 portraits of 20 adults: 0.069 (bench/bench_faces.py)"
)

SIDE: Final = 1024
_UPSAMPLE: Final = 1
_REVISION: Final = "1"
# The detector's raw score is a margin without bounds; this slope makes 0.5 of zero and 0.95 of three.
_SCORE_SLOPE: Final = 1.0


class DlibAnalyzer:
    """dlib's HOG detector, five-point landmarks and ResNet, loaded once, when this is made."""

    def __init__(self, landmarks: Path | None = None, embedder: Path | None = None) -> None:
        paths = LANDMARKS.path(landmarks), EMBEDDER.path(embedder)
        self._digests = tuple(map(sha256_of, paths))
        self._detector = dlib.get_frontal_face_detector()
        self._landmarks = dlib.shape_predictor(str(paths[0]))
        self._network = dlib.face_recognition_model_v1(str(paths[1]))
        self._model = FaceModel(f"dlib-resnet-{self._digests[1][:8]}", CANDIDATE_DISTANCE, THRESHOLD_SOURCE)

    @property
    def model(self) -> FaceModel:
        """Return the model whose vectors these are."""
        return self._model

    @property
    def model_id(self) -> str:
        """Return the name to store with every vector."""
        return self._model.model_id

    def version(self) -> str:
        """Return the digest of code, models and tools."""
        return digest_of(_REVISION, *self._digests, package("dlib-bin"))

    def analyse(self, picture: Picture) -> tuple[DetectedFace, ...]:
        """Return the faces of a picture with their embeddings, the largest first."""
        seen = picture.at_long_side(SIDE)
        faces = (self._describe(seen, box, score) for box, score in self._find(seen))
        return tuple(sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True))

    def _find(self, seen: Picture) -> Iterator[tuple[dlib.rectangle, float]]:
        boxes, scores, _ = self._detector.run(seen.pixels, _UPSAMPLE, 0.0)
        return zip(boxes, scores, strict=True)

    def _describe(self, seen: Picture, box: dlib.rectangle, score: float) -> DetectedFace:
        shape = self._landmarks(seen.pixels, box)
        chip = dlib.get_face_chip(seen.pixels, shape, size=150, padding=0.25)
        points = np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float64)
        place = np.array([box.left(), box.top(), box.width(), box.height()], dtype=np.float64)
        return DetectedFace(
            box=relative_box(place, seen),
            landmarks=relative_points(points, seen),
            score=float(1 / (1 + np.exp(-_SCORE_SLOPE * score))),
            quality=quality_of(cv2.resize(chip, (112, 112)), _eyes_and_nose(points)),
            embedding=unit(np.array(self._network.compute_face_descriptor(chip))),
        )


def _eyes_and_nose(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the middles of both eyes, the picture's left first, and the base of the nose."""
    return np.array([(points[2] + points[3]) / 2, (points[0] + points[1]) / 2, points[4]])
