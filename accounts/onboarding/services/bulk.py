"""Inviting many officers at once from a list: first looked at row by row, then invited."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import Officer, Role, Unit
from accounts.onboarding.csv_rows import CheckedRow, Row
from accounts.onboarding.models import Invitation
from accounts.onboarding.queries import list_own_units
from accounts.onboarding.services.invitations import IssuedInvitation, Newcomer, invite_officer
from accounts.policies import check_can_manage_officers

_NAME_LENGTH = 150


@dataclass(frozen=True)
class _Present:
    """What the rows are compared with, read once for all of them."""

    units: dict[str, Unit]
    taken: frozenset[str]
    invited: frozenset[str]
    mentioned: Counter[str]


def check_rows(*, by: Officer, rows: list[Row]) -> list[CheckedRow]:
    """Tell of each row what is wrong with it and what to do; nothing is written.

    Raises:
        AccessDenied: No national administrator.
    """
    check_can_manage_officers(by, by.unit.country)
    present = _present(by, rows)
    return [_checked(row, present) for row in rows]


@transaction.atomic
def invite_rows(*, by: Officer, rows: list[Row]) -> list[IssuedInvitation]:
    """Invite everybody whose row is in order; the other rows are left out, as the report says.

    Raises:
        AccessDenied: No national administrator.
        Conflict: Somebody came in or was invited at the same moment; nobody is invited then.
    """
    good = [each.row for each in check_rows(by=by, rows=rows) if not each.problem]
    units = {unit.name.casefold(): unit for unit in list_own_units(by)}
    return [
        invite_officer(
            by=by,
            unit=units[row.unit.casefold()],
            newcomer=Newcomer(row.email, row.name, Role(row.role.lower() or Role.OFFICER)),
        )
        for row in good
    ]


def _present(by: Officer, rows: list[Row]) -> _Present:
    addresses = [row.email.lower() for row in rows]
    invited = Invitation.objects.waiting().filter(country=by.unit.country_id, email__in=addresses)
    return _Present(
        units={unit.name.casefold(): unit for unit in list_own_units(by)},
        taken=frozenset(Officer.objects.filter(email__in=addresses).values_list("email", flat=True)),
        invited=frozenset(invited.values_list("email", flat=True)),
        mentioned=Counter(addresses),
    )


def _checked(row: Row, present: _Present) -> CheckedRow:
    for is_wrong, problem, advice in _CHECKS:
        if is_wrong(row, present):
            return CheckedRow(row, problem, advice)
    return CheckedRow(row)


def _is_no_address(row: Row, _: _Present) -> bool:
    try:
        validate_email(row.email)
    except ValidationError:
        return True
    return False


def _is_no_role(row: Row, _: _Present) -> bool:
    return row.role.lower() not in {"", *Role.values} or row.role.lower() == Role.SECRETARIAT_ADMINISTRATOR


# Asked in this order; the first that holds is told.
_CHECKS: tuple[tuple[Callable[[Row, _Present], bool], str, str], ...] = (
    (_is_no_address, "No e-mail address", "Correct the address."),
    (
        lambda row, present: present.mentioned[row.email.lower()] > 1,
        "The address stands in several rows",
        "Keep one of them.",
    ),
    (
        lambda row, _: not 0 < len(row.name) <= _NAME_LENGTH,
        "No name, or too long a one",
        "Enter the full name.",
    ),
    (
        lambda row, present: row.unit.casefold() not in present.units,
        "No such unit in service",
        "Correct its name, or make the unit first.",
    ),
    (
        _is_no_role,
        "No role that can be given",
        "Take officer, analyst, national_administrator or auditor; nothing stands for officer.",
    ),
    (
        lambda row, present: row.email.lower() in present.taken,
        "Somebody signs in with that address",
        "Leave the row out; give the officer another unit or role on their page.",
    ),
    (
        lambda row, present: row.email.lower() in present.invited,
        "Invited already",
        "Leave the row out; renew the invitation on the country's page.",
    ),
)
