"""Places relative to a whole upright picture, and the views of it that are compared.

A point is (x, y) with 0..1 from the left and from the top, a box (x, y, width, height) likewise.
"""

from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.pictures import Picture, Pixels, reduce_to

Box = tuple[float, float, float, float]
Matrix = NDArray[np.float64]
Points = NDArray[np.float32]

WHOLE: Final[Box] = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Pose:
    """How a view is taken: mirrored or not, then turned counter-clockwise by degrees."""

    degrees: float = 0.0
    is_mirrored: bool = False


UPRIGHT: Final = Pose()

RIGHT_ANGLES: Final = (
    UPRIGHT,
    Pose(is_mirrored=True),
    Pose(180),
    Pose(180, is_mirrored=True),
    Pose(90, is_mirrored=True),
    Pose(-90),
    Pose(-90, is_mirrored=True),
    Pose(90),
)
"""The eight orientations in which a picture is hashed, in the same order (`hashes.pdq.ORIENTATIONS`)."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A part of a picture, posed and brought to size.

    `gray` is (height, width) uint8; `to_whole` maps its pixels to places relative to the whole picture.
    """

    gray: Pixels
    to_whole: Matrix
    box: Box


def view_of(picture: Picture, *, box: Box = WHOLE, pose: Pose = UPRIGHT, long_side: int) -> View:
    """Cut `box` out of a picture, pose it, and reduce or enlarge it to a long side of `long_side` px.

    Where a turned view shows what lies outside of the box, edge pixels are repeated: no step in
    brightness arises there that could be taken for a feature.
    """
    left, top, right, bottom = _pixel_box(box, picture.width, picture.height)
    part = reduce_to(picture.gray[top:bottom, left:right], long_side)
    height, width = part.shape
    forward, size = _pose_matrix(width, height, pose, long_side)
    part_to_whole = (
        _scaling(1 / picture.width, 1 / picture.height)
        @ _shift(left, top)
        @ _enlarging((right - left) / width, (bottom - top) / height)
    )
    return View(
        gray=part if (width, height) == size and pose == UPRIGHT else _posed(part, forward, size),
        to_whole=part_to_whole @ np.linalg.inv(forward),
        box=(
            left / picture.width,
            top / picture.height,
            (right - left) / picture.width,
            (bottom - top) / picture.height,
        ),
    )


def moved(points: Points, matrix: Matrix) -> Points:
    """Return (n, 2) points mapped by a 3x3 homography."""
    if not len(points):
        return points
    mapped = cv2.perspectiveTransform(points.reshape(-1, 1, 2).astype(np.float64), matrix)
    return cast("Points", mapped.reshape(-1, 2).astype(np.float32))


def is_inside(points: Points, box: Box, *, edge: float = 0.0) -> NDArray[np.bool_]:
    """Say for each point whether it lies in a box, at least `edge` of its size from the border."""
    x, y, width, height = box
    low = np.array([x + edge * width, y + edge * height])
    high = np.array([x + (1 - edge) * width, y + (1 - edge) * height])
    return np.asarray(((points >= low) & (points <= high)).all(axis=1))


def _posed(part: Pixels, forward: Matrix, size: tuple[int, int]) -> Pixels:
    posed = cv2.warpAffine(part, forward[:2], size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cast("Pixels", posed)


def _pixel_box(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    x, y, box_width, box_height = box
    left, top = min(round(x * width), width - 1), min(round(y * height), height - 1)
    right = max(left + 1, min(width, round((x + box_width) * width)))
    bottom = max(top + 1, min(height, round((y + box_height) * height)))
    return left, top, right, bottom


def _pose_matrix(width: int, height: int, pose: Pose, long_side: int) -> tuple[Matrix, tuple[int, int]]:
    """Return the map from part to view, and the view's width and height: all of the part is shown."""
    scale = long_side / max(width, height)
    angle = np.deg2rad(pose.degrees)
    # Exact right angles must not gain a column by rounding errors.
    cosine, sine = round(float(np.cos(angle)), 12), round(float(np.sin(angle)), 12)
    view_width = max(1, round(scale * (width * abs(cosine) + height * abs(sine))))
    view_height = max(1, round(scale * (width * abs(sine) + height * abs(cosine))))
    flip = -1.0 if pose.is_mirrored else 1.0
    turn = np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    about_middle = turn @ _scaling(scale * flip, scale) @ _shift(-(width - 1) / 2, -(height - 1) / 2)
    return _shift((view_width - 1) / 2, (view_height - 1) / 2) @ about_middle, (view_width, view_height)


def _enlarging(across: float, down: float) -> Matrix:
    """Return the map that enlarges a picture: the middle of its first pixel is half a pixel from its edge."""
    return _shift((across - 1) / 2, (down - 1) / 2) @ _scaling(across, down)


def _scaling(across: float, down: float) -> Matrix:
    return np.diag([across, down, 1.0])


def _shift(across: float, down: float) -> Matrix:
    return np.array([[1.0, 0.0, across], [0.0, 1.0, down], [0.0, 0.0, 1.0]])
