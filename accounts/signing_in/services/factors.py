"""Second factors: added, given, removed; each in the audit log, each change ending the other sessions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import (
    WebAuthn,
    begin_authentication,
    begin_registration,
    complete_authentication,
    complete_registration,
    parse_authentication_response,
    parse_registration_response,
)
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.audit.models import Outcome
from accounts.audit.recording import note, record
from accounts.signing_in.ciphers import decrypted, encrypted
from accounts.signing_in.codes import counter_of
from accounts.signing_in.errors import LastFactor, WrongFactor
from accounts.signing_in.lockout import factor_key, is_locked, note_wrong_factor
from accounts.signing_in.proof import note_proof
from accounts.signing_in.queries import factors_of, find_app, find_recovery_codes
from accounts.signing_in.services.sessions import Ending, end_sessions, renew_id

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import Officer

APP: Final = "totp"
KEY: Final = "webauthn"
RECOVERY_CODE: Final = "recovery_code"

_SECRET: Final = "new_totp_secret"  # noqa: S105 - the name under which a session keeps it, encrypted
_LAST_STEP: Final = "last_step"
_APP_DIGITS: Final = 6
_NAME_LENGTH: Final = 60


def new_secret(request: HttpRequest) -> str:
    """Return the secret that is offered to the officer's app in this session, in base 32."""
    kept = request.session.get(_SECRET)
    if kept is None:
        kept = request.session[_SECRET] = encrypted(generate_totp_secret())
    return decrypted(kept)


def add_app(request: HttpRequest, officer: Officer, code: str) -> None:
    """Take the officer's authenticator app into use, in place of another one, once it gives a right code.

    Raises:
        WrongFactor: The code is not of the offered secret.
    """
    secret = new_secret(request)
    step = counter_of(secret, _digits(code))
    if step is None:
        note("factor.added", by=officer, outcome=Outcome.REFUSED, factor=APP)
        raise WrongFactor
    with transaction.atomic():
        Authenticator.objects.filter(user_id=officer.pk, type=Authenticator.Type.TOTP).delete()
        app = TOTP.activate(officer, secret).instance
        app.data[_LAST_STEP] = step
        app.save(update_fields=["data"])
        del request.session[_SECRET]
        _has_added(request, officer, APP)


def offer_key(officer: Officer) -> str:
    """Return as JSON what a browser needs to register a security key; the session keeps the challenge."""
    return json.dumps(begin_registration(officer, passwordless=False))


def add_key(request: HttpRequest, officer: Officer, name: str, credential: dict[str, Any]) -> None:
    """Take a security key or passkey into use.

    Raises:
        WrongFactor: The answer is not to the challenge of this session.
    """
    try:
        parse_registration_response(credential)
        complete_registration(credential)
    except (ValidationError, ValueError, KeyError, TypeError):
        note("factor.added", by=officer, outcome=Outcome.REFUSED, factor=KEY)
        raise WrongFactor from None
    with transaction.atomic():
        WebAuthn.add(officer, name[:_NAME_LENGTH] or "Security key", credential)
        _has_added(request, officer, KEY)


def challenge(officer: Officer) -> str:
    """Return as JSON what a browser needs to ask for one of the officer's keys, for this session alone."""
    return json.dumps(begin_authentication(officer))


def prove(
    request: HttpRequest, officer: Officer, *, code: str = "", credential: dict[str, Any] | None = None
) -> str:
    """Check a second factor and return its name; failures are counted, and after too many none is tried.

    Raises:
        WrongFactor: It is wrong, was used before, or is not tried at present.
    """
    tried = _checked_key(officer, credential) if credential else _checked_code(officer, code)
    if tried is None or is_locked(request, factor_key(officer)):
        note_wrong_factor(request, officer)
        note("factor.given", by=officer, outcome=Outcome.REFUSED)
        raise WrongFactor
    tried.record_usage()
    name = RECOVERY_CODE if tried.type == Authenticator.Type.RECOVERY_CODES else str(tried.type)
    note("factor.given", by=officer, factor=name)
    return name


@transaction.atomic
def remove_factor(request: HttpRequest, officer: Officer, factor: Authenticator) -> None:
    """Take a factor out of use; other sessions end with it.

    Raises:
        LastFactor: It is the only one.
    """
    if len(factors_of(officer)) == 1:
        raise LastFactor
    factor.delete()
    record("factor.removed", by=officer, factor=str(factor.type))
    end_sessions(officer, why=Ending.FACTOR, but=request.session.session_key)


@transaction.atomic
def renew_recovery_codes(request: HttpRequest, officer: Officer) -> None:
    """Put new recovery codes in place of the old ones; other sessions end with them."""
    Authenticator.objects.filter(user_id=officer.pk, type=Authenticator.Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(officer)
    record("factor.codes_renewed", by=officer)
    end_sessions(officer, why=Ending.FACTOR, but=request.session.session_key)


def _has_added(request: HttpRequest, officer: Officer, factor: str) -> None:
    if find_recovery_codes(officer) is None:
        RecoveryCodes.activate(officer)
    record("factor.added", by=officer, factor=factor)
    note_proof(request, with_factor=True)
    renew_id(request, officer)
    end_sessions(officer, why=Ending.FACTOR, but=request.session.session_key)


def _checked_code(officer: Officer, code: str) -> Authenticator | None:
    digits = _digits(code)
    if len(digits) == _APP_DIGITS:
        return _checked_app(officer, digits)
    kept = find_recovery_codes(officer)
    return kept if kept is not None and kept.wrap().validate_code(digits) else None


@transaction.atomic
def _checked_app(officer: Officer, code: str) -> Authenticator | None:
    """Check a code under a lock, so that two requests at once cannot both use it."""
    found = find_app(officer)
    if found is None:
        return None
    app: Authenticator = Authenticator.objects.select_for_update().get(pk=found.pk)
    step = counter_of(decrypted(app.data["secret"]), code, after=app.data.get(_LAST_STEP, -1))
    if step is None:
        return None
    app.data[_LAST_STEP] = step
    app.save(update_fields=["data"])
    return app


def _checked_key(officer: Officer, credential: dict[str, Any]) -> Authenticator | None:
    try:
        parse_authentication_response(credential)
        found: Authenticator = complete_authentication(officer, credential)
    except (ValidationError, ValueError, KeyError, TypeError):
        return None
    return found


def _digits(code: str) -> str:
    return "".join(sign for sign in code if sign.isascii() and sign.isdigit())
