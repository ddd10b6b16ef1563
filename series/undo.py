"""The answers of one session, so that each can be taken back for as long as it lasts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from accounts.models import Sharing
from series.models import Verdict

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    from series.models import Decision

_KEY: Final = "answers"
_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Undoable:
    """An answer that was given, in words, and what stood before it, None where nothing did."""

    match_id: str
    said: str
    former: Verdict | None = None
    reason: str = ""
    sharing: Sharing | None = None

    @classmethod
    def of(cls, match_id: str, former: Decision | None, *, said: str) -> Undoable:
        """Return what is needed to take an answer back."""
        if former is None:
            return cls(match_id, said)
        return cls(match_id, said, Verdict(former.verdict), former.reason, Sharing(former.sharing))


def put(session: SessionBase, answer: Undoable) -> None:
    """Remember an answer; the oldest of very many are forgotten."""
    session[_KEY] = [*session.get(_KEY, []), asdict(answer)][-_KEPT:]


def last_of(session: SessionBase) -> Undoable | None:
    """Return the last answer that was not taken back, or None."""
    answers = session.get(_KEY, [])
    return _read(**answers[-1]) if answers else None


def take(session: SessionBase) -> Undoable | None:
    """Return the last answer and forget it, or None where there is none."""
    last = last_of(session)
    session[_KEY] = session.get(_KEY, [])[:-1]
    return last


def _read(match_id: str, said: str, former: str | None, reason: str, sharing: str | None = None) -> Undoable:
    # A session that began before answers had an audience holds none.
    return Undoable(
        match_id, said, Verdict(former) if former else None, reason, Sharing(sharing) if sharing else None
    )
