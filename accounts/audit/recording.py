"""Writing events down: the one place through which everything that is to be proven later passes.

What changes something is written in the transaction of the change. What was only read, and what was refused,
is gathered while a request is answered and written in one statement before the answer leaves: a rollback
takes none of it along, and no answer leaves of which nothing is on record.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from accounts.acting import present_standing
from accounts.audit.models import InboxEvent, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from accounts.models import Officer


@dataclass(slots=True)
class Circumstances:
    """From where somebody asks, and what they have read so far."""

    address: str | None = None
    via: str = ""
    gathered: list[InboxEvent] = field(default_factory=list)


_present: ContextVar[Circumstances | None] = ContextVar("_present", default=None)


@contextmanager
def under(circumstances: Circumstances) -> Iterator[Circumstances]:
    """Record events of the block under these circumstances; what was gathered is the caller's to write."""
    token = _present.set(circumstances)
    try:
        yield circumstances
    finally:
        _present.reset(token)


def present_circumstances() -> Circumstances | None:
    """Return under which circumstances this thread acts, inside a request."""
    return _present.get()


def record(
    act: str,
    *objects: UUID,
    by: Officer | None = None,
    right: str = "",
    outcome: Outcome = Outcome.DONE,
    **detail: Any,
) -> None:
    """Write an event down in the present transaction, so that it stands or falls with what it speaks of."""
    _event(act, objects, by=by, right=right, outcome=outcome, detail=detail).save(force_insert=True)


def note(
    act: str,
    *objects: UUID,
    by: Officer | None = None,
    right: str = "",
    outcome: Outcome = Outcome.DONE,
    **detail: Any,
) -> None:
    """Gather an event that no transaction carries: something read or refused; outside a request, write it."""
    event = _event(act, objects, by=by, right=right, outcome=outcome, detail=detail)
    circumstances = _present.get()
    if circumstances is None:
        event.save(force_insert=True)
    else:
        circumstances.gathered.append(event)


def write_gathered(circumstances: Circumstances) -> None:
    """Write what was gathered, in one statement."""
    events, circumstances.gathered = circumstances.gathered, []
    InboxEvent.objects.bulk_create(events)


def _event(
    act: str,
    objects: tuple[UUID, ...],
    *,
    by: Officer | None,
    right: str,
    outcome: Outcome,
    detail: dict[str, Any],
) -> InboxEvent:
    standing, circumstances = present_standing(), _present.get()
    officer = by or (standing.officer if standing else None)
    return InboxEvent(
        country_id=officer.unit.country_id if officer else None,
        unit_id=officer.unit_id if officer else None,
        officer_id=officer.pk if officer else None,
        act=act,
        purpose=standing.purpose if standing else "",
        outcome=outcome,
        right=right,
        address=circumstances.address if circumstances else None,
        via=circumstances.via if circumstances else "",
        objects_named=list(objects),
        detail=detail,
    )
