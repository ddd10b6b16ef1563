"""Pairs that one device connects, read hub by hub through the functions of this room's migrations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from accounts.queries import scopes_of

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer


@dataclass(frozen=True, slots=True)
class DevicePair:
    """Two materials that carry one serial number; `signal` says which of a camera's."""

    signal: str
    value: str
    left: UUID
    left_member: UUID
    right: UUID
    right_member: UUID

    @property
    def match_id(self) -> str:
        """Return the id under which the pair is read as a match."""
        return f"{self.left_member}_{self.right_member}"


def count_undecided_devices(officer: Officer, *, urgent: bool) -> int:
    """Return how many pairs of one device wait for a decision of the officer's country."""
    rows = _read("SELECT count(*) FROM series_undecided_devices(%s, %s, %s)", [*_asker(officer), urgent])
    return int(rows[0][0])


def list_undecided_devices(officer: Officer, *, urgent: bool, start: int, stop: int) -> list[DevicePair]:
    """Return one page of those pairs: each picture with the first visible one of the same device."""
    rows = _read(
        "SELECT signal, value, left_id, left_member_id, right_id, right_member_id"
        " FROM series_undecided_devices(%s, %s, %s) ORDER BY left_id, right_id OFFSET %s LIMIT %s",
        [*_asker(officer), urgent, start, stop - start],
    )
    return [DevicePair(*row) for row in rows]


def _asker(officer: Officer) -> list[Any]:
    return [list(scopes_of(officer)), officer.unit.country_id]


def _read(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
