"""Reads of decisions: what the officer's own country said of matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from icse.common.errors import NotFound
from series.models import Decision
from series.pairs import Pair

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.models import Officer
    from series.querysets import DecisionQuerySet


def find_decision(officer: Officer, pair: Pair) -> Decision | None:
    """Return the standing decision of the officer's country about a match, or None."""
    return _current(officer).filter(kind=pair.kind, left=pair.left, right=pair.right).first()


def get_decision(officer: Officer, pair: Pair) -> Decision:
    """Return the standing decision of the officer's country about a match.

    Raises:
        NotFound: There is none.
    """
    decision = find_decision(officer, pair)
    if decision is None:
        raise NotFound
    return decision


def decisions_about(officer: Officer, pairs: Collection[Pair]) -> dict[Pair, Decision]:
    """Return the standing decisions about any of the matches, in one query."""
    if not pairs:
        return {}
    wanted = Q()
    for pair in pairs:
        wanted |= Q(kind=pair.kind, left=pair.left, right=pair.right)
    found = _current(officer).filter(wanted)
    return {Pair(each.kind, each.left_id, each.right_id): each for each in found}


def list_decision_history(officer: Officer, pair: Pair) -> DecisionQuerySet:
    """Return everything that the officer's country ever said of a match, newest first."""
    said = Decision.objects.visible_to(officer).filter(kind=pair.kind, left=pair.left, right=pair.right)
    return said.select_related("officer").order_by("-decided_at", "pk")


def _current(officer: Officer) -> DecisionQuerySet:
    return Decision.objects.visible_to(officer).current().select_related("officer")
