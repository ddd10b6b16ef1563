"""What could belong to a series: materials that match its members, each with the reasons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, Value, When

from accounts.queries import scopes_of
from evidence.models import Material
from media_analysis.models import ExactSignal, Match, MatchKind
from media_analysis.queries.matches import EXACT, KIND_OF_SIGNAL
from series.models import Decision, Verdict
from series.pairs import Pair
from series.queries.decisions import decisions_about
from series.queries.listing import series_materials
from series.queries.stacks import copies_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from accounts.models import Officer
    from evidence.querysets import MaterialQuerySet
    from series.models import Series

STRONGEST_FIRST: Final = (
    MatchKind.IDENTICAL,
    MatchKind.COPY,
    MatchKind.NEAR_IN_TIME,
    MatchKind.FRAME,
    MatchKind.FACE,
    MatchKind.DEVICE,
    MatchKind.SCENE,
)
PROPOSALS_SHOWN: Final = 60
REASONS_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a material is proposed: the member that it matches, how, and what the country said of it so far."""

    match_id: str
    kind: str
    member: UUID
    outsider: UUID
    score: float | None
    distance: float | None
    threshold: float
    algorithm: str
    verdict: str = ""

    @property
    def pair(self) -> Pair:
        """Return what a decision about this reason is keyed by."""
        return Pair.of(self.kind, self.member, self.outsider)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A material that could belong to a series; the strongest reasons come first.

    `copies` of it go along: what matches is asked about once for each stack.
    """

    material: Material
    reasons: tuple[Reason, ...]
    copies: int = 0


def propose_for_series(officer: Officer, series: Series, *, limit: int = PROPOSALS_SHOWN) -> list[Proposal]:
    """Return visible materials that match visible members of a series and are not in it, strongest first.

    What the officer's country called "not the same" is left out. Grouped by what is proposed, in SQL and
    in a fixed number of queries.
    """
    members = series_materials(officer, series).order_by()
    reasons = [*_rows(officer, members, limit), *_exact(officer, members, limit)]
    kept = sorted(_undisputed(officer, reasons), key=_strength)
    together = copies_of(officer, {side for reason in kept for side in (reason.outsider, reason.member)})
    by_stack: defaultdict[UUID, dict[tuple[str, UUID], Reason]] = defaultdict(dict)
    for reason in kept:
        why = (reason.kind, together[reason.member][0])
        by_stack[together[reason.outsider][0]].setdefault(why, reason)
    # The dictionaries keep the order of the strongest reason of each; its material stands for the stack.
    stacks = [list(found.values()) for found in by_stack.values()]
    ranked = {found[0].outsider: found for found in stacks[:limit]}
    materials = Material.objects.visible_to(officer).in_bulk(ranked)
    return [
        Proposal(materials[pk], tuple(found[:REASONS_SHOWN]), copies=len(together[pk]) - 1)
        for pk, found in ranked.items()
        if pk in materials
    ]


def _strength(reason: Reason) -> tuple[int, float, float, UUID]:
    place = STRONGEST_FIRST.index(MatchKind(reason.kind))
    return (place, -(reason.score or 0.0), reason.distance or 0.0, reason.outsider)


def _undisputed(officer: Officer, reasons: list[Reason]) -> Iterator[Reason]:
    said = decisions_about(officer, {reason.pair for reason in reasons})
    for reason in reasons:
        decision = said.get(reason.pair)
        if decision is None:
            yield reason
        elif decision.verdict != Verdict.NOT_SAME:
            yield replace(reason, verdict=decision.verdict)


def _rows(officer: Officer, members: MaterialQuerySet, limit: int) -> Iterator[Reason]:
    matches = _leaving(officer, members)
    place = Case(*(When(kind=kind, then=Value(number)) for number, kind in enumerate(STRONGEST_FIRST)))
    outsiders = matches.values("outsider").annotate(best=Min(place), size=Count("pk"))
    strongest = outsiders.order_by("best", "-size", "outsider").values_list("outsider", flat=True)[:limit]
    for row in matches.filter(outsider__in=list(strongest)):
        yield Reason(
            match_id=str(row.pk),
            kind=row.kind,
            member=row.left_id if row.outsider == row.right_id else row.right_id,
            outsider=row.outsider,
            score=row.score,
            distance=row.distance,
            threshold=row.threshold,
            algorithm=row.algorithm,
        )


def _leaving(officer: Officer, members: MaterialQuerySet) -> QuerySet[Any]:
    """Return matches between a member and an `outsider`, without those called not the same."""
    inside = members.values("pk")
    denied = Decision.objects.of_country_of(officer).current().filter(verdict=Verdict.NOT_SAME)
    is_denied = Exists(denied.filter(kind=OuterRef("kind"), left=OuterRef("left"), right=OuterRef("right")))
    return (
        Match.objects.visible_to(officer)
        .filter(Q(left__in=inside) & ~Q(right__in=inside) | Q(right__in=inside) & ~Q(left__in=inside))
        .exclude(is_denied)
        .annotate(outsider=Case(When(left__in=inside, then=F("right")), default=F("left")))
    )


def _exact(officer: Officer, members: MaterialQuerySet, limit: int) -> Iterator[Reason]:
    """Yield what carries an exact value of the series; one member stands for all that carry it."""
    inside = [str(pk) for pk in members.values_list("pk", flat=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, material_id, member_id, other_material_id, other_member_id"
            " FROM series_exact_around(%s::uuid[], %s, %s)",
            [inside, list(scopes_of(officer)), limit],
        )
        found = cursor.fetchall()
    for kind, member, own, outsider, other in found:
        ids = (own, other) if member < outsider else (other, own)
        yield Reason(
            match_id=f"{ids[0]}_{ids[1]}",
            kind=KIND_OF_SIGNAL[ExactSignal.Kind(kind)],
            member=member,
            outsider=outsider,
            score=None,
            distance=0.0,
            threshold=0.0,
            algorithm=EXACT,
        )
