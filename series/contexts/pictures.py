"""A part of a picture, as a page draws it: blurred until asked for, with boxes and points over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from accounts.audit.viewing import showed
from evidence.queries import find_visible_materials, kept_frames
from series.drawing import Point, Rectangle, Sheet
from series.wording import clock_ms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from accounts.models import Officer
    from evidence.models import Material
    from media_analysis.models import Face as FaceRow
    from series.contexts.cards import Card


CLEAR_QUALITY: Final = 0.5
"""Half of what the analyzer gives to a face that is large, sharp and seen from the front."""


@dataclass(frozen=True, slots=True)
class Pane:
    """One side of a match: the material, the frame that is shown, and what is drawn over it.

    `at_ms` is the place of the picture that is shown, None where nothing can be shown yet; `found_ms`
    is the frame that the match is about. Where that one was not kept, the nearest is shown, undrawn.
    """

    card: Card
    sheet: Sheet
    boxes: tuple[Rectangle, ...]
    points: tuple[Point, ...]
    view: Rectangle
    at_ms: int | None
    found_ms: int | None

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
        shown_ms = nearest_frame(card.match_frames_ms, at_ms or 0)
        is_kept = shown_ms == (at_ms or 0) or at_ms is None
        found = list(boxes or ()) if is_kept else []
        return cls(
            card=card,
            sheet=sheet,
            boxes=tuple(sheet.box(each) for each in found),
            points=tuple(sheet.point(x, y) for x, y in points) if is_kept else (),
            view=sheet.around(found[0]) if found else Rectangle(0, 0, sheet.width, sheet.height),
            at_ms=shown_ms,
            found_ms=at_ms,
        )

    @property
    def place(self) -> str:
        """Return where in a video the match is, empty for a photo."""
        return clock_ms(self.found_ms) if self.card.length and self.found_ms is not None else ""

    @property
    def shown_instead(self) -> str:
        """Return the place of the frame that is shown instead of the one that was found, else nothing."""
        is_other = self.found_ms is not None and self.at_ms is not None and self.at_ms != self.found_ms
        return clock_ms(self.at_ms or 0) if is_other else ""


def nearest_frame(frames: tuple[int, ...], wanted: int) -> int | None:
    """Return the place of the kept frame that is nearest to one, None where none is kept."""
    return min(frames, key=lambda at_ms: abs(at_ms - wanted)) if frames else None


@dataclass(frozen=True, slots=True)
class Face:
    """A face on its picture: where it is, and the part to show of it."""

    face: FaceRow
    material_id: UUID
    number: int
    sheet: Sheet
    box: Rectangle
    view: Rectangle
    is_shown: bool

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


def faces_with_material(officer: Officer, rows: Collection[FaceRow]) -> list[Face]:
    """Return faces of several materials that the officer may see, in the order in which they are given."""
    ids = {row.material_id for row in rows}
    showed(sorted(ids))
    materials = {material.pk: material for material in find_visible_materials(officer, ids)}
    frames = kept_frames(officer, ids)
    return [
        face
        for row in rows
        for face in faces_of(materials[row.material_id], [row], frames[row.material_id].own)
    ]


def faces_of(material: Material, faces: Iterable[FaceRow], frames_ms: Collection[int]) -> list[Face]:
    """Return the faces of a material, numbered from 1; those on frames that were not kept are not shown."""
    sheet = Sheet.over(material.width, material.height)
    return [
        Face(
            face,
            material.pk,
            number,
            sheet,
            sheet.box(face.box),
            sheet.around(face.box),
            is_shown=(face.at_ms or 0) in frames_ms,
        )
        for number, face in enumerate(faces, start=1)
    ]
