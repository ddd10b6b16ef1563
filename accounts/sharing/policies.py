"""Who may read of sharing groups, and who answers for a country in them."""

from accounts.models import Officer
from accounts.policies import Permission, check_has_permission, has_permission
from accounts.sharing.models import SharingGroup
from icse.common.errors import AccessDenied


def check_can_see_groups(officer: Officer) -> None:
    """Check the right to read which groups the own country is in: whoever shares, and whoever manages them.

    Raises:
        AccessDenied: The role has to do with neither.
    """
    if not has_permission(officer, Permission.MATERIAL_SEE):
        check_has_permission(officer, Permission.GROUP_MANAGE)


def check_can_manage_groups(officer: Officer) -> None:
    """Check the right to answer for the own country: make groups, accept, leave, choose the default.

    Raises:
        AccessDenied: The role does not carry it.
    """
    check_has_permission(officer, Permission.GROUP_MANAGE)


def check_can_run_group(officer: Officer, group: SharingGroup) -> None:
    """Check the right to invite to a group, to take countries out of it and to end it.

    Raises:
        AccessDenied: The role does not carry the right, or another country owns the group.
    """
    check_can_manage_groups(officer)
    if group.owner_id != officer.unit.country_id:
        raise AccessDenied("The country that owns the group decides this.")
