"""The page of one match, and the way from one undecided match to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Sharing
from icse.common.access import allows
from media_analysis.queries.matches import get_match, list_matches
from series.contexts.access import material_chains
from series.contexts.cards import cards_by_id
from series.contexts.pictures import Pane
from series.disagreement import is_disputed
from series.explanations import answers_to, details_of, measure_of, title_of
from series.pairs import Pair
from series.passages import LEFT_RIGHT, shared_passages
from series.policies import check_can_decide_match
from series.queries.decisions import (
    country_decisions,
    decisions_about,
    default_sharing,
    list_decision_history,
    pair_of_decision,
    shared_groups,
)
from series.queries.queue import further_pairs, proposals_to_decide
from series.queries.stacks import COPY_KINDS

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer
    from media_analysis.queries.matches import PairView
    from series.contexts.cards import Card
    from series.passages import SharedPassage


@dataclass(frozen=True, slots=True)
class Walk:
    """Where the officer is deciding: along one material's matches, or along the queue.

    `place` counts from 0. Once a match is decided it leaves the list, so the next one has its place.
    """

    material_id: UUID | None = None
    place: int = 0

    @property
    def query(self) -> str:
        """Return the walk as it stands in an address."""
        told: dict[str, Any] = {"of": self.material_id} if self.material_id else {}
        return urlencode(told | {"place": self.place})

    def later(self) -> Walk:
        """Return the walk one place further on, past a match that is left undecided."""
        return Walk(self.material_id, self.place + 1)


def match_context(
    officer: Officer, match_id: str, walk: Walk, *, passage: int | None = None
) -> dict[str, Any]:
    """Return what the page of a match shows; `passage` counts from 1 and has its beginning shown.

    Raises:
        NotFound: There is none, or a side of it is not the officer's to see.
    """
    match = get_match(officer, match_id)
    pair = pair_of(match)
    cards = cards_by_id(officer, [match.left, match.right])
    shown = _shown(match, passage)
    return {
        "match": match,
        "title": title_of(match.kind, match.regions),
        "measure": measure_of(match),
        "details": details_of(match.kind, match.regions),
        "answers": answers_to(match.kind, match.regions),
        "panes": _panes(match, cards, shown),
        "passages": _passages(match, cards),
        "shown": shown,
        "history": list(list_decision_history(officer, pair)),
        "may_decide": allows(check_can_decide_match, officer),
        "is_stacked": match.kind in COPY_KINDS,
        "walk": walk,
        "further": further_pairs(officer, match),
        "chains": [chain for side in (match.left, match.right) for chain in material_chains(officer, side)],
    } | _said(officer, pair)


def _said(officer: Officer, pair: Pair) -> dict[str, Any]:
    said = country_decisions(officer, pair)
    own = next((each.decision for each in said if each.is_own), None)
    return {
        "decision": own,
        "is_of_copies": own is not None and pair_of_decision(own) != pair,
        "others": [each for each in said if not each.is_own],
        "is_disputed": is_disputed(each.decision.verdict for each in said),
        "sharings": _sharings(officer, pair),
        "sharing": own.sharing if own else default_sharing(officer, pair),
    }


def _sharings(officer: Officer, pair: Pair) -> list[tuple[str, str]]:
    """Return the levels that a decision can be shared at, groups only where both materials are."""
    groups = " and ".join(group.name for group in shared_groups(officer, pair))
    named = [(Sharing.GROUP.value, f"Sharing group {groups}")] if groups else []
    levels = (Sharing.NATIONAL, Sharing.DEFAULT, Sharing.MEMBERS)
    return [(level.value, str(level.label)) for level in levels] + named


def pair_of(match: PairView) -> Pair:
    """Return what a decision about the match is keyed by."""
    return Pair.of(match.kind, match.left.pk, match.right.pk)


def next_address(officer: Officer, walk: Walk, *, after: str = "") -> str:
    """Return the address of the match that stands at the walk's place, or of the list when it is through.

    `after` is the match just left; it is never the next one.
    """
    found = _at_place(officer, walk)
    if found and found != after:
        return f"{reverse('match', args=[found])}?{walk.query}"
    return reverse("material", args=[walk.material_id]) if walk.material_id else reverse("queue")


def _at_place(officer: Officer, walk: Walk) -> str | None:
    if walk.material_id is None:
        queued = proposals_to_decide(officer)[walk.place : walk.place + 1]
        return queued[0].match.id if queued else None
    undecided = _undecided_of(officer, walk.material_id)
    return undecided[walk.place] if walk.place < len(undecided) else None


def _undecided_of(officer: Officer, material_id: UUID) -> list[str]:
    matches = list_matches(officer, material_id)
    pairs = {match.id: Pair.of(match.kind, material_id, match.other.pk) for match in matches}
    said = decisions_about(officer, set(pairs.values()))
    return [match.id for match in matches if pairs[match.id] not in said]


@dataclass(frozen=True, slots=True)
class PassageLine:
    """A passage that two videos share: when it is in either, with the picture that it begins with."""

    passage: SharedPassage
    left: Pane
    right: Pane


def _passages(match: PairView, cards: dict[UUID, Card]) -> list[PassageLine]:
    left, right = (cards[side.pk] for side in (match.left, match.right))
    return [
        PassageLine(
            each,
            Pane.of(left, None, at_ms=each.first.start_ms),
            Pane.of(right, None, at_ms=each.second.start_ms),
        )
        for each in shared_passages(match.regions, LEFT_RIGHT)
    ]


def _shown(match: PairView, passage: int | None) -> int | None:
    """Return the passage that was asked for, counted from 1, if there is one of that number."""
    count = len(shared_passages(match.regions, LEFT_RIGHT))
    return passage if passage is not None and 1 <= passage <= count else None


def _panes(match: PairView, cards: dict[UUID, Card], shown: int | None) -> list[Pane]:
    if shown is not None:
        line = _passages(match, cards)[shown - 1]
        return [line.left, line.right]
    return [_pane(match, side, cards[material.pk]) for side, material in _sides(match)]


def _sides(match: PairView) -> tuple[tuple[str, Any], ...]:
    return (("left", match.left), ("right", match.right))


def _pane(match: PairView, side: str, card: Card) -> Pane:
    first = 0 if side == "left" else 2
    points = [(point[first], point[first + 1]) for point in match.regions.get("points", ())]
    return Pane.of(card, match.regions.get(side), at_ms=match.regions.get(f"{side}_at_ms"), points=points)
