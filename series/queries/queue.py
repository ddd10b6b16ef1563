"""What the machines propose and nobody of the officer's country has decided: the analyst's queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol, overload

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from evidence.models import Material, Priority, Submission
from media_analysis.models import Match, MatchKind
from media_analysis.queries.matches import EXACT, PairView
from series.models import Decision
from series.queries.devices import DevicePair, count_undecided_devices, list_undecided_devices

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer
    from evidence.querysets import SubmissionQuerySet
    from media_analysis.querysets import MatchQuerySet

ROW_KINDS: Final = (MatchKind.FACE, MatchKind.FRAME, MatchKind.NEAR_IN_TIME, MatchKind.SCENE)
"""Kinds to decide that are rows, in the order in which they are shown; devices come after them."""


@dataclass(frozen=True, slots=True)
class QueuedMatch:
    """A match that waits for a decision of the officer's country."""

    match: PairView
    is_urgent: bool


class ProposalQueue(Sequence[QueuedMatch]):
    """Everything that waits for a decision, urgent first; it has a length and is cut into pages in SQL.

    Devices have no rows and cannot stand in one SELECT with what has: a page is cut from four lists
    that follow each other, in as many queries however long they are.
    """

    def __init__(self, officer: Officer) -> None:
        self._parts: tuple[_Part, ...] = tuple(
            part(officer, urgent=urgent) for urgent in (True, False) for part in (_Rows, _Devices)
        )

    @cached_property
    def _sizes(self) -> list[int]:
        return [part.count() for part in self._parts]

    def __len__(self) -> int:
        return sum(self._sizes)

    @overload
    def __getitem__(self, wanted: int) -> QueuedMatch: ...

    @overload
    def __getitem__(self, wanted: slice) -> list[QueuedMatch]: ...

    def __getitem__(self, wanted: int | slice) -> QueuedMatch | list[QueuedMatch]:
        if isinstance(wanted, int):
            return self._cut(*slice(wanted, wanted + 1).indices(len(self))[:2])[0]
        return self._cut(*wanted.indices(len(self))[:2])

    def _cut(self, start: int, stop: int) -> list[QueuedMatch]:
        found: list[QueuedMatch] = []
        for part, size in zip(self._parts, self._sizes, strict=True):
            if start < size and stop > 0:
                found += part.cut(max(start, 0), min(stop, size))
            start, stop = start - size, stop - size
        return found


def proposals_to_decide(officer: Officer) -> ProposalQueue:
    """Return what waits for a decision of the officer's country: pairs that touch material of its own."""
    return ProposalQueue(officer)


def undecided(officer: Officer, matches: MatchQuerySet) -> MatchQuerySet:
    """Keep matches of which the officer's country has said nothing that stands."""
    said = Decision.objects.of_country_of(officer).current()
    return matches.exclude(
        Exists(said.filter(kind=OuterRef("kind"), left=OuterRef("left"), right=OuterRef("right")))
    )


class _Part(Protocol):
    """One of the lists that make up the queue."""

    def count(self) -> int:
        """Return its length."""

    def cut(self, start: int, stop: int) -> list[QueuedMatch]:
        """Return a piece of it."""


class _Rows:
    def __init__(self, officer: Officer, *, urgent: bool) -> None:
        self._urgent = urgent
        seen = Submission.objects.visible_to(officer)
        matches = undecided(officer, Match.objects.visible_to(officer).of_kinds(ROW_KINDS))
        touched = matches.filter(_touches(seen.of_country_of(officer)))
        is_urgent = _touches(seen.filter(priority=Priority.URGENT))
        self._matches = touched.filter(is_urgent) if urgent else touched.exclude(is_urgent)

    def count(self) -> int:
        return self._matches.count()

    def cut(self, start: int, stop: int) -> list[QueuedMatch]:
        place = Case(*(When(kind=kind, then=Value(number)) for number, kind in enumerate(ROW_KINDS)))
        strongest = (F("score").desc(nulls_last=True), F("distance").asc(nulls_last=True), "pk")
        rows = self._matches.select_related("left", "right").order_by(place, *strongest)
        return [QueuedMatch(_pair_of(row), self._urgent) for row in rows[start:stop]]


class _Devices:
    def __init__(self, officer: Officer, *, urgent: bool) -> None:
        self._officer = officer
        self._urgent = urgent

    def count(self) -> int:
        return count_undecided_devices(self._officer, urgent=self._urgent)

    def cut(self, start: int, stop: int) -> list[QueuedMatch]:
        pairs = list_undecided_devices(self._officer, urgent=self._urgent, start=start, stop=stop)
        sides = {side for pair in pairs for side in (pair.left, pair.right)}
        materials = Material.objects.visible_to(self._officer).in_bulk(sides)
        return [QueuedMatch(_device_match(pair, materials), self._urgent) for pair in pairs]


def _touches(submissions: SubmissionQuerySet) -> Q:
    left = submissions.filter(material=OuterRef("left"))
    right = submissions.filter(material=OuterRef("right"))
    return Q(Exists(left)) | Q(Exists(right))


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


def _device_match(pair: DevicePair, materials: dict[UUID, Material]) -> PairView:
    return PairView(
        id=pair.match_id,
        kind=MatchKind.DEVICE,
        left=materials[pair.left],
        right=materials[pair.right],
        score=None,
        distance=0.0,
        threshold=0.0,
        algorithm=EXACT,
        version=pair.signal,
        regions={"value": pair.value, "signal": pair.signal},
    )
