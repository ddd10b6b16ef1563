"""Who may say how long something is kept, and take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.onboarding.four_eyes import check_is_second
from accounts.policies import Permission, check_has_permission

if TYPE_CHECKING:
    from accounts.models import Officer
    from accounts.onboarding.models import Approval


def check_can_see_retention(officer: Officer) -> None:
    """Check the right to see what the own country keeps, and to ask for changes; raises AccessDenied."""
    check_has_permission(officer, Permission.MATERIAL_SUBMIT)


def check_can_decide_retention(officer: Officer) -> None:
    """Check the right to review, hold, restrict and keep; raises AccessDenied."""
    check_has_permission(officer, Permission.RETENTION_DECIDE)


def check_can_decide_withdrawal(officer: Officer, approval: Approval) -> None:
    """Check the right to approve or decline what a colleague asked to withdraw.

    Raises:
        AccessDenied: The role does not carry it.
        SamePair: They asked for it themselves.
    """
    check_can_decide_retention(officer)
    check_is_second(officer, approval)
