"""Reads of the log, always as somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max

from accounts.acting import acting_as
from accounts.audit.models import Checkpoint, SealedEvent
from accounts.models import Country, Officer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime
    from uuid import UUID

    from accounts.audit.criteria import Criteria
    from accounts.audit.querysets import SealedEventQuerySet

EXPORTED_AT_ONCE = 1000


def list_events(officer: Officer, criteria: Criteria) -> SealedEventQuerySet:
    """Return the sealed events that the officer may read and that are meant, the newest first."""
    return SealedEvent.objects.visible_to(officer).matching(criteria).newest_first()


def page_of_events(
    officer: Officer, criteria: Criteria, *, after: UUID | None, size: int
) -> tuple[list[SealedEvent], UUID | None]:
    """Return `size` events that follow the one named, and the id to go on from, None on the last page.

    By place and not by number: a log of millions is neither counted nor skipped through.
    """
    events = list_events(officer, criteria)
    last = SealedEvent.objects.visible_to(officer).filter(pk=after).first() if after else None
    found = list((events.before(last) if last else events)[: size + 1])
    return found[:size], found[size - 1].pk if len(found) > size else None


def stream_events(officer: Officer, criteria: Criteria, purpose: str) -> Iterator[SealedEvent]:
    """Yield all events that are meant, read piece by piece; each piece acts for the officer itself.

    It outlives the request that asked, and with it the request's acting.
    """
    after: UUID | None = None
    while True:
        with acting_as(officer, purpose):
            events, after = page_of_events(officer, criteria, after=after, size=EXPORTED_AT_ONCE)
        yield from events
        if after is None:
            return


def sealed_until(officer: Officer) -> datetime | None:
    """Return when the newest event happened that is sealed and the officer's to read."""
    newest: datetime | None = SealedEvent.objects.visible_to(officer).aggregate(at=Max("happened_at"))["at"]
    return newest


def names_of_officers(ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of officers, those who are gone left out."""
    return dict(Officer.objects.filter(pk__in=ids).values_list("pk", "full_name"))


def names_of_countries(ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of countries."""
    return dict(Country.objects.filter(pk__in=ids).values_list("pk", "name"))


def list_checkpoints(officer: Officer) -> list[Checkpoint]:
    """Return the checkpoints of the chain of the officer's country, an auditor's of all; the newest first."""
    return list(Checkpoint.objects.visible_to(officer).order_by("-made_at", "chain", "-number"))
