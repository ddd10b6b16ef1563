"""Writes about countries, units, officers, their passwords and tokens."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from accounts.audit.recording import record
from accounts.models import ApiToken, Country, Officer, Role, Unit
from accounts.policies import (
    ROLE_PERMISSIONS,
    Actor,
    Permission,
    check_can_be_carried,
    check_can_give_role,
    check_can_manage_countries,
    check_can_manage_officers,
    check_can_manage_tokens,
    officer_in,
)
from accounts.signing_in.errors import SecondFactorNeeded
from accounts.signing_in.queries import has_factor
from accounts.tokens import digest_of, new_one_time_password, new_token
from icse.common.errors import Conflict, DomainError

TOKEN_DAYS: Final = 90
TOKEN_DAYS_MOST: Final = 365
TOKEN_USE_NOTED_EVERY: Final = timedelta(minutes=1)
ACTIVITY_NOTED_EVERY: Final = timedelta(minutes=1)


class BadAddress(DomainError):
    """Nobody can sign in with what is no address."""

    reason = "bad_address"

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is no e-mail address.")


class BadTerm(DomainError):
    """A token lives for a while, not for ever."""

    reason = "bad_term"

    def __init__(self) -> None:
        super().__init__(f"A token lives for 1 to {TOKEN_DAYS_MOST} days.")


class WrongPassword(DomainError):
    """The present password was not given."""

    reason = "wrong_password"


class WeakPassword(DomainError):
    """The new password breaks a rule; `messages` names each."""

    reason = "weak_password"

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = tuple(messages)


@dataclass(frozen=True)
class NewOfficer:
    """An officer and the password that leads to choosing their own; it is told once and never stored."""

    officer: Officer
    one_time_password: str


@transaction.atomic
def create_country(
    *, by: Actor, code: str, name: str, state: Country.State = Country.State.INVITED
) -> Country:
    """Add a member country; the database makes its scopes with it. Until it is active it stands in none.

    Raises:
        AccessDenied: The actor may not manage countries.
        Conflict: The code or the name is taken.
    """
    check_can_manage_countries(by)
    try:
        with transaction.atomic():
            country = Country.objects.create(code=code.upper(), name=name, state=state)
    except (IntegrityError, DataError):
        raise Conflict(
            f"There is a country {code.upper()} or {name} already, or the code is no code."
        ) from None
    record("country.created", country.pk, by=officer_in(by))
    return country


@transaction.atomic
def create_unit(*, by: Actor, country: Country, name: str) -> Unit:
    """Add a unit to a country.

    Raises:
        AccessDenied: The actor may not manage this country's units and officers.
        Conflict: The country has a unit of that name.
    """
    check_can_manage_officers(by, country)
    unit, is_new = Unit.objects.get_or_create(country=country, name=name)
    if not is_new:
        raise Conflict(f"{country} has a unit {name} already.")
    record("unit.created", unit.pk, by=officer_in(by))
    return unit


@transaction.atomic
def create_officer(
    *, by: Actor, unit: Unit, email: str, full_name: str, role: Role = Role.OFFICER
) -> NewOfficer:
    """Add an officer who chooses a password of their own at the first sign-in.

    Raises:
        AccessDenied: The actor may not manage this country's officers, or not give that role.
        BadAddress: The address is none that mail could reach.
        Conflict: Somebody signs in with that address already.
    """
    check_can_manage_officers(by, unit.country)
    check_can_give_role(by, role)
    check_address(email)
    password = new_one_time_password()
    try:
        with transaction.atomic():
            officer = Officer.objects.create_user(
                email, password, full_name=full_name, unit=unit, role=role, must_change_password=True
            )
    except IntegrityError:
        raise Conflict("Somebody signs in with that address already.") from None
    record("officer.created", officer.pk, by=officer_in(by), role=role)
    return NewOfficer(officer, password)


def check_address(email: str) -> None:
    """Check that mail could reach an address.

    Raises:
        BadAddress: It could not.
    """
    try:
        validate_email(email)
    except ValidationError:
        raise BadAddress(email) from None


@transaction.atomic
def change_password(*, by: Officer, present: str, new: str) -> None:
    """Replace the officer's own password; other sessions of theirs end with it.

    Raises:
        WrongPassword: The present password does not fit.
        WeakPassword: The new one breaks a rule or is the present one.
    """
    if not by.check_password(present):
        raise WrongPassword("That is not your present password.")
    if present == new:
        raise WeakPassword(["Choose a password other than the present one."])
    try:
        validate_password(new, by)
    except ValidationError as refusal:
        raise WeakPassword(refusal.messages) from None
    by.set_password(new)
    by.must_change_password = False
    by.save(update_fields=["password", "must_change_password"])
    record("password.changed", by=by)


@transaction.atomic
def issue_token(
    *,
    by: Actor,
    officer: Officer,
    label: str = "",
    permissions: Collection[Permission] | None = None,
    networks: Sequence[str] = (),
    days: int = TOKEN_DAYS,
) -> str:
    """Issue a bearer token that speaks for the officer and return its text, which is never stored.

    It carries the given permissions, by default all of the role's, for 1 to `TOKEN_DAYS_MOST` days, and is
    taken from the given networks alone (CIDR; none: from everywhere).

    Raises:
        AccessDenied: The actor is another officer, has no second factor, or asks for more than the role has.
        BadTerm: It would live for too long, or not at all.
    """
    check_can_manage_tokens(by, officer)
    if isinstance(by, Officer) and settings.SECOND_FACTOR and not has_factor(by):
        raise SecondFactorNeeded
    carried = sorted(ROLE_PERMISSIONS[Role(officer.role)] if permissions is None else permissions)
    check_can_be_carried(officer, carried)
    if not 1 <= days <= TOKEN_DAYS_MOST:
        raise BadTerm
    text = new_token()
    token = ApiToken.objects.create(
        officer=officer,
        country=officer.unit.country,
        permissions=carried,
        networks=list(networks),
        digest=digest_of(text),
        label=label,
        expires_at=timezone.now() + timedelta(days=days),
    )
    record("token.issued", token.pk, by=officer_in(by), carries=carried, networks=list(networks), days=days)
    return text


@transaction.atomic
def revoke_token(*, by: Actor, token: ApiToken) -> None:
    """End a token for good; revoking it again changes nothing.

    Raises:
        AccessDenied: The token speaks for another officer.
    """
    check_can_manage_tokens(by, token.officer)
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record("token.revoked", token.pk, by=officer_in(by))


def note_activity(*, officer: Officer) -> None:
    """Note that an officer has asked for something, once a minute at most, as for tokens."""
    now = timezone.now()
    if officer.last_active_at is None or now - officer.last_active_at > ACTIVITY_NOTED_EVERY:
        Officer.objects.filter(pk=officer.pk).update(last_active_at=now)


def note_token_use(*, token: ApiToken) -> None:
    """Note that a token was used, once a minute at most, so that reading does not write every time."""
    now = timezone.now()
    if token.last_used_at is None:
        record("token.first_used", token.pk, by=token.officer)
    if token.last_used_at is None or now - token.last_used_at > TOKEN_USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
