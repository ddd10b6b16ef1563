"""What the machines propose and nobody of the officer's country has decided: the analyst's queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

from evidence.models import Material
from media_analysis.models import Match, MatchKind
from media_analysis.queries.matches import EXACT, PairView
from series.queries.asking import AskedPair, count_asked, list_asked
from series.queries.stacks import copies_of

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer


@dataclass(frozen=True, slots=True)
class QueuedMatch:
    """A match that waits for a decision of the officer's country; it stands for `further` of its copies."""

    match: PairView
    is_urgent: bool
    further: int = 0


class ProposalQueue(Sequence[QueuedMatch]):
    """Everything that waits for a decision, urgent first; it has a length and is cut into pages in SQL."""

    def __init__(self, officer: Officer) -> None:
        self._officer = officer

    @cached_property
    def _size(self) -> int:
        return count_asked(self._officer)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, wanted: int) -> QueuedMatch: ...

    @overload
    def __getitem__(self, wanted: slice) -> list[QueuedMatch]: ...

    def __getitem__(self, wanted: int | slice) -> QueuedMatch | list[QueuedMatch]:
        if isinstance(wanted, int):
            return self._cut(*slice(wanted, wanted + 1).indices(len(self))[:2])[0]
        if wanted.start is not None and wanted.stop is not None and min(wanted.start, wanted.stop) >= 0:
            return self._cut(wanted.start, wanted.stop)  # a page is read without counting the rest
        return self._cut(*wanted.indices(len(self))[:2])

    def _cut(self, start: int, stop: int) -> list[QueuedMatch]:
        if stop <= start:
            return []
        asked = list_asked(self._officer, start=start, stop=stop)
        pairs = self._pairs([each for each in asked if not each.is_device])
        pairs |= self._devices([each for each in asked if each.is_device])
        return [
            QueuedMatch(pairs[each.match_id], each.is_urgent, each.further)
            for each in asked
            if each.match_id in pairs
        ]

    def _pairs(self, asked: Sequence[AskedPair]) -> dict[str, PairView]:
        rows = Match.objects.visible_to(self._officer).select_related("left", "right")
        known = rows.filter(pk__in=[each.match_id for each in asked])
        return {str(row.pk): _pair_of(row) for row in known}

    def _devices(self, asked: Sequence[AskedPair]) -> dict[str, PairView]:
        sides = {side for each in asked for side in (each.left, each.right)}
        materials = Material.objects.analyzed_for(self._officer).in_bulk(sides)
        return {each.match_id: _device_pair(each, materials) for each in asked}


def proposals_to_decide(officer: Officer) -> ProposalQueue:
    """Return what waits for a decision of the officer's country: pairs that touch material of its own.

    Copies stand together: a pair of stacks, as the officer sees them, is asked about once for each kind.
    """
    return ProposalQueue(officer)


def further_pairs(officer: Officer, match: PairView) -> int:
    """Return how many other visible matches of the same kind connect copies of the same two materials."""
    together = copies_of(officer, [match.left.pk, match.right.pk])
    left, right = together[match.left.pk], together[match.right.pk]
    matches = Match.objects.visible_to(officer).of_kinds([match.kind])
    across = matches.filter(left__in=left, right__in=right) | matches.filter(left__in=right, right__in=left)
    return across.exclude(left=match.left, right=match.right).count()


def _pair_of(row: Match) -> PairView:
    return PairView(
        id=str(row.pk),
        kind=row.kind,
        left=row.left,
        right=row.right,
        score=row.score,
        distance=row.distance,
        threshold=row.threshold,
        algorithm=row.algorithm,
        version=row.version,
        regions=row.regions,
    )


def _device_pair(pair: AskedPair, materials: dict[UUID, Material]) -> PairView:
    return PairView(
        id=pair.match_id,
        kind=MatchKind.DEVICE,
        left=materials[pair.left],
        right=materials[pair.right],
        score=None,
        distance=0.0,
        threshold=0.0,
        algorithm=EXACT,
        version=pair.signal or "",
        regions={"value": pair.value, "signal": pair.signal},
    )
