"""The queue: what waits for an officer, unsolved first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from evidence.handling import strictest_first
from series.contexts.cards import cards_by_id, cards_of
from series.contexts.pictures import Pane
from series.contexts.selection import selection_context
from series.explanations import measure_of, title_of
from series.queries.newcomers import list_newcomers
from series.queries.queue import proposals_to_decide
from series.queries.stacks import collapse_list

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer
    from evidence.models import Handling
    from series.contexts.cards import Card
    from series.queries.queue import QueuedMatch

NEWCOMERS_SHOWN: Final = 12
PROPOSALS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A match to decide, with the part of either picture that it is about, and its place in the queue."""

    queued: QueuedMatch
    place: int
    title: str
    measure: str
    left: Pane
    right: Pane

    @property
    def handlings(self) -> tuple[Handling, ...]:
        """Return the conditions of both sides, the strictest first."""
        return strictest_first((*self.left.card.origin.handlings, *self.right.card.origin.handlings))


def queue_context(officer: Officer) -> dict[str, Any]:
    """Return the lists of the queue, each with its whole length."""
    newcomers = collapse_list(officer, list_newcomers(officer))
    proposals = proposals_to_decide(officer)
    return {
        "newcomers": cards_of(officer, newcomers[:NEWCOMERS_SHOWN]),
        "newcomer_count": len(newcomers),
        "proposals": lines_of(officer, proposals[:PROPOSALS_SHOWN]),
        "proposal_count": len(proposals),
        "country": officer.unit.country,
    } | selection_context(officer)


def lines_of(officer: Officer, queued: list[QueuedMatch]) -> list[QueueLine]:
    """Return the first matches of the queue as lines."""
    materials = [side for each in queued for side in (each.match.left, each.match.right)]
    cards = cards_by_id(officer, materials)
    return [_line(each, place, cards) for place, each in enumerate(queued)]


def _line(queued: QueuedMatch, place: int, cards: dict[UUID, Card]) -> QueueLine:
    match = queued.match
    regions = match.regions
    return QueueLine(
        queued=queued,
        place=place,
        title=title_of(match.kind, regions),
        measure=measure_of(match),
        left=Pane.of(cards[match.left.pk], regions.get("left"), at_ms=regions.get("left_at_ms")),
        right=Pane.of(cards[match.right.pk], regions.get("right"), at_ms=regions.get("right_at_ms")),
    )
