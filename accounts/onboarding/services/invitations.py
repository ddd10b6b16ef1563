"""Inviting officers by a one-time link, and coming in by it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.acting import acting_as
from accounts.audit.recording import record
from accounts.models import Country, Officer, Role, Unit
from accounts.onboarding.errors import InvitationNotValid, WrongState
from accounts.onboarding.models import Invitation
from accounts.onboarding.policies import check_can_invite_officer, check_can_manage_invitation
from accounts.onboarding.queries import find_usable_invitation, has_administrator
from accounts.policies import Permission
from accounts.services import WeakPassword, check_address
from accounts.tokens import digest_of, new_invitation_code
from icse.common.errors import Conflict
from icse.common.ids import new_id

VALID_FOR: Final = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Whom to invite: address, full name and role."""

    email: str
    full_name: str
    role: Role = Role.OFFICER


def newcomer_of(email: str, full_name: str, role: str) -> Newcomer:
    """Return whom to invite, from what was typed."""
    return Newcomer(email, full_name, Role(role))


def first_administrator(email: str, full_name: str) -> Newcomer:
    """Return whom to invite as a country's first administrator."""
    return Newcomer(email, full_name, Role.NATIONAL_ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """An invitation and its code, which is told once and never stored."""

    invitation: Invitation
    code: str


@transaction.atomic
def invite_officer(*, by: Officer, unit: Unit, newcomer: Newcomer) -> IssuedInvitation:
    """Invite somebody into a unit; whoever has the code becomes that officer, once, within 72 hours.

    Raises:
        AccessDenied: The officer may not invite into that country, or not into that role.
        BadAddress: The address is none that mail could reach.
        Conflict: Somebody signs in with that address, or is invited already; or the unit is suspended.
    """
    has_one = has_administrator(unit.country)
    check_can_invite_officer(by, unit.country, newcomer.role, has_administrator=has_one)
    _check_is_open(unit)
    email = newcomer.email.lower()
    check_address(email)
    if Officer.objects.filter(email__iexact=email).exists():
        raise Conflict("Somebody signs in with that address already.")
    return _issue(by, unit, newcomer, email)


@transaction.atomic
def invite_first_administrator(
    *, by: Officer, country: Country, unit_name: str, newcomer: Newcomer
) -> IssuedInvitation:
    """Invite the national administrator of a country that has none, into a unit made for them if need be.

    Raises:
        AccessDenied: No secretariat administrator, or the country has an administrator.
        BadAddress: The address is none that mail could reach.
        Conflict: Somebody signs in with that address already.
    """
    has_one = has_administrator(country)
    check_can_invite_officer(by, country, Role.NATIONAL_ADMINISTRATOR, has_administrator=has_one)
    unit, is_new = Unit.objects.get_or_create(country=country, name=unit_name)
    if is_new:
        record("unit.made", unit.pk, country.pk, right=Permission.OFFICER_INVITE)
    return invite_officer(by=by, unit=unit, newcomer=newcomer)


@transaction.atomic
def renew_invitation(*, by: Officer, invitation: Invitation) -> IssuedInvitation:
    """Make a new link in place of the old one, which opens nothing any more.

    Raises:
        AccessDenied: The officer could not have given it; see `check_can_manage_invitation`.
        WrongState: The invitation was used or revoked.
    """
    check_can_manage_invitation(by, invitation)
    locked = _lock_waiting(invitation)
    code = new_invitation_code()
    locked.digest, locked.expires_at = digest_of(code), timezone.now() + VALID_FOR
    locked.save(update_fields=["digest", "expires_at"])
    record("invitation.renewed", locked.pk, right=Permission.OFFICER_INVITE)
    return IssuedInvitation(locked, code)


@transaction.atomic
def revoke_invitation(*, by: Officer, invitation: Invitation) -> None:
    """Take an invitation back.

    Raises:
        AccessDenied: The officer could not have given it; see `check_can_manage_invitation`.
        WrongState: The invitation was used or revoked.
    """
    check_can_manage_invitation(by, invitation)
    locked = _lock_waiting(invitation)
    locked.revoked_at = timezone.now()
    locked.save(update_fields=["revoked_at"])
    record("invitation.revoked", locked.pk, right=Permission.OFFICER_INVITE)


@transaction.atomic
def join(*, code: str, full_name: str, password: str) -> Officer:
    """Become the officer whom an invitation names, with a confirmed name and a password of one's own.

    Raises:
        InvitationNotValid: The code opens nothing, or somebody came in by it at the same moment.
        WeakPassword: The password breaks a rule.
    """
    invitation = find_usable_invitation(code)
    if invitation is None:
        raise InvitationNotValid
    officer = Officer(pk=new_id(), email=invitation.email, full_name=full_name)
    officer.unit, officer.role = invitation.unit, Role(invitation.role)
    _set_password(officer, password)
    try:
        with transaction.atomic():
            officer.save(force_insert=True)
            _use(code, officer.pk)
    except IntegrityError:
        raise InvitationNotValid from None
    with acting_as(officer, "join"):
        record("officer.joined", officer.pk, invitation.pk)
    return officer


def _issue(by: Officer, unit: Unit, newcomer: Newcomer, email: str) -> IssuedInvitation:
    code = new_invitation_code()
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                country=unit.country,
                unit=unit,
                email=email,
                full_name=newcomer.full_name,
                role=newcomer.role,
                digest=digest_of(code),
                invited_by=by,
                expires_at=timezone.now() + VALID_FOR,
            )
    except IntegrityError:
        raise Conflict("That address is invited already: renew or revoke the invitation.") from None
    record("officer.invited", invitation.pk, unit.pk, right=Permission.OFFICER_INVITE, role=newcomer.role)
    return IssuedInvitation(invitation, code)


def _check_is_open(unit: Unit) -> None:
    if not unit.is_active:
        raise WrongState(f"{unit.name} is suspended.")


def _lock_waiting(invitation: Invitation) -> Invitation:
    locked = Invitation.objects.select_for_update().waiting().filter(pk=invitation.pk).first()
    if locked is None:
        raise WrongState("The invitation was used or revoked already.")
    return locked


def _set_password(officer: Officer, password: str) -> None:
    try:
        validate_password(password, officer)
    except ValidationError as refusal:
        raise WeakPassword(refusal.messages) from None
    officer.set_password(password)


def _use(code: str, officer_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT onboarding_use_invitation(%s, %s)", [digest_of(code), officer_id])
        (is_used,) = cursor.fetchone()
    if not is_used:
        raise InvitationNotValid
