"""Events as lines of a page, an API answer or a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from accounts.audit.models import Outcome
from accounts.audit.objects import addresses_of
from accounts.audit.queries import names_of_countries, names_of_officers
from accounts.audit.wording import words_of, words_of_reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from uuid import UUID

    from accounts.audit.models import SealedEvent
    from accounts.models import Officer

OBJECTS_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class NamedObject:
    """An id of an event, with the address of its page where the asker may see it."""

    pk: UUID
    address: str


@dataclass(frozen=True, slots=True)
class Line:
    """An event in words; `further` counts the objects that are not spelt out."""

    event: SealedEvent
    words: str
    who: str
    country: str
    detail: tuple[tuple[str, str], ...]
    objects: tuple[NamedObject, ...]
    further: int

    @property
    def is_refused(self) -> bool:
        """Tell whether it is something that was not let."""
        return self.event.outcome == Outcome.REFUSED


def lines_of(officer: Officer, events: Sequence[SealedEvent]) -> list[Line]:
    """Return events as lines, in four queries at most for a whole page."""
    officers = names_of_officers({event.officer_id for event in events if event.officer_id})
    countries = names_of_countries({event.country_id for event in events if event.country_id})
    shown = {pk for event in events for pk in event.objects_named[:OBJECTS_SHOWN]}
    addresses = addresses_of(officer, shown)
    return [
        Line(
            event,
            words_of(event.act),
            officers.get(event.officer_id, "") if event.officer_id else "Nobody signed in",
            countries.get(event.country_id, "") if event.country_id else "",
            tuple(_details(event.detail)),
            tuple(NamedObject(pk, addresses.get(pk, "")) for pk in event.objects_named[:OBJECTS_SHOWN]),
            max(len(event.objects_named) - OBJECTS_SHOWN, 0),
        )
        for event in events
    ]


def _details(detail: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in detail.items():
        yield name.replace("_", " "), words_of_reason(value) if name == "reason" else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(each)}" for name, each in value.items())
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


COLUMNS: Final = (
    "happened_at",
    "country",
    "unit",
    "officer",
    "act",
    "purpose",
    "outcome",
    "right",
    "address",
    "via",
    "objects",
    "detail",
    "chain",
    "number",
)


def cells_of(event: SealedEvent) -> Collection[str]:
    """Return an event as the cells of a file, in the order of `COLUMNS`."""
    cells = (
        event.happened_at.isoformat(),
        event.country_id or "",
        event.unit_id or "",
        event.officer_id or "",
        event.act,
        event.purpose,
        event.outcome,
        event.right,
        event.address or "",
        event.via,
        " ".join(map(str, event.objects_named)),
        "; ".join(f"{name}: {_text(value)}" for name, value in event.detail.items()),
        event.chain,
        event.number,
    )
    return [str(cell) for cell in cells]
