"""A part of a picture, as a page draws it: blurred until asked for, with boxes and points over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from series.drawing import Point, Rectangle, Sheet
from series.wording import clock_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from evidence.models import Material
    from media_analysis.models import Face as FaceRow
    from series.contexts.cards import Card


@dataclass(frozen=True, slots=True)
class Pane:
    """One side of a match: the material, the frame that is shown, and what is drawn over it.

    `at_ms` is the frame's place, None where nothing can be shown yet.
    """

    card: Card
    sheet: Sheet
    boxes: tuple[Rectangle, ...]
    points: tuple[Point, ...]
    view: Rectangle
    at_ms: int | None

    @classmethod
    def of(
        cls,
        card: Card,
        boxes: Sequence[Sequence[float]] | None,
        *,
        at_ms: int | None = None,
        points: Iterable[tuple[float, float]] = (),
    ) -> Pane:
        """Return a side with its boxes and points, which are given relative to the picture."""
        sheet = Sheet.over(card.material.width, card.material.height)
        found = list(boxes or ())
        return cls(
            card=card,
            sheet=sheet,
            boxes=tuple(sheet.box(each) for each in found),
            points=tuple(sheet.point(x, y) for x, y in points),
            view=sheet.around(found[0]) if found else Rectangle(0, 0, sheet.width, sheet.height),
            at_ms=card.poster_ms if at_ms is None else at_ms,
        )

    @property
    def place(self) -> str:
        """Return where in a video the frame stands, empty for a photo."""
        return clock_ms(self.at_ms or 0) if self.card.length else ""


@dataclass(frozen=True, slots=True)
class Face:
    """A face on its picture: where it is, and the part to show of it."""

    face: FaceRow
    material_id: UUID
    number: int
    sheet: Sheet
    box: Rectangle
    view: Rectangle

    @property
    def at_ms(self) -> int:
        """Return the place of the frame that shows the face, 0 in a photo."""
        return self.face.at_ms or 0

    @property
    def place(self) -> str:
        """Return where in a video the face was seen, empty for a photo."""
        return "" if self.face.at_ms is None else clock_ms(self.face.at_ms)

    @property
    def is_clear(self) -> bool:
        """Tell whether the face is large and sharp enough for its distance to mean much."""
        return self.face.quality >= CLEAR_QUALITY


CLEAR_QUALITY = 0.5
"""Half of what the analyzer gives to a face that is large, sharp and seen from the front."""


def faces_of(material: Material, faces: Iterable[FaceRow]) -> list[Face]:
    """Return the faces of a material, numbered from 1 in the order in which they are given."""
    sheet = Sheet.over(material.width, material.height)
    return [
        Face(face, material.pk, number, sheet, sheet.box(face.box), sheet.around(face.box))
        for number, face in enumerate(faces, start=1)
    ]
