"""What is drawn over a picture: places that are relative to it, as whole pixels of an SVG; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

UNMEASURED: Final = 1000
"""The side of the square that is drawn on where a picture's own size is not known yet."""

_MARGIN: Final = 0.35
_DOTS_ACROSS: Final = 90


class Rectangle(NamedTuple):
    """A box in pixels of the upright picture."""

    x: int
    y: int
    width: int
    height: int


class Point(NamedTuple):
    """A place in pixels of the upright picture."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The drawing paper over a picture of this size in pixels."""

    width: int
    height: int

    @classmethod
    def over(cls, width: int | None, height: int | None) -> Sheet:
        """Return the paper over a picture, or a square where its size is not known yet."""
        return cls(width or UNMEASURED, height or UNMEASURED)

    @property
    def dot(self) -> int:
        """Return the radius of a dot that is well seen at any size of the picture."""
        return max(1, round(max(self.width, self.height) / _DOTS_ACROSS / 2))

    def box(self, relative: Sequence[float]) -> Rectangle:
        """Return a box that was given relative to the picture (x, y, width, height)."""
        x, y, width, height = relative
        return Rectangle(
            round(x * self.width),
            round(y * self.height),
            max(1, round(width * self.width)),
            max(1, round(height * self.height)),
        )

    def point(self, x: float, y: float) -> Point:
        """Return a place that was given relative to the picture."""
        return Point(round(x * self.width), round(y * self.height))

    def around(self, relative: Sequence[float], *, margin: float = _MARGIN) -> Rectangle:
        """Return the part of the picture to show of a box: widened by a share of it, inside the picture."""
        x, y, width, height = relative
        left, top = max(0.0, x - margin * width), max(0.0, y - margin * height)
        right, bottom = min(1.0, x + (1 + margin) * width), min(1.0, y + (1 + margin) * height)
        return self.box((left, top, right - left, bottom - top))
