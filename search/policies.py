"""Who may search: whoever may see material."""

from accounts.models import Officer
from accounts.policies import Permission, check_has_permission


def check_can_search(officer: Officer) -> None:
    """Check the right to search; raises AccessDenied."""
    check_has_permission(officer, Permission.MATERIAL_SEE)
