"""Who may ask for contact, agree to it, and say what others learn."""

from accounts.models import Officer
from accounts.policies import Permission, check_has_permission


def check_can_talk(officer: Officer) -> None:
    """Check the right to ask another unit for contact and to answer it: an analyst's; raises AccessDenied."""
    check_has_permission(officer, Permission.MATCH_DECIDE)


def check_can_set_country_policy(officer: Officer) -> None:
    """Check the right to say what others learn of the country's holdings: raises AccessDenied.

    It is that of the national administrator, who decides with whom the country shares.
    """
    check_has_permission(officer, Permission.GROUP_MANAGE)
