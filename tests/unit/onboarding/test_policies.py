"""Who may invite and suspend, by role, country and token; each rule by itself."""

from typing import Final

import pytest

from accounts.models import Country, Officer, Role, Unit
from accounts.onboarding.policies import check_can_invite_officer, check_can_suspend_officer
from accounts.policies import Permission
from icse.common.access import allows

HOME: Final = Country(code="AA", name="Home", state="active")
ABROAD: Final = Country(code="BB", name="Abroad", state="active")


def _officer(role: Role = Role.OFFICER, country: Country = HOME) -> Officer:
    return Officer(unit=Unit(country=country, name="Unit"), role=role, is_active=True)


def _invites(by: Officer, role: Role = Role.OFFICER) -> bool:
    return allows(check_can_invite_officer, by, HOME, role, has_administrator=False)


@pytest.mark.parametrize("role", Role)
def test_officers_are_invited_by_their_administrator(role: Role) -> None:
    assert _invites(_officer(role)) is (role == Role.NATIONAL_ADMINISTRATOR)
    assert not _invites(_officer(role, ABROAD))


def test_token_that_does_not_carry_the_right_invites_nobody() -> None:
    administrator = _officer(Role.NATIONAL_ADMINISTRATOR)
    administrator.token_permissions = frozenset({str(Permission.OFFICER_MANAGE)})

    assert not _invites(administrator)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("country", [HOME, ABROAD], ids=["own", "foreign"])
def test_administrator_is_suspended_by_a_colleague_or_the_secretariat(role: Role, country: Country) -> None:
    is_colleague = role == Role.NATIONAL_ADMINISTRATOR and country is HOME
    suspends = allows(
        check_can_suspend_officer, _officer(role, country), _officer(Role.NATIONAL_ADMINISTRATOR)
    )

    assert suspends is (is_colleague or role == Role.SECRETARIAT_ADMINISTRATOR)


@pytest.mark.parametrize("role", Role)
def test_officer_is_suspended_by_their_administrator_alone(role: Role) -> None:
    assert allows(check_can_suspend_officer, _officer(role), _officer()) is (
        role == Role.NATIONAL_ADMINISTRATOR
    )
    assert not allows(check_can_suspend_officer, _officer(role, ABROAD), _officer())
