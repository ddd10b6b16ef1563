"""The way in: password, second factor, session; each step and each failure on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.auth import authenticate

from accounts.audit.models import Outcome
from accounts.audit.recording import note
from accounts.models import Officer
from accounts.queries import find_officer, find_officer_by_email
from accounts.signing_in.errors import WrongFactor, WrongProof
from accounts.signing_in.proof import (
    count_wrong,
    has_second_factor,
    hold,
    note_proof,
    pending_officer,
    release,
)
from accounts.signing_in.queries import has_factor
from accounts.signing_in.services.factors import prove
from accounts.signing_in.services.sessions import renew_id, sign_in

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest

WHY_ENDED: Final = "why_session_ended"


def with_password(request: HttpRequest, officer: Officer, came_for: str) -> bool:
    """Go on with somebody whose password was right; tell whether a second factor is to come first."""
    if settings.SECOND_FACTOR and has_factor(officer):
        hold(request, officer.pk, came_for)
        return True
    sign_in(request, officer)
    return False


def note_refusal(email: str) -> None:
    """Put a refused sign-in on record, under the officer's name where the address is somebody's."""
    note("session.refused", by=find_officer_by_email(email), outcome=Outcome.REFUSED)


def who_is_half_way(request: HttpRequest) -> Officer | None:
    """Return whose second factor this browser is asked for at present."""
    if isinstance(request.user, Officer):
        return None if has_second_factor(request.session) else request.user
    officer_id = pending_officer(request.session)
    officer = find_officer(officer_id) if officer_id else None
    return officer if officer is not None and officer.is_active else None


def with_factor(
    request: HttpRequest, officer: Officer, *, code: str, credential: dict[str, Any] | None
) -> None:
    """Sign in whose second factor is right.

    Raises:
        WrongFactor: It is not; after a few of them the password is asked for again.
    """
    try:
        factor = prove(request, officer, code=code, credential=credential)
    except WrongFactor:
        count_wrong(request)
        raise
    release(request)
    sign_in(request, officer, factor=factor)


def confirm(
    request: HttpRequest,
    officer: Officer,
    *,
    password: str = "",
    code: str = "",
    credential: dict[str, Any] | None = None,
) -> None:
    """Take a proof that it is still the officer who sits here; the session gets another id.

    Raises:
        WrongProof: The password was not right.
        WrongFactor: The second factor was not.
    """
    if password:
        _check_password(request, officer, password)
    else:
        prove(request, officer, code=code, credential=credential)
    note_proof(request, with_factor=not password)
    renew_id(request, officer)
    note("session.confirmed", by=officer)


def _check_password(request: HttpRequest, officer: Officer, password: str) -> None:
    found = authenticate(request, username=officer.email, password=password)
    if found is None or found.pk != officer.pk:
        note("session.confirmed", by=officer, outcome=Outcome.REFUSED)
        raise WrongProof
