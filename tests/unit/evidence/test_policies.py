"""Who may hand in, share, try again and grant, by role, country and token; each rule by itself."""

from collections.abc import Callable
from typing import Final

import pytest

from accounts.models import Country, Officer, Role, Unit
from accounts.policies import Permission
from evidence.models import Submission
from evidence.policies import (
    check_can_grant_submission,
    check_can_retry_submission,
    check_can_share_submission,
    check_can_submit_material,
)
from icse.common.access import allows

HOME: Final = Country(code="AA", name="Home", state="active")
ABROAD: Final = Country(code="BB", name="Abroad", state="active")
HANDS_IN: Final = {Role.OFFICER, Role.ANALYST}

Check = Callable[[Officer, Submission], None]


def _officer(role: Role = Role.OFFICER, country: Country = HOME) -> Officer:
    return Officer(unit=Unit(country=country, name="Unit"), role=role, is_active=True)


def _submission(officer: Officer) -> Submission:
    return Submission(officer=officer, unit=officer.unit, country=officer.unit.country)


def _of_token(officer: Officer, *permissions: Permission) -> Officer:
    officer.token_permissions = frozenset(str(each) for each in permissions)
    return officer


@pytest.mark.parametrize("role", Role)
def test_those_hand_in_whose_role_does(role: Role) -> None:
    assert allows(check_can_submit_material, _officer(role)) is (role in HANDS_IN)


@pytest.mark.parametrize("check", [check_can_share_submission, check_can_retry_submission])
@pytest.mark.parametrize("role", Role)
def test_those_who_hand_in_share_and_retry_what_their_country_did(check: Check, role: Role) -> None:
    own, foreign = _submission(_officer()), _submission(_officer(country=ABROAD))

    assert allows(check, _officer(role), own) is (role in HANDS_IN)
    assert not allows(check, _officer(role), foreign)


@pytest.mark.parametrize("check", [check_can_share_submission, check_can_retry_submission])
def test_token_that_only_reads_neither_shares_nor_retries(check: Check) -> None:
    own = _submission(_officer())

    assert not allows(check, _of_token(_officer(), Permission.MATERIAL_SEE), own)
    assert allows(check, _of_token(_officer(), Permission.MATERIAL_SUBMIT), own)


@pytest.mark.parametrize("role", Role)
def test_analyst_of_the_country_grants_and_nobody_else_of_it(role: Role) -> None:
    own = _submission(_officer())

    assert allows(check_can_grant_submission, _officer(role), own) is (role == Role.ANALYST)


def test_officer_grants_what_they_handed_in_unless_their_token_only_reads() -> None:
    officer = _officer()
    own = _submission(officer)

    assert allows(check_can_grant_submission, officer, own)
    assert not allows(check_can_grant_submission, _of_token(officer, Permission.MATERIAL_SEE), own)


@pytest.mark.parametrize("role", Role)
def test_nobody_grants_what_another_country_handed_in(role: Role) -> None:
    foreign = _submission(_officer(country=ABROAD))

    assert not allows(check_can_grant_submission, _officer(role), foreign)
