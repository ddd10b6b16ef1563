"""What the officer's country concluded of material that it sees no more: no longer shared, or gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from accounts.models import Officer
from media_analysis.models import MatchKind
from series.models import Decision, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from series.models import Series
    from series.querysets import DecisionQuerySet

DECISIONS_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class WithheldMaterial:
    """That somebody put a material into a series of the own country which nobody there may see any more."""

    added_by: Officer | None
    added_at: datetime


@dataclass(frozen=True, slots=True)
class WithheldDecision:
    """An answer of the own country about two materials, one of which at least is no longer shared with it."""

    kind: str
    verdict: str
    reason: str
    officer: Officer | None
    decided_at: datetime


def list_withheld_materials(series: Series) -> list[WithheldMaterial]:
    """Return what a series of the asker's country holds and they may not see, in the order of adding.

    Of another country's series nothing is told: what of it was never shared is not to be known.
    """
    rows = _rows("SELECT added_by, added_at FROM series_withheld_memberships(%s)", series.pk)
    officers = _officers(added_by for added_by, _ in rows)
    return [WithheldMaterial(officers.get(added_by), added_at) for added_by, added_at in rows]


def list_withheld_decisions() -> list[WithheldDecision]:
    """Return the current answers of the asker's country about what it may not see any more, newest first."""
    rows = _rows("SELECT * FROM series_withheld_decisions(%s)", DECISIONS_SHOWN)
    officers = _officers(officer for *_, officer, _ in rows)
    return [
        WithheldDecision(
            str(MatchKind(kind).label), str(Verdict(verdict).label), reason, officers.get(officer), decided_at
        )
        for kind, verdict, reason, officer, decided_at in rows
    ]


def list_own_decisions(officer: Officer) -> DecisionQuerySet:
    """Return the current answers of the officer's country about what they see, newest first."""
    own = Decision.objects.visible_to(officer).of_country_of(officer).current()
    return own.select_related("officer", "left", "right").order_by("-decided_at", "pk")[:DECISIONS_SHOWN]


def _rows(sql: str, argument: UUID | int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [argument])
        return list(cursor.fetchall())


def _officers(ids: Iterable[UUID]) -> dict[UUID, Officer]:
    return Officer.objects.in_bulk(set(ids))
