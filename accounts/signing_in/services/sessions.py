"""Sessions: opened at sign-in, met at each request, ended by time, their officer or an administrator."""

from __future__ import annotations

import time
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from allauth.usersessions.models import UserSession
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.utils import timezone

from accounts.acting import present_standing
from accounts.audit.origin import via_session
from accounts.audit.recording import act_through, record
from accounts.models import Officer
from accounts.signing_in.limits import ABSOLUTE_LIMIT, IDLE_LIMIT, SEEN_EVERY
from accounts.signing_in.proof import note_proof
from icse.common.addresses import address_of
from icse.common.hints import close_streams

if TYPE_CHECKING:
    from django.http import HttpRequest

_BACKEND: Final = "accounts.backends.OfficerBackend"
_SIGNED_IN_AT: Final = "signed_in_at"
_NO_ADDRESS: Final = "::"
_AGENT_LENGTH: Final = 200


class Ending(StrEnum):
    """Why a session ended."""

    IDLE = "idle"
    LIMIT = "limit"
    SIGNED_OUT = "signed_out"
    BY_OFFICER = "by_officer"
    PASSWORD = "password_changed"  # noqa: S105 - a reason, not a password
    FACTOR = "factor_changed"
    BY_ADMINISTRATOR = "by_administrator"


def sign_in(request: HttpRequest, officer: Officer, *, factor: str = "") -> None:
    """Open a session under a new id for somebody who has given a password and, by name, a second factor."""
    with transaction.atomic():
        login(request, officer, backend=_BACKEND)
        note_proof(request, with_factor=bool(factor))
        act_through(via_session(request.session.session_key))
        record("session.begun", by=officer, factor=factor or "none")


def open_at_sign_in(request: HttpRequest, user: Officer, **_: Any) -> None:
    """Enter a session that Django has just opened into the list of its officer's sessions."""
    request.session[_SIGNED_IN_AT] = time.time()
    note_proof(request, with_factor=False)
    if not request.session.session_key:
        request.session.save()
    UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "ip": address_of(request) or _NO_ADDRESS,
            "user_agent": request.META.get("HTTP_USER_AGENT", "")[:_AGENT_LENGTH],
            "created_at": timezone.now(),
            "last_seen_at": timezone.now(),
        },
    )


def renew_id(request: HttpRequest, officer: Officer) -> None:
    """Give the session another id, so that one that was learnt before a factor opens nothing after it."""
    before = request.session.session_key
    request.session.cycle_key()
    _follow_id(request, officer, before)


def follow_password(request: HttpRequest, officer: Officer, former_key: str | None) -> None:
    """Follow a changed password, after Django renewed the session's id: every other session ends."""
    note_proof(request, with_factor=False)
    _follow_id(request, officer, former_key)
    end_sessions(officer, why=Ending.PASSWORD, but=request.session.session_key)


def _follow_id(request: HttpRequest, officer: Officer, former_key: str | None) -> None:
    UserSession.objects.filter(session_key=former_key).update(session_key=request.session.session_key)
    if former_key is not None:
        close_streams(officer.pk, session_key=former_key)


def meet(request: HttpRequest, *, counts: bool) -> Ending | None:
    """Meet a session at a request of its officer; return why it has ended where it has.

    A request that `counts` is one that a person made; what a page asks by itself keeps nothing alive.
    """
    key = request.session.session_key
    row = UserSession.objects.filter(session_key=key, user_id=request.user.pk).first()
    if row is None:
        return Ending.BY_OFFICER
    ending = _overdue(row.last_seen_at, float(request.session.get(_SIGNED_IN_AT, 0)))
    if ending is not None:
        end_session(row, why=ending)
    elif counts and timezone.now() - row.last_seen_at > SEEN_EVERY:
        UserSession.objects.filter(pk=row.pk).update(last_seen_at=timezone.now())
    return ending


def time_left(request: HttpRequest) -> timedelta:
    """Return how long the session lives on if nobody does anything."""
    row = UserSession.objects.filter(session_key=request.session.session_key).first()
    if row is None:
        return timedelta()
    signed_in_at = float(request.session.get(_SIGNED_IN_AT, 0))
    absolute = timedelta(seconds=signed_in_at - time.time()) + ABSOLUTE_LIMIT
    idle: timedelta = row.last_seen_at + IDLE_LIMIT - timezone.now()
    return min(idle, absolute)


@transaction.atomic
def end_session(row: UserSession, *, why: Ending) -> None:
    """End one session for good: its pages, and its socket within seconds."""
    SessionStore().delete(row.session_key)
    UserSession.objects.filter(pk=row.pk).delete()
    # Nobody stands before it is known who asks; an administrator's doing is on record as theirs.
    by = None if present_standing() else row.user
    record("session.ended", row.user_id, by=by, why=why.value, address_at_sign_in=row.ip)
    officer_id, key = row.user_id, row.session_key
    transaction.on_commit(lambda: close_streams(officer_id, session_key=key))


def end_sessions(officer: Officer, *, why: Ending, but: str | None = None) -> int:
    """End every session of an officer, or every one but that of a key; return how many ended."""
    rows = UserSession.objects.select_related("user__unit").filter(user_id=officer.pk)
    ended = list(rows.exclude(session_key=but) if but else rows)
    for row in ended:
        end_session(row, why=why)
    return len(ended)


def forget_session(request: HttpRequest) -> None:
    """Take the present session out of the list, before Django ends it at signing out."""
    if not isinstance(request.user, Officer):
        return
    row = UserSession.objects.select_related("user__unit").filter(session_key=request.session.session_key)
    for each in row:
        end_session(each, why=Ending.SIGNED_OUT)


def _overdue(last_seen_at: Any, signed_in_at: float) -> Ending | None:
    if time.time() - signed_in_at > ABSOLUTE_LIMIT.total_seconds():
        return Ending.LIMIT
    return Ending.IDLE if timezone.now() - last_seen_at > IDLE_LIMIT else None
