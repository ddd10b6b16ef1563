"""Writing events down: the one place through which everything that is to be proven later passes.

What changes something is written in the transaction of the change. What was only read, and what was refused,
is gathered while a request is answered and written in one statement before the answer leaves: a rollback
takes none of it along, and no answer leaves of which nothing is on record.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import Error as DatabaseFault

from accounts.acting import present_standing
from accounts.audit.bounds import OBJECTS_EACH, as_line, bounded
from accounts.audit.errors import NotOnRecord
from accounts.audit.models import InboxEvent, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from accounts.models import Officer


@dataclass(slots=True)
class Circumstances:
    """From where somebody asks and for what, and what they have read so far.

    `shown` and `asked` wait for the event of the page that shows it (`accounts.audit.viewing`); `named` is
    what events of this request name already; `refusal` is the reason of a page for not showing anything.
    """

    address: str | None = None
    via: str = ""
    purpose: str = ""
    refusal: str = ""
    gathered: list[InboxEvent] = field(default_factory=list)
    named: set[UUID] = field(default_factory=set)
    shown: dict[UUID, None] = field(default_factory=dict)
    asked: dict[str, Any] = field(default_factory=dict)


_PURPOSE_LENGTH: Final = 100

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


def act_through(via: str) -> None:
    """Say through which session or token the present request acts, where that is known only now."""
    circumstances = _present.get()
    if circumstances is not None:
        circumstances.via = via


def act_for(purpose: str) -> None:
    """Say for what the present request asks, for the events of those whom nobody stands for."""
    circumstances = _present.get()
    if circumstances is not None:
        circumstances.purpose = purpose


def record(
    act: str,
    *objects: UUID,
    by: Officer | None = None,
    right: str = "",
    outcome: Outcome = Outcome.DONE,
    **detail: Any,
) -> None:
    """Write an event down in the present transaction, so that it stands or falls with what it speaks of.

    Raises:
        NotOnRecord: The database does not take it; then the change is not made either.
    """
    _write(_events(act, objects, by=by, right=right, outcome=outcome, detail=detail))


def record_of_machine(act: str, *objects: UUID, country_id: UUID, **detail: Any) -> None:
    """Write down, in the present transaction, what the platform did of itself to something of a country's.

    Raises:
        NotOnRecord: The database does not take it; then it is not done either.
    """
    for event in _events(act, objects, by=None, right="", outcome=Outcome.DONE, detail=detail):
        event.country_id = country_id
        _write([event])


def note(
    act: str,
    *objects: UUID,
    by: Officer | None = None,
    right: str = "",
    outcome: Outcome = Outcome.DONE,
    **detail: Any,
) -> None:
    """Gather an event that no transaction carries: something read or refused; outside a request, write it."""
    events = _events(act, objects, by=by, right=right, outcome=outcome, detail=detail)
    circumstances = _present.get()
    if circumstances is None:
        _write(events)
    else:
        circumstances.gathered.extend(events)


def write_gathered(circumstances: Circumstances) -> None:
    """Write what was gathered, in one statement.

    Raises:
        NotOnRecord: The database does not take it; then nothing of it may be shown.
    """
    events, circumstances.gathered = circumstances.gathered, []
    _write(events)


def _write(events: list[InboxEvent]) -> None:
    try:
        if len(events) == 1:
            events[0].save(force_insert=True)  # without the transaction of its own that several need
        elif events:
            InboxEvent.objects.bulk_create(events)
    except DatabaseFault as fault:
        raise NotOnRecord from fault


def _events(act: str, objects: tuple[UUID, ...], **told: Any) -> list[InboxEvent]:
    """Return one event, or where it names more objects than one may, several."""
    named = list(dict.fromkeys(objects))
    circumstances = _present.get()
    if circumstances is not None:
        circumstances.named.update(named)
    return [_event(act, part, **told) for part in _parts(named)]


def _parts(objects: list[UUID]) -> Iterable[list[UUID]]:
    starts = range(0, max(len(objects), 1), OBJECTS_EACH)
    return (objects[start : start + OBJECTS_EACH] for start in starts)


def _event(
    act: str,
    objects: list[UUID],
    *,
    by: Officer | None,
    right: str,
    outcome: Outcome,
    detail: dict[str, Any],
) -> InboxEvent:
    standing, circumstances = present_standing(), _present.get() or Circumstances()
    officer = by or (standing.officer if standing else None)
    return InboxEvent(
        country_id=officer.unit.country_id if officer else None,
        unit_id=officer.unit_id if officer else None,
        officer_id=officer.pk if officer else None,
        act=act,
        purpose=as_line(standing.purpose if standing else circumstances.purpose, _PURPOSE_LENGTH),
        outcome=outcome,
        right=right,
        address=circumstances.address,
        via=circumstances.via,
        objects_named=objects,
        detail=bounded(detail),
    )
