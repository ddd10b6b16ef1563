"""Places in a picture, and in a part cut out of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media_analysis.engine.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Box = tuple[float, float, float, float]
"""x, y, width, height, relative to the picture."""

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


def cut_out(picture: Picture, box: Box) -> Picture:
    """Return the part of a picture that a box marks, at least one pixel wide and high."""
    height, width = picture.pixels.shape[:2]
    left, top = min(round(box[0] * width), width - 1), min(round(box[1] * height), height - 1)
    right = max(round((box[0] + box[2]) * width), left + 1)
    bottom = max(round((box[1] + box[3]) * height), top + 1)
    return Picture(picture.pixels[top:bottom, left:right].copy())


def box_in_whole(part: Box, box: Sequence[float]) -> list[float]:
    """Return a box of the cut-out part as a box of the whole picture."""
    x, y, width, height = box
    return [part[0] + x * part[2], part[1] + y * part[3], width * part[2], height * part[3]]


def points_in_whole(part: Box, points: Iterable[Sequence[float]]) -> list[list[float]]:
    """Return [own x, own y, other x, other y] with the own places moved from the part to the whole."""
    return [
        [part[0] + x * part[2], part[1] + y * part[3], other_x, other_y] for x, y, other_x, other_y in points
    ]
