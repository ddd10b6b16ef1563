"""Sockets on record: who listens for hints, from where, from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from accounts.audit.models import Outcome
from accounts.audit.origin import address_of_socket, via_session
from accounts.audit.recording import Circumstances, record, under
from accounts.audit.refusals import REFUSED, SIGNED_OUT
from accounts.models import Officer

if TYPE_CHECKING:
    from collections.abc import Mapping

OPENED: Final = "socket.opened"
CLOSED: Final = "socket.closed"


def record_socket(scope: Mapping[str, Any], act: str) -> None:
    """Record that a socket was opened or closed by the officer of its session, in a transaction of its own.

    Raises:
        NotOnRecord: It cannot be written; then nobody may listen.
    """
    officer = scope["user"]
    with under(_circumstances(scope)):
        record(act, by=officer if isinstance(officer, Officer) else None)


def record_refused_socket(scope: Mapping[str, Any]) -> None:
    """Record that a socket was refused to somebody who is not signed in; raises what `record_socket` does."""
    with under(_circumstances(scope)):
        record(REFUSED, outcome=Outcome.REFUSED, reason=SIGNED_OUT)


def _circumstances(scope: Mapping[str, Any]) -> Circumstances:
    via = via_session(getattr(scope.get("session"), "session_key", None))
    return Circumstances(address_of_socket(scope), via, purpose=str(scope.get("path", "")))
