"""What a tile says of a material, in a fixed number of queries for a whole page of tiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.audit.viewing import showed
from evidence.queries import KeptFrames, kept_frames, origins
from media_analysis.models import RunState
from media_analysis.queries.facts import cameras, count_faces
from media_analysis.queries.progress import WAITING, progress_from
from series.queries.stacks import count_copies
from series.wording import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from accounts.models import Officer
    from evidence.models import Material
    from evidence.queries import Origin
    from media_analysis.queries.progress import Progress


@dataclass(frozen=True, slots=True)
class Card:
    """A material as a tile shows it; what analyzers found is empty until the asker's own analysis is through.

    `frames_ms` are the places of its own pictures that can be shown: 0 of a photo, none before there is one;
    `match_frames_ms` are all that a match may show.
    """

    material: Material
    origin: Origin
    progress: Progress
    frames_ms: tuple[int, ...] = ()
    match_frames_ms: tuple[int, ...] = ()
    copies: int = 1
    faces: int = 0
    camera: str = ""

    @property
    def poster_ms(self) -> int | None:
        """Return the place of the first picture that can be shown, None where there is none yet."""
        return self.frames_ms[0] if self.frames_ms else None

    @property
    def further_copies(self) -> int:
        """Return how many copies go along with the material into a series."""
        return self.copies - 1

    @property
    def state_label(self) -> str:
        """Return the state in words."""
        return str(RunState(self.progress.state).label)

    @property
    def is_done(self) -> bool:
        """Tell whether the analysis is through."""
        return self.progress.state == RunState.DONE

    @property
    def is_set_aside(self) -> bool:
        """Tell whether the file could not be analyzed."""
        return self.progress.state == RunState.QUARANTINED

    @property
    def length(self) -> str:
        """Return a video's length as minutes and seconds, empty for a photo and before it was looked at."""
        if self.material.duration is None or not self.progress.is_over:
            return ""
        return clock(self.material.duration)


def cards_of(officer: Officer, materials: Sequence[Material]) -> list[Card]:
    """Return the tiles of visible materials, in their order; what is on a tile is on record as shown."""
    ids = [material.pk for material in materials]
    showed(ids)
    earliest = origins(officer, ids)
    progress = progress_from(earliest)
    done = [pk for pk in ids if progress.get(pk, WAITING).state == RunState.DONE]
    over = [pk for pk in ids if progress.get(pk, WAITING).is_over]
    found = _Found(
        kept_frames(officer, over), count_copies(officer, materials), count_faces(done), cameras(done)
    )
    return [
        found.card(material, earliest[material.pk], progress.get(material.pk, WAITING))
        for material in materials
        if material.pk in earliest
    ]


def cards_by_id(officer: Officer, materials: Sequence[Material]) -> dict[UUID, Card]:
    """Return the tiles of visible materials by id; a material that is named twice is read once."""
    once = {material.pk: material for material in materials}
    return {card.material.pk: card for card in cards_of(officer, list(once.values()))}


@dataclass(frozen=True, slots=True)
class _Found:
    frames: dict[UUID, KeptFrames]
    copies: dict[UUID, int]
    faces: dict[UUID, int]
    cameras: dict[UUID, str]

    def card(self, material: Material, origin: Origin, progress: Progress) -> Card:
        frames = self.frames.get(material.pk, KeptFrames())
        return Card(
            material=material,
            origin=origin,
            progress=progress,
            frames_ms=frames.own,
            match_frames_ms=frames.every,
            copies=self.copies.get(material.pk, 1),
            faces=self.faces.get(material.pk, 0),
            camera=self.cameras.get(material.pk, ""),
        )
