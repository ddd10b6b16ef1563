"""Matches as an officer reads them: rows, and what exact signals connect, side by side.

Identical pictures and devices are hubs without rows. Their matches are made when they are read, under an
id of two member ids, so that a value which many materials carry costs no n² rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from accounts.queries import scopes_of
from evidence.models import Material
from icse.common.errors import NotFound
from media_analysis.models import ExactSignal, Match, MatchKind
from media_analysis.queries.indexes import index_function, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from accounts.models import Officer
    from media_analysis.queries.indexes import Scopes

KIND_OF_SIGNAL = {
    ExactSignal.Kind.PIXELS: MatchKind.IDENTICAL,
    ExactSignal.Kind.BODY_SERIAL: MatchKind.DEVICE,
    ExactSignal.Kind.LENS_SERIAL: MatchKind.DEVICE,
    ExactSignal.Kind.INTERNAL_SERIAL: MatchKind.DEVICE,
}
STRONGEST_FIRST = {kind: place for place, kind in enumerate(MatchKind.values)}
EXACT = "equal values"


@dataclass(frozen=True, slots=True)
class MatchView:
    """A match seen from one side.

    `regions` may hold `own` and `other` boxes, `points` as [own x, own y, other x, other y], `own_at_ms`
    and `other_at_ms`, of two videos `own_ranges_ms` and `other_ranges_ms`, and the `value` that both carry.
    """

    id: str
    kind: str
    other: Material
    score: float | None
    distance: float | None
    threshold: float
    algorithm: str
    version: str
    regions: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PairView:
    """A match seen as a pair; the left id is the smaller one. `regions` speak of `left` and `right`."""

    id: str
    kind: str
    left: Material
    right: Material
    score: float | None
    distance: float | None
    threshold: float
    algorithm: str
    version: str
    regions: dict[str, Any] = field(default_factory=dict)


def list_matches(
    officer: Officer, material_id: UUID, kinds: Collection[str] | None = None
) -> list[MatchView]:
    """Return the matches of a visible material with others that the officer may see, strongest kind first."""
    exact = _exact_matches(officer, material_id)
    identical = {view.other.pk for view in exact if view.kind == MatchKind.IDENTICAL}
    rows = Match.objects.visible_to(officer).of_material(material_id).select_related("left", "right")
    views = exact + [
        view for view in (_from_side(row, material_id) for row in rows) if view.other.pk not in identical
    ]
    wanted = [view for view in views if kinds is None or view.kind in kinds]
    return sorted(wanted, key=_strength)


def _strength(view: MatchView) -> tuple[int, float, float, str]:
    return (STRONGEST_FIRST[view.kind], -(view.score or 0.0), view.distance or 0.0, view.id)


def count_matches(officer: Officer, material_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many other visible materials each material is connected with by rows; hubs not counted."""
    pairs = (
        Match.objects.visible_to(officer).of_materials(material_ids).values_list("left", "right").distinct()
    )
    wanted = set(material_ids)
    others: dict[UUID, set[UUID]] = {}
    for left, right in pairs:
        for own, other in ((left, right), (right, left)):
            if own in wanted:
                others.setdefault(own, set()).add(other)
    return {own: len(found) for own, found in others.items()}


def _from_side(row: Match, material_id: UUID) -> MatchView:
    is_left = row.left_id == material_id
    return MatchView(
        id=str(row.pk),
        kind=row.kind,
        other=row.right if is_left else row.left,
        score=row.score,
        distance=row.distance,
        threshold=row.threshold,
        algorithm=row.algorithm,
        version=row.version,
        regions=_turned(row.regions, is_left=is_left),
    )


def _turned(regions: Mapping[str, Any], *, is_left: bool) -> dict[str, Any]:
    own, other = ("left", "right") if is_left else ("right", "left")
    points = regions.get("points", [])
    ranges = {
        f"{name}_ranges_ms": regions[f"{side}_ranges_ms"]
        for name, side in (("own", own), ("other", other))
        if f"{side}_ranges_ms" in regions
    }
    return ranges | {
        "own": regions.get(own, []),
        "other": regions.get(other, []),
        "own_at_ms": regions.get(f"{own}_at_ms"),
        "other_at_ms": regions.get(f"{other}_at_ms"),
        "points": points if is_left else [[x2, y2, x1, y1] for x1, y1, x2, y2 in points],
    }


def _exact_matches(officer: Officer, material_id: UUID) -> list[MatchView]:
    rows = exact_neighbours([material_id], scopes_of(officer))
    ids = {material_id, *(row.other_material_id for row in rows)}
    known = Material.objects.analyzed_for(officer).in_bulk(ids)
    if material_id not in known:
        return []
    return [_exact_view(row, known[row.other_material_id]) for row in rows if row.other_material_id in known]


@dataclass(frozen=True, slots=True)
class ExactNeighbour:
    """Another material that carries the same exact value."""

    kind: str
    value: str
    material_id: UUID
    member_id: UUID
    other_material_id: UUID
    other_member_id: UUID


def exact_neighbours(material_ids: Iterable[UUID], scopes: Scopes) -> list[ExactNeighbour]:
    """Return what else carries the exact values of the materials, within scopes (None: everywhere)."""
    wanted = "{" + ",".join(str(each) for each in material_ids) + "}"
    with connection.cursor() as cursor:
        cursor.callproc(index_function("exact_neighbours", scopes), [wanted, listed(scopes)])
        return [ExactNeighbour(*row) for row in cursor.fetchall()]


def _exact_view(row: ExactNeighbour, other: Material) -> MatchView:
    members = [row.member_id, row.other_member_id]
    if row.other_material_id < row.material_id:
        members.reverse()
    return MatchView(
        id=f"{members[0]}_{members[1]}",
        kind=KIND_OF_SIGNAL[ExactSignal.Kind(row.kind)],
        other=other,
        score=None,
        distance=0.0,
        threshold=0.0,
        algorithm=EXACT,
        version=row.kind,
        regions={"value": row.value if row.kind != ExactSignal.Kind.PIXELS else None, "signal": row.kind},
    )


def get_match(officer: Officer, match_id: str) -> PairView:
    """Return a match of which the officer may see both sides.

    Raises:
        NotFound: There is none, or a side of it is not the officer's to see.
    """
    first, _, second = match_id.partition("_")
    try:
        ids = (UUID(first), UUID(second) if second else None)
    except ValueError as problem:
        raise NotFound from problem
    return _get_row(officer, ids[0]) if ids[1] is None else _get_exact(officer, ids[0], ids[1])


def _get_row(officer: Officer, pk: UUID) -> PairView:
    row = Match.objects.visible_to(officer).select_related("left", "right").filter(pk=pk).first()
    if row is None:
        raise NotFound
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


def _get_exact(officer: Officer, left_member: UUID, right_member: UUID) -> PairView:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, value, left_material_id, right_material_id"
            " FROM media_analysis_exact_pair(%s, %s, %s)",
            [str(left_member), str(right_member), list(scopes_of(officer))],
        )
        row = cursor.fetchone()
    sides = Material.objects.analyzed_for(officer).in_bulk(row[2:]) if row else {}
    if len(sides) < len(("left", "right")):
        raise NotFound
    kind, value, left, right = row
    if right < left:
        left, right, left_member, right_member = right, left, right_member, left_member
    return PairView(
        id=f"{left_member}_{right_member}",
        kind=KIND_OF_SIGNAL[ExactSignal.Kind(kind)],
        left=sides[left],
        right=sides[right],
        score=None,
        distance=0.0,
        threshold=0.0,
        algorithm=EXACT,
        version=kind,
        regions={"value": value if kind != ExactSignal.Kind.PIXELS else None, "signal": kind},
    )
