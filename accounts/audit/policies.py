"""Who reads which part of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Role
from accounts.policies import Permission, has_permission

if TYPE_CHECKING:
    from accounts.models import Officer


def reads_everything(officer: Officer) -> bool:
    """Tell whether the officer reads what everybody did: an auditor."""
    return has_permission(officer, Permission.AUDIT_READ)


def reads_country(officer: Officer) -> bool:
    """Tell whether the officer reads what the officers of their own country did."""
    return officer.is_active and officer.role == Role.NATIONAL_ADMINISTRATOR
