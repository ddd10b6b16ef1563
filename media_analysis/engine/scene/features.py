"""XFeat local features: places that can be found again, and what each looks like.

Source: Potje, Cadar, Araujo, Martins, Nascimento: "XFeat: Accelerated Features for Lightweight Image
Matching", CVPR 2024. The network gives maps; places are picked from them here in numpy.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.scene import models
from media_analysis.engine.scene.places import Matrix, Points, View, is_inside, moved

DIMENSIONS: Final = 64
"""Numbers of a descriptor."""

STRIDE: Final = 8
"""Pixels per cell of the descriptor map."""

LEAST_HEAT: Final = 0.05
"""A place must be at least this probable; the authors' threshold."""

NEIGHBOURHOOD: Final = 5
"""Side of the square in which only the most probable place remains; the authors' choice."""

_MULTIPLE = 32
_EDGE = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class LocalFeatures:
    """What can be found again in a view, the most probable first.

    `points` (n, 2) in pixels of the view, `places` (n, 2) relative to the whole picture, `descriptors`
    (n, 64) of unit length; `to_whole` maps the view's pixels to places.
    """

    points: Points
    places: Points
    descriptors: NDArray[np.float32]
    to_whole: Matrix


class FeatureExtractor:
    """Finds local features; the model is opened once per process."""

    def __init__(self, replacement: Path | None = None) -> None:
        """Open the vendored model or an operator's own; raise `WeightsError` if it is altered or missing."""
        self._session = models.open_model(models.XFEAT.path(replacement))

    def extract(self, view: View, *, most: int) -> LocalFeatures:
        """Return the features of a view, at most `most`, none of them outside or on the edge of its box."""
        gray = _padded(view.gray)
        descriptors, heat, reliability = self._session.run(
            ["desc", "heat", "rel"], {"gray": gray[None, None].astype(np.float32) / 255}
        )
        points, scores = _pick(heat[0, 0], reliability[0, 0], view.gray.shape)
        places = moved(points, view.to_whole)
        kept = np.flatnonzero(is_inside(places, view.box, edge=_EDGE))
        kept = kept[np.argsort(-scores[kept], kind="stable")[:most]]
        return LocalFeatures(points[kept], places[kept], _sample(descriptors[0], points[kept]), view.to_whole)


def _padded(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = gray.shape
    bottom, right = -height % _MULTIPLE, -width % _MULTIPLE
    return cast("NDArray[np.uint8]", cv2.copyMakeBorder(gray, 0, bottom, 0, right, cv2.BORDER_REPLICATE))


def _pick(
    heat: NDArray[np.float32], reliability: NDArray[np.float32], shape: tuple[int, ...]
) -> tuple[Points, NDArray[np.float32]]:
    """Return local maxima of heat inside the unpadded picture as (x, y), each with its score."""
    greatest = cv2.dilate(heat, np.ones((NEIGHBOURHOOD, NEIGHBOURHOOD), np.uint8))
    rows, columns = np.nonzero((heat == greatest) & (heat > LEAST_HEAT))
    shown = (rows < shape[0]) & (columns < shape[1])
    rows, columns = rows[shown], columns[shown]
    fine = cv2.resize(reliability, heat.shape[::-1], interpolation=cv2.INTER_LINEAR)
    points = np.stack([columns, rows], axis=1).astype(np.float32)
    return points, np.asarray(heat[rows, columns] * fine[rows, columns], dtype=np.float32)


def _sample(descriptors: NDArray[np.float32], points: Points) -> NDArray[np.float32]:
    """Return the (n, 64) descriptors at `points`, read between the map's cells and scaled to length 1."""
    _, height, width = descriptors.shape
    across = np.clip((points[:, 0] + 0.5) / STRIDE - 0.5, 0, width - 1)
    down = np.clip((points[:, 1] + 0.5) / STRIDE - 0.5, 0, height - 1)
    left, top = np.floor(across).astype(int), np.floor(down).astype(int)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    u, v = across - left, down - top
    mixed = (
        descriptors[:, top, left] * ((1 - u) * (1 - v))
        + descriptors[:, top, right] * (u * (1 - v))
        + descriptors[:, bottom, left] * ((1 - u) * v)
        + descriptors[:, bottom, right] * (u * v)
    )
    length = np.maximum(np.linalg.norm(mixed, axis=0), 1e-9)
    return np.asarray((mixed / length).T, dtype=np.float32)
