"""Reads of decisions: what countries said of matches.

A decision is kept about two materials and stands for their copies too: it is about content. What one
material is a copy of is told by the stacks that the asker sees, so that nothing unseen speaks through it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from accounts.models import Sharing
from accounts.queries import audience_for
from accounts.sharing.queries import list_open_groups
from evidence.models import Submission
from icse.common.errors import NotFound
from media_analysis.models import MatchKind
from series.disagreement import is_disputed
from series.models import Decision
from series.pairs import Pair
from series.queries.stacks import COPY_KINDS, copies_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from accounts.models import Officer
    from accounts.sharing.models import SharingGroup
    from series.querysets import DecisionQuerySet

CONTENT_KINDS: Final = frozenset(MatchKind.values) - frozenset(COPY_KINDS)
"""Kinds that copies share. Whether two materials are copies is asked of these two alone."""


def find_decision(officer: Officer, pair: Pair) -> Decision | None:
    """Return what the officer's country holds of a match or of its copies, or None."""
    return decisions_about(officer, [pair]).get(pair)


def get_decision(officer: Officer, pair: Pair) -> Decision:
    """Return what the officer's country holds of a match or of its copies.

    Raises:
        NotFound: Nothing.
    """
    decision = find_decision(officer, pair)
    if decision is None:
        raise NotFound
    return decision


def decisions_about(officer: Officer, pairs: Collection[Pair]) -> dict[Pair, Decision]:
    """Return what the officer's country holds of the matches, in a fixed number of queries.

    What was said of the very two goes before what was said of copies of theirs, and that newest first.
    """
    said = standing_decisions(officer, pairs)
    return {pair: found[0] for pair, found in said.items() if found}


def standing_decisions(officer: Officer, pairs: Collection[Pair]) -> dict[Pair, list[Decision]]:
    """Return every standing decision of the officer's country about the matches or their copies."""
    return _about(officer, pairs, Decision.objects.visible_to(officer).of_country_of(officer))


@dataclass(frozen=True, slots=True)
class CountryDecision:
    """What one country holds of a match; `disagrees` with what the asker's own country holds."""

    decision: Decision
    is_own: bool
    disagrees: bool


def country_decisions(officer: Officer, pair: Pair) -> list[CountryDecision]:
    """Return what each country holds of a match or of its copies, the own first, others' by code.

    Others' only where they share it with the officer, who sees every material that it names.
    """
    by_country: dict[str, Decision] = {}
    for decision in _about(officer, [pair], Decision.objects.visible_to(officer))[pair]:
        by_country.setdefault(decision.country.code, decision)
    own = by_country.pop(officer.unit.country.code, None)
    others = [by_country[code] for code in sorted(by_country)]
    return [
        *([CountryDecision(own, is_own=True, disagrees=False)] if own else []),
        *(CountryDecision(each, is_own=False, disagrees=_differ(own, each)) for each in others),
    ]


def _differ(own: Decision | None, other: Decision) -> bool:
    return own is not None and is_disputed((own.verdict, other.verdict))


def default_sharing(officer: Officer, pair: Pair) -> Sharing:
    """Return how far a decision of the officer's is shared unless they say otherwise: as both materials are.

    With all members, as the own country shares by default, or with sharing groups, where both materials are
    shared so, by whoever handed them in; else within the own country.
    """
    common = _common_audience(officer, pair)
    country = officer.unit.country
    for level in (Sharing.MEMBERS, Sharing.DEFAULT):
        if set(audience_for(level, country)) - set(audience_for(Sharing.NATIONAL, country)) <= common:
            return level
    return Sharing.GROUP if shared_groups(officer, pair) else Sharing.NATIONAL


def shared_groups(officer: Officer, pair: Pair) -> list[SharingGroup]:
    """Return the sharing groups of the officer's country that both materials are shared with."""
    common = _common_audience(officer, pair)
    return [group for group in list_open_groups(officer) if group.scope_id in common]


def _common_audience(officer: Officer, pair: Pair) -> set[int]:
    """Return the scopes that both materials are open to, as far as the officer sees their submissions."""
    open_to: dict[UUID, set[int]] = {pair.left: set(), pair.right: set()}
    visible = Submission.objects.visible_to(officer).filter(material__in=open_to)
    for material_id, audience in visible.values_list("material", "audience"):
        open_to[material_id].update(audience)
    return open_to[pair.left] & open_to[pair.right]


def list_decision_history(officer: Officer, pair: Pair) -> DecisionQuerySet:
    """Return everything that the officer's country ever said of a match, newest first."""
    own = Decision.objects.visible_to(officer).of_country_of(officer)
    said = own.filter(kind=pair.kind, left=pair.left, right=pair.right)
    return said.select_related("officer").order_by("-decided_at", "pk")


def _about(
    officer: Officer, pairs: Collection[Pair], decisions: DecisionQuerySet
) -> dict[Pair, list[Decision]]:
    """Return the current ones of the decisions by the pairs that they speak of, the very pair first."""
    if not pairs:
        return {}
    together = _copies(officer, pairs)
    named = {each for copies in together.values() for each in copies}
    current = decisions.current().filter(
        kind__in={pair.kind for pair in pairs}, left__in=named, right__in=named
    )
    representative = {copy: copies[0] for copies in together.values() for copy in copies}
    by_content: defaultdict[tuple[object, ...], list[Decision]] = defaultdict(list)
    for each in current.select_related("officer", "country").order_by("-decided_at", "pk"):
        by_content[_content(pair_of_decision(each), representative)].append(each)
    return {pair: _very_pair_first(pair, by_content[_content(pair, representative)]) for pair in pairs}


def pair_of_decision(decision: Decision) -> Pair:
    """Return what a decision is keyed by."""
    return Pair(decision.kind, decision.left_id, decision.right_id)


def _copies(officer: Officer, pairs: Collection[Pair]) -> dict[UUID, list[UUID]]:
    sides = {side for pair in pairs if pair.kind in CONTENT_KINDS for side in (pair.left, pair.right)}
    together: dict[UUID, list[UUID]] = dict(copies_of(officer, sides)) if sides else {}
    for pair in pairs:
        for side in (pair.left, pair.right):
            together.setdefault(side, [side])
    return together


def _content(pair: Pair, representative: dict[UUID, UUID]) -> tuple[object, ...]:
    if pair.kind not in CONTENT_KINDS:
        return (pair.kind, pair.left, pair.right)
    return (pair.kind, frozenset({representative[pair.left], representative[pair.right]}))


def _very_pair_first(pair: Pair, said: Iterable[Decision]) -> list[Decision]:
    return sorted(said, key=lambda each: pair_of_decision(each) != pair)
