"""The pairs of stacks that wait for a decision, grouped, ranked and cut into pages by the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.aggregates import BoolOr
from django.db import connection
from django.db.backends.postgresql.psycopg_any import mogrify
from django.db.models import Q

from accounts.queries import scopes_of
from evidence.models import Priority, Submission
from media_analysis.models import MatchKind
from series.queries.stacks import representatives

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import Officer

ROW_KINDS: Final = (MatchKind.FACE, MatchKind.FRAME, MatchKind.NEAR_IN_TIME, MatchKind.SCENE)
"""Kinds to decide that are rows, in the order in which they are shown; devices come after them."""

# `shown` leads from a covered copy to its representative and `seen` holds what the officer may see: both
# are made of the querysets that lists use, so that the rules have one home. A pair of stacks is
# asked about once for each kind, by its strongest match; it is urgent where one of its matches is.
_ASKED: Final = """
WITH shown (material, cover) AS MATERIALIZED ({shown}),
seen (material, is_analyzed, is_own, is_urgent) AS MATERIALIZED ({seen}),
found AS (
    SELECT m.id::text AS match_id, m.kind, m.left_id, m.right_id, m.score, m.distance,
           NULL AS signal, NULL AS value
    FROM media_analysis_seen_match AS m WHERE m.kind = ANY (%(kinds)s)
    UNION ALL
    SELECT d.left_member_id || '_' || d.right_member_id, 'device', d.left_id, d.right_id, NULL, 0,
           d.signal, d.value
    FROM series_device_pairs(%(scopes)s) AS d
),
pairs AS (
    SELECT f.*, ls.is_urgent OR rs.is_urgent AS is_urgent,
           least(coalesce(l.cover, f.left_id), coalesce(r.cover, f.right_id)) AS one,
           greatest(coalesce(l.cover, f.left_id), coalesce(r.cover, f.right_id)) AS other
    FROM found AS f
    JOIN seen AS ls ON ls.material = f.left_id AND ls.is_analyzed
    JOIN seen AS rs ON rs.material = f.right_id AND rs.is_analyzed
    LEFT JOIN shown AS l ON l.material = f.left_id
    LEFT JOIN shown AS r ON r.material = f.right_id
    WHERE ls.is_own OR rs.is_own
),
said AS (
    SELECT d.kind,
           least(coalesce(l.cover, d.left_id), coalesce(r.cover, d.right_id)) AS one,
           greatest(coalesce(l.cover, d.left_id), coalesce(r.cover, d.right_id)) AS other
    FROM series_decision AS d
    LEFT JOIN shown AS l ON l.material = d.left_id
    LEFT JOIN shown AS r ON r.material = d.right_id
    WHERE d.country_id = %(country)s AND d.superseded_at IS NULL
),
ranked AS (
    SELECT p.match_id, p.kind, p.left_id, p.right_id, p.score, p.distance, p.signal, p.value,
           bool_or(p.is_urgent) OVER stacks AS is_urgent,
           count(*) OVER stacks - 1 AS further,
           row_number() OVER (
               stacks ORDER BY p.score DESC NULLS LAST, p.distance NULLS LAST, p.match_id
           ) AS place
    FROM pairs AS p
    WHERE p.one <> p.other
      AND NOT EXISTS (SELECT FROM said AS s WHERE (s.kind, s.one, s.other) = (p.kind, p.one, p.other))
    WINDOW stacks AS (PARTITION BY p.kind, p.one, p.other)
)
"""
_COUNT: Final = "SELECT count(*) FROM ranked WHERE place = 1"
_PAGE: Final = """
SELECT match_id, kind, left_id, right_id, signal, value, is_urgent, further
FROM ranked WHERE place = 1
ORDER BY is_urgent DESC, array_position(%(order)s::text[], kind::text),
         score DESC NULLS LAST, distance NULLS LAST, match_id
OFFSET %(start)s LIMIT %(size)s
"""


@dataclass(frozen=True, slots=True)
class AskedPair:
    """The strongest match of two stacks; `further` of its kind connect copies of the same two.

    `signal` and `value` say what a device's pictures carry, and are None of other kinds.
    """

    match_id: str
    kind: str
    left: UUID
    right: UUID
    signal: str | None
    value: str | None
    is_urgent: bool
    further: int

    @property
    def is_device(self) -> bool:
        """Tell whether the match is made of a hub's members rather than read from a row."""
        return self.kind == MatchKind.DEVICE


def count_asked(officer: Officer) -> int:
    """Return how many pairs of stacks wait for a decision of the officer's country."""
    ((size,),) = _read(officer, _COUNT)
    return int(size)


def list_asked(officer: Officer, *, start: int, stop: int) -> list[AskedPair]:
    """Return one page of those pairs: urgent first, then by kind, the strongest first."""
    return [AskedPair(*row) for row in _read(officer, _PAGE, start=start, size=stop - start)]


def _read(officer: Officer, statement: str, **told: int) -> list[tuple[Any, ...]]:
    parameters: dict[str, Any] = told | {
        "scopes": list(scopes_of(officer)),
        "country": officer.unit.country_id,
        "kinds": list(ROW_KINDS),
        "order": [*ROW_KINDS, MatchKind.DEVICE],
    }
    asked = _ASKED.format(shown=_as_text(representatives(officer)), seen=_as_text(_seen(officer)))
    with connection.cursor() as cursor:
        cursor.execute(asked + statement, parameters)
        return list(cursor.fetchall())


def _seen(officer: Officer) -> QuerySet[Any]:
    """Return what the officer may see, once a material: whether it is analyzed for them, own and urgent."""
    submissions = Submission.objects.visible_to(officer).order_by().values("material")
    return submissions.annotate(
        is_analyzed=BoolOr(Q(analyzed_at__isnull=False)),
        is_own=BoolOr(Q(country=officer.unit.country_id)),
        is_urgent=BoolOr(Q(priority=Priority.URGENT)),
    )


def _as_text(queryset: QuerySet[Any]) -> str:
    """Return a queryset's statement, its values quoted by the driver, to stand inside another one."""
    return str(mogrify(*queryset.query.sql_with_params(), connection)).replace("%", "%%")
