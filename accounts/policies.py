"""What each role may do: one table, from which checks, pages and tests are made."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from accounts.models import Country, Officer, Role
from icse.common.errors import AccessDenied


class Permission(StrEnum):
    """Rights are named noun first."""

    MATERIAL_SEE = "material.see"
    MATERIAL_SUBMIT = "material.submit"
    ORIGINAL_EXPORT = "original.export"
    MATCH_DECIDE = "match.decide"
    SERIES_CURATE = "series.curate"
    ACCESS_GRANT = "access.grant"
    RETENTION_DECIDE = "retention.decide"
    TOPIC_WRITE = "topic.write"
    OFFICER_MANAGE = "officer.manage"
    OFFICER_INVITE = "officer.invite"
    GROUP_MANAGE = "group.manage"
    COUNTRY_MANAGE = "country.manage"
    COUNTRY_APPROVE = "country.approve"
    PLATFORM_WATCH = "platform.watch"
    AUDIT_READ = "audit.read"


_EVERYDAY = frozenset(
    {Permission.MATERIAL_SEE, Permission.MATERIAL_SUBMIT, Permission.ORIGINAL_EXPORT, Permission.TOPIC_WRITE}
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OFFICER: _EVERYDAY,
    Role.ANALYST: _EVERYDAY
    | {
        Permission.MATCH_DECIDE,
        Permission.SERIES_CURATE,
        Permission.ACCESS_GRANT,
        Permission.RETENTION_DECIDE,
    },
    Role.NATIONAL_ADMINISTRATOR: frozenset(
        {Permission.OFFICER_MANAGE, Permission.OFFICER_INVITE, Permission.GROUP_MANAGE}
    ),
    Role.SECRETARIAT_ADMINISTRATOR: frozenset(
        {
            Permission.COUNTRY_MANAGE,
            Permission.COUNTRY_APPROVE,
            Permission.OFFICER_INVITE,
            Permission.PLATFORM_WATCH,
        }
    ),
    Role.AUDITOR: frozenset({Permission.AUDIT_READ}),
}


@dataclass(frozen=True)
class Operator:
    """Whoever runs commands on the machine itself.

    They hold the database, so no rule of ours could bind them; they are named so that a service
    which is called without an officer says so.
    """


OPERATOR: Final = Operator()

Actor = Officer | Operator


def is_in_service(officer: Officer) -> bool:
    """Tell whether officer, unit and country are all active: only then may anybody act in their name."""
    unit = officer.unit
    return officer.is_active and unit.is_active and unit.country.state == Country.State.ACTIVE


def officer_in(actor: Actor) -> Officer | None:
    """Return the officer who acts, or None for whoever runs commands on the machine itself."""
    return actor if isinstance(actor, Officer) else None


def has_permission(officer: Officer, permission: Permission) -> bool:
    """Tell whether the officer's role, and the token where one asks for them, carries the permission."""
    carried = officer.token_permissions
    is_carried = carried is None or permission.value in carried
    return officer.is_active and is_carried and permission in ROLE_PERMISSIONS[Role(officer.role)]


def check_has_permission(officer: Officer, permission: Permission) -> None:
    """Check a right of the officer's role.

    Raises:
        AccessDenied: The role does not carry the permission.
    """
    if not has_permission(officer, permission):
        raise AccessDenied("Your role does not allow this.")


def check_can_manage_countries(by: Actor) -> None:
    """Check the right to add a country.

    Raises:
        AccessDenied: An officer without that right.
    """
    if isinstance(by, Officer):
        check_has_permission(by, Permission.COUNTRY_MANAGE)


def check_can_manage_officers(by: Actor, country: Country) -> None:
    """Check the right to add units and officers to a country.

    Raises:
        AccessDenied: The role does not carry the right, or it is another country.
    """
    if not isinstance(by, Officer):
        return
    check_has_permission(by, Permission.OFFICER_MANAGE)
    if by.unit.country_id != country.pk:
        raise AccessDenied("Officers of another country are managed there.")


def check_can_give_role(by: Actor, role: Role) -> None:
    """Check the right to make somebody a role: a country cannot appoint the secretariat.

    Raises:
        AccessDenied: An officer tries to appoint a secretariat administrator.
    """
    if isinstance(by, Officer) and role == Role.SECRETARIAT_ADMINISTRATOR:
        raise AccessDenied("Secretariat administrators are appointed at the secretariat's console.")


def check_can_be_carried(officer: Officer, permissions: Collection[Permission]) -> None:
    """Check what a new token of an officer is to carry: something, and nothing beyond their role.

    Raises:
        AccessDenied: It is nothing, or more than the role carries.
    """
    if not permissions or not set(permissions) <= ROLE_PERMISSIONS[Role(officer.role)]:
        raise AccessDenied("A token carries some of the rights of its officer's role, and no others.")


def check_can_manage_tokens(by: Actor, officer: Officer) -> None:
    """Check the right to issue or revoke a token: one's own only.

    Raises:
        AccessDenied: The token speaks for somebody else.
    """
    if isinstance(by, Officer) and by.pk != officer.pk:
        raise AccessDenied("Tokens are issued and revoked by the officer they speak for.")
