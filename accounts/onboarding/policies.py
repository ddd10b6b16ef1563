"""Who may bring countries, units and officers in, move them and end their service."""

from accounts.models import Country, Officer, Role
from accounts.onboarding.models import Invitation
from accounts.policies import (
    Permission,
    check_can_give_role,
    check_can_manage_countries,
    check_can_manage_officers,
    check_has_permission,
)
from icse.common.access import allows
from icse.common.errors import AccessDenied


def check_can_administer(by: Officer) -> None:
    """Check the right to see countries, units and officers at all.

    Raises:
        AccessDenied: Neither a national nor a secretariat administrator.
    """
    check_has_permission(by, Permission.OFFICER_INVITE)


def check_can_approve_countries(by: Officer) -> None:
    """Check the right to be the second pair of eyes on a country.

    Raises:
        AccessDenied: No secretariat administrator.
    """
    check_has_permission(by, Permission.COUNTRY_APPROVE)


def check_can_end_country(by: Officer, country: Country) -> None:
    """Check the right to suspend a country or let it back in; nobody shuts their own out.

    Raises:
        AccessDenied: No secretariat administrator, or their own country.
    """
    check_can_manage_countries(by)
    if by.unit.country_id == country.pk:
        raise AccessDenied("Nobody suspends their own country.")


def check_can_invite_officer(by: Officer, country: Country, role: Role, *, has_administrator: bool) -> None:
    """Check the right to invite somebody into a role in a country.

    A national administrator invites into their own country; the secretariat names the administrator of a
    country that has none.

    Raises:
        AccessDenied: Another country, a role that cannot be given, or a country that has an administrator.
    """
    check_has_permission(by, Permission.OFFICER_INVITE)
    check_can_give_role(by, role)
    if not allows(check_can_manage_countries, by):
        check_can_manage_officers(by, country)
    elif role != Role.NATIONAL_ADMINISTRATOR or has_administrator:
        raise AccessDenied(
            "The secretariat names a country's first administrator; officers are invited there."
        )


def check_can_manage_invitation(by: Officer, invitation: Invitation) -> None:
    """Check the right to renew or revoke an invitation: who could give it, could take its place.

    Raises:
        AccessDenied: Another country; to the secretariat, any but that of a national administrator.
    """
    role = Role(invitation.role)
    check_can_invite_officer(by, invitation.country, role, has_administrator=False)


def check_can_manage_officer(by: Officer, officer: Officer) -> None:
    """Check the right to move an officer, give them another role or end their service.

    Raises:
        AccessDenied: Oneself, an officer of another country, or a secretariat administrator.
    """
    check_can_manage_officers(by, officer.unit.country)
    _check_is_somebody_else(by, officer)


def check_can_suspend_officer(by: Officer, officer: Officer) -> None:
    """Check the right to suspend an officer: their administrator's, of an administrator the secretariat's.

    Raises:
        AccessDenied: Neither, or oneself.
    """
    if officer.role == Role.NATIONAL_ADMINISTRATOR and allows(check_can_manage_countries, by):
        _check_is_somebody_else(by, officer)
    else:
        check_can_manage_officer(by, officer)


def _check_is_somebody_else(by: Officer, officer: Officer) -> None:
    if by.pk == officer.pk:
        raise AccessDenied("A colleague has to do this for you.")
    if officer.role == Role.SECRETARIAT_ADMINISTRATOR:
        raise AccessDenied("Secretariat administrators are managed at the secretariat's console.")
