"""Units and officers in service: made, moved, given another role, suspended, and left."""

from django.db import transaction
from django.utils import timezone

from accounts.audit.recording import record
from accounts.models import Country, Officer, Role, Unit
from accounts.onboarding.errors import WrongState
from accounts.onboarding.policies import check_can_manage_officer, check_can_suspend_officer
from accounts.onboarding.services.ending import end_access
from accounts.policies import Permission, check_can_give_role, check_can_manage_officers
from accounts.services import create_unit
from icse.common.errors import AccessDenied

_RIGHT = Permission.OFFICER_MANAGE


@transaction.atomic
def make_unit(*, by: Officer, country: Country, name: str) -> Unit:
    """Add a unit to the own country.

    Raises:
        AccessDenied: No administrator of that country.
        Conflict: It has a unit of that name.
    """
    unit = create_unit(by=by, country=country, name=name)
    record("unit.made", unit.pk, country.pk, right=_RIGHT)
    return unit


@transaction.atomic
def suspend_unit(*, by: Officer, unit: Unit) -> None:
    """Take a unit out of service, and its officers with it; nobody suspends the unit they are in.

    Raises:
        AccessDenied: No administrator of its country, or one who belongs to it.
        WrongState: It is suspended already.
    """
    check_can_manage_officers(by, unit.country)
    if by.unit_id == unit.pk:
        raise AccessDenied("You belong to this unit: an administrator of another one has to do this.")
    _switch_unit(unit, is_active=False)
    end_access(Officer.objects.filter(unit=unit))
    record("unit.suspended", unit.pk, right=_RIGHT)


@transaction.atomic
def resume_unit(*, by: Officer, unit: Unit) -> None:
    """Put a unit back into service.

    Raises:
        AccessDenied: No administrator of its country.
        WrongState: It is active.
    """
    check_can_manage_officers(by, unit.country)
    _switch_unit(unit, is_active=True)
    record("unit.resumed", unit.pk, right=_RIGHT)


@transaction.atomic
def suspend_officer(*, by: Officer, officer: Officer) -> None:
    """Take an officer out of service: sessions, tokens and streams end.

    Raises:
        AccessDenied: The asker may not; see `check_can_suspend_officer`.
        WrongState: The officer is not in service.
    """
    check_can_suspend_officer(by, officer)
    _switch(officer, is_active=False)
    _end(officer)
    record("officer.suspended", officer.pk, right=_RIGHT)


@transaction.atomic
def resume_officer(*, by: Officer, officer: Officer) -> None:
    """Put a suspended officer back into service.

    Raises:
        AccessDenied: The asker may not; see `check_can_suspend_officer`.
        WrongState: The officer is not suspended, or has left.
    """
    check_can_suspend_officer(by, officer)
    _switch(officer, is_active=True)
    record("officer.resumed", officer.pk, right=_RIGHT)


@transaction.atomic
def transfer_officer(*, by: Officer, officer: Officer, unit: Unit) -> None:
    """Move an officer to another unit of the same country; sessions, tokens and streams end.

    To another country nobody moves: there they are invited anew, for their past stays with the old one.

    Raises:
        AccessDenied: The asker may not manage the officer, or it is another country's unit.
        WrongState: The officer has left, is there already, or the unit is suspended.
    """
    check_can_manage_officer(by, officer)
    if unit.country_id != officer.unit.country_id:
        raise AccessDenied("To another country nobody is moved: they leave here and are invited there.")
    locked = _lock(officer)
    if unit.pk == locked.unit_id or not unit.is_active:
        raise WrongState("Choose another unit, one that is in service.")
    record("officer.transferred", officer.pk, locked.unit_id, unit.pk, right=_RIGHT)
    locked.unit = unit
    locked.save(update_fields=["unit"])
    _end(officer)


@transaction.atomic
def change_role(*, by: Officer, officer: Officer, role: Role) -> None:
    """Give an officer another role; sessions, tokens and streams end, so that the new rights alone count.

    Raises:
        AccessDenied: The asker may not manage the officer, or not give that role.
        WrongState: The officer has left, or has that role.
    """
    check_can_manage_officer(by, officer)
    check_can_give_role(by, role)
    locked = _lock(officer)
    if locked.role == role:
        raise WrongState("That is the officer's role already.")
    record("officer.role_changed", officer.pk, right=_RIGHT, before=locked.role, after=role.value)
    locked.role = role
    locked.save(update_fields=["role"])
    _end(officer)


@transaction.atomic
def leave(*, by: Officer, officer: Officer) -> None:
    """End an officer's service for good; name and past stay, the address is free to be invited again.

    Raises:
        AccessDenied: The asker may not manage the officer.
        WrongState: The officer has left already.
    """
    check_can_manage_officer(by, officer)
    locked = _lock(officer)
    locked.is_active, locked.left_at = False, timezone.now()
    locked.former_email, locked.email = locked.email, f"{locked.pk}@left.invalid"
    locked.set_unusable_password()
    locked.save(update_fields=["is_active", "left_at", "former_email", "email", "password"])
    _end(officer)
    record("officer.left", officer.pk, right=_RIGHT)


def _lock(officer: Officer) -> Officer:
    locked = Officer.objects.select_for_update().get(pk=officer.pk)
    if locked.left_at is not None:
        raise WrongState(f"{locked.full_name} has left.")
    return locked


def _switch(officer: Officer, *, is_active: bool) -> None:
    locked = _lock(officer)
    if locked.is_active is is_active:
        raise WrongState(f"{locked.full_name} is {'in service' if is_active else 'suspended'} already.")
    locked.is_active = is_active
    locked.save(update_fields=["is_active"])


def _switch_unit(unit: Unit, *, is_active: bool) -> None:
    if not Unit.objects.filter(pk=unit.pk, is_active=not is_active).update(is_active=is_active):
        raise WrongState(f"{unit.name} is {'in service' if is_active else 'suspended'} already.")


def _end(officer: Officer) -> None:
    end_access(Officer.objects.filter(pk=officer.pk))
