"""Who may hand in and take out."""

from accounts.models import Officer
from accounts.policies import Permission, check_has_permission


def check_can_submit_material(officer: Officer) -> None:
    """Check the right to hand in material; raises AccessDenied."""
    check_has_permission(officer, Permission.MATERIAL_SUBMIT)


def check_can_export_original(officer: Officer) -> None:
    """Check the right to take an original out of the platform; raises AccessDenied."""
    check_has_permission(officer, Permission.ORIGINAL_EXPORT)
