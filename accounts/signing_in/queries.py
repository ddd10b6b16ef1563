"""Reads about second factors, sessions and lockouts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q

from accounts.models import Officer
from accounts.policies import Permission, check_has_permission
from accounts.signing_in.browsers import browser_words
from accounts.signing_in.lockout import account_of_key, locked_keys
from icse.common.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

_PROVING = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session as its officer sees it."""

    pk: int
    browser: str
    address: str
    since: datetime
    last_seen: datetime
    is_this: bool


def factors_of(officer: Officer) -> list[Authenticator]:
    """Return what the officer proves themselves with beside the password, oldest first."""
    return list(Authenticator.objects.filter(user_id=officer.pk, type__in=_PROVING).order_by("created_at"))


def has_factor(officer: Officer) -> bool:
    """Tell whether the officer has an authenticator app or a security key."""
    return bool(factors_of(officer))


def has_key(officer: Officer) -> bool:
    """Tell whether the officer has a security key or passkey."""
    return any(factor.type == Authenticator.Type.WEBAUTHN for factor in factors_of(officer))


def find_app(officer: Officer) -> Authenticator | None:
    """Return the officer's authenticator app, or None."""
    return Authenticator.objects.filter(user_id=officer.pk, type=Authenticator.Type.TOTP).first()


def find_recovery_codes(officer: Officer) -> Authenticator | None:
    """Return the officer's recovery codes, or None."""
    codes = Authenticator.objects.filter(user_id=officer.pk, type=Authenticator.Type.RECOVERY_CODES)
    return codes.first()


def unused_codes(officer: Officer) -> list[str]:
    """Return the officer's recovery codes that were not used yet; to be shown once."""
    kept = find_recovery_codes(officer)
    return list(kept.wrap().get_unused_codes()) if kept else []


def get_own_factor(officer: Officer, pk: int) -> Authenticator:
    """Return one of the officer's own factors.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    factor = Authenticator.objects.filter(user_id=officer.pk, type__in=_PROVING, pk=pk).first()
    if factor is None:
        raise NotFound
    return factor


def list_sessions(officer: Officer, present_key: str | None) -> list[OwnSession]:
    """Return the officer's sessions, the latest seen first."""
    rows = UserSession.objects.filter(user_id=officer.pk).order_by("-last_seen_at")
    return [
        OwnSession(
            row.pk,
            browser_words(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            row.session_key == present_key,
        )
        for row in rows
    ]


def get_own_session(officer: Officer, pk: int) -> UserSession:
    """Return one of the officer's own sessions.

    Raises:
        NotFound: It has ended, or it is somebody else's.
    """
    row = UserSession.objects.filter(user_id=officer.pk, pk=pk).first()
    if row is None:
        raise NotFound
    return row


def list_locked(by: Officer) -> list[Officer]:
    """Return the officers of the administrator's own country at whose account nothing is tried at present.

    Raises:
        AccessDenied: The role does not carry the right.
    """
    check_has_permission(by, Permission.OFFICER_MANAGE)
    accounts = [account_of_key(key) for key in locked_keys()]
    named = Q(email__in=[email for email, _ in accounts if email]) | Q(
        pk__in=[pk for _, pk in accounts if pk]
    )
    return list(Officer.objects.filter(named, unit__country_id=by.unit.country_id))


def list_colleagues(by: Officer) -> list[Officer]:
    """Return the officers of the administrator's own country.

    Raises:
        AccessDenied: The role does not carry the right.
    """
    check_has_permission(by, Permission.OFFICER_MANAGE)
    return list(Officer.objects.select_related("unit").filter(unit__country_id=by.unit.country_id))


def get_colleague(by: Officer, pk: UUID) -> Officer:
    """Return an officer whom the administrator looks after.

    Raises:
        AccessDenied: The role does not carry the right.
        NotFound: There is none of that id in the administrator's country.
    """
    check_has_permission(by, Permission.OFFICER_MANAGE)
    found = Officer.objects.select_related("unit__country").filter(pk=pk)
    officer = found.filter(unit__country_id=by.unit.country_id).first()
    if officer is None:
        raise NotFound
    return officer
