"""Which frames of videos show a match: they are for whoever sees both of its materials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.models import MatchFrame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from media_analysis.models import Match


def frames_of(match: Match) -> list[MatchFrame]:
    """Return the frames that show a match: of either side the one found, and the beginnings of passages."""
    sides = (("left", match.left_id, match.right_id), ("right", match.right_id, match.left_id))
    return [frame for side, own, other in sides for frame in _of_side(match, side, own, other)]


def _of_side(match: Match, side: str, own: UUID, other: UUID) -> Iterator[MatchFrame]:
    found = match.regions.get(f"{side}_at_ms")
    begun = [start for start, _ in match.regions.get(f"{side}_ranges_ms", ())]
    for at_ms in dict.fromkeys([*begun, *([] if found is None else [found])]):
        yield MatchFrame(material_id=own, at_ms=at_ms, other_id=other)
