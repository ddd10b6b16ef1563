"""What a picture looks like as a whole and in parts, in numbers that can be searched.

EfficientNet-Lite0 reads the picture once; its feature map is pooled over the whole and over overlapping
tiles by the generalised mean (Radenović, Tolias, Chum: "Fine-tuning CNN Image Retrieval with No Human
Annotation", 2018), then reduced by principal components learnt on benign pictures (`weights/PROVENANCE.md`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.faces.weights import sha256_of
from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene import models
from media_analysis.engine.scene.places import WHOLE, Box
from media_analysis.engine.versions import digest_of

DIMENSIONS: Final = 128
"""128 lost no recall at ten against all 1280, 64 did (`bench/README.md`)."""

LONG_SIDE: Final = 448
QUERY_LONG_SIDES: Final = (224, 320)
"""A clue is a part of another picture: seen smaller, it has the size of that picture's tiles."""

POWER: Final = 3.0
RECIPE: Final = "gem3/448/whole+4x0.6+9x0.4/pca128/1"

_MULTIPLE = 32


def _grid(side: float, count: int) -> tuple[Box, ...]:
    step = (1 - side) / (count - 1)
    return tuple((column * step, row * step, side, side) for row in range(count) for column in range(count))


TILES: Final[tuple[Box, ...]] = (WHOLE, *_grid(0.6, 2), *_grid(0.4, 3))
"""Fourteen: 3.6 KB a picture in half precision. 26 tiles found no more (`bench/README.md`)."""


@dataclass(frozen=True, slots=True, eq=False)
class SceneEmbedding:
    """`vectors` (n, 128) float32 of unit length, and the relative `boxes` they describe; [0] is the whole."""

    vectors: NDArray[np.float32]
    boxes: tuple[Box, ...]


class SceneEmbedder:
    """Describes pictures by vectors; comparable are only those of the same `model_id`."""

    def __init__(self, network: Path | None = None, components: Path | None = None) -> None:
        """Open the vendored files or an operator's own; raise `WeightsError` if altered or missing."""
        network_path = models.EFFICIENTNET.path(network)
        components_path = models.COMPONENTS.path(components)
        self._session = models.open_model(network_path)
        with np.load(components_path) as kept:
            self._mean: NDArray[np.float32] = kept["mean"].astype(np.float32)
            self._components: NDArray[np.float32] = kept["components"].astype(np.float32)
        digests = (sha256_of(network_path), sha256_of(components_path))
        self.model_id: Final = f"effnet-lite0-gem-{digest_of(RECIPE, *digests)}"

    def embed(self, picture: Picture) -> SceneEmbedding:
        """Return the vectors to store: the whole picture first, then its tiles."""
        return SceneEmbedding(self._reduced(self._pooled(picture, LONG_SIDE, TILES)), TILES)

    def query_vectors(self, picture: Picture) -> SceneEmbedding:
        """Return the vectors to search with: those to store, and the whole picture seen smaller.

        Mirrored and turned variants found nothing more in the first ten: the network hardly minds them.
        """
        smaller = [self._pooled(picture, side, (WHOLE,)) for side in QUERY_LONG_SIDES]
        pooled = np.concatenate([self._pooled(picture, LONG_SIDE, TILES), *smaller])
        return SceneEmbedding(self._reduced(pooled), TILES + (WHOLE,) * len(QUERY_LONG_SIDES))

    def _pooled(self, picture: Picture, long_side: int, boxes: tuple[Box, ...]) -> NDArray[np.float32]:
        (features,) = self._session.run(["fmap"], {"image": _input(picture, long_side)})
        return np.stack([pool(features[0], box) for box in boxes])

    def _reduced(self, pooled: NDArray[np.float32]) -> NDArray[np.float32]:
        centred = unit_rows(pooled) - self._mean
        return unit_rows(np.asarray(centred @ self._components, dtype=np.float32))


def pool(features: NDArray[np.float32], box: Box) -> NDArray[np.float32]:
    """Return the generalised mean of a (channels, rows, columns) map over a box, one value per channel."""
    _, height, width = features.shape
    x, y, box_width, box_height = box
    left, top = min(round(x * width), width - 1), min(round(y * height), height - 1)
    right = max(left + 1, round((x + box_width) * width))
    bottom = max(top + 1, round((y + box_height) * height))
    part = np.maximum(features[:, top:bottom, left:right], 1e-6) ** POWER
    return np.asarray(part.mean(axis=(1, 2)) ** (1 / POWER), dtype=np.float32)


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows scaled to length 1."""
    length = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return np.asarray(rows / length, dtype=np.float32)


def _input(picture: Picture, long_side: int) -> NDArray[np.float32]:
    """Return the (1, 3, height, width) input of a picture, its sides rounded to whole cells of the map."""
    small = picture.at_long_side(long_side)
    scale = long_side / small.long_side
    size = tuple(max(1, round(side * scale / _MULTIPLE)) * _MULTIPLE for side in (small.width, small.height))
    resized = cast("NDArray[np.uint8]", cv2.resize(small.pixels, size, interpolation=cv2.INTER_LINEAR))
    scaled = (resized.astype(np.float32) - 127) / 128
    return np.asarray(scaled.transpose(2, 0, 1)[None], dtype=np.float32)
