"""What a reader of the log asks for; the address holds all of it. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which events are meant; what is None or empty narrows nothing. Days are UTC, both ends included."""

    officer: UUID | None = None
    country: UUID | None = None
    act: str = ""
    object: UUID | None = None
    outcome: str = ""
    address: str | None = None
    begin: date | None = None
    end: date | None = None

    def lookups(self) -> dict[str, Any]:
        """Return the criteria as Django's lookups of an event."""
        wanted = {
            "officer_id": self.officer,
            "country_id": self.country,
            "act": self.act,
            "objects_named__contains": [self.object] if self.object else None,
            "outcome": self.outcome,
            "address": self.address,
            "happened_at__gte": _midnight(self.begin) if self.begin else None,
            "happened_at__lt": _midnight(self.end + timedelta(days=1)) if self.end else None,
        }
        return {lookup: value for lookup, value in wanted.items() if value}

    def told(self) -> dict[str, Any]:
        """Return what was asked for, by name, as the log keeps that as well."""
        return {name: value for name, value in asdict(self).items() if value}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
