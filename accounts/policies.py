"""What each role may do: one table, from which checks, pages and tests are made."""

from enum import StrEnum

from accounts.models import Officer, Role
from icse.common.errors import AccessDenied


class Permission(StrEnum):
    """Rights are named noun first."""

    MATERIAL_SEE = "material.see"
    MATERIAL_SUBMIT = "material.submit"
    ORIGINAL_EXPORT = "original.export"
    MATCH_DECIDE = "match.decide"
    SERIES_CURATE = "series.curate"
    TOPIC_WRITE = "topic.write"
    OFFICER_MANAGE = "officer.manage"
    COUNTRY_MANAGE = "country.manage"
    AUDIT_READ = "audit.read"


_EVERYDAY = frozenset(
    {Permission.MATERIAL_SEE, Permission.MATERIAL_SUBMIT, Permission.ORIGINAL_EXPORT, Permission.TOPIC_WRITE}
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OFFICER: _EVERYDAY,
    Role.ANALYST: _EVERYDAY | {Permission.MATCH_DECIDE, Permission.SERIES_CURATE},
    Role.NATIONAL_ADMINISTRATOR: frozenset({Permission.OFFICER_MANAGE}),
    Role.SECRETARIAT_ADMINISTRATOR: frozenset({Permission.COUNTRY_MANAGE}),
    Role.AUDITOR: frozenset({Permission.AUDIT_READ}),
}


def has_permission(officer: Officer, permission: Permission) -> bool:
    """Tell whether the officer's role carries the permission and the officer may act at all."""
    return officer.is_active and permission in ROLE_PERMISSIONS[Role(officer.role)]


def check_has_permission(officer: Officer, permission: Permission) -> None:
    """Check a right of the officer's role.

    Raises:
        AccessDenied: The role does not carry the permission.
    """
    if not has_permission(officer, permission):
        raise AccessDenied("Your role does not allow this.")
