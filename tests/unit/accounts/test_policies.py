"""The table of rights, and the page that shows it."""

import pytest

from accounts.audit.policies import reads_country, reads_everything
from accounts.matrix import PERMISSION_WORDS, permission_matrix, rights_of
from accounts.models import Country, Officer, Role, Unit
from accounts.policies import (
    OPERATOR,
    ROLE_PERMISSIONS,
    Permission,
    check_can_give_role,
    check_can_manage_countries,
    check_can_manage_officers,
    check_can_manage_tokens,
    check_has_permission,
)
from accounts.tokens import digest_of, new_one_time_password, new_token
from icse.common.access import allows

HOME = Country(code="AA", name="Home", state="active")
ABROAD = Country(code="BB", name="Abroad", state="active")

# Every right of every role, written out: a change of the table is a change of this test.
TRUTH = {
    Role.OFFICER: {"material.see", "material.submit", "original.export", "topic.write"},
    Role.ANALYST: {
        "material.see",
        "material.submit",
        "original.export",
        "topic.write",
        "match.decide",
        "series.curate",
        "access.grant",
        "retention.decide",
    },
    Role.NATIONAL_ADMINISTRATOR: {"officer.manage", "officer.invite", "group.manage"},
    Role.SECRETARIAT_ADMINISTRATOR: {"country.manage", "country.approve", "officer.invite", "platform.watch"},
    Role.AUDITOR: {"audit.read"},
}


def _officer(role: Role = Role.OFFICER, *, is_active: bool = True) -> Officer:
    return Officer(
        unit=Unit(country=HOME, name="Unit"), role=role, is_active=is_active, full_name="Ida B. Nord"
    )


@pytest.mark.parametrize("role", Role)
def test_role_permissions_are_as_written(role: Role) -> None:
    assert {str(permission) for permission in ROLE_PERMISSIONS[role]} == TRUTH[role]


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_check_has_permission_follows_the_table(role: Role, permission: Permission) -> None:
    assert allows(check_has_permission, _officer(role), permission) is (permission in TRUTH[role])


@pytest.mark.parametrize("permission", Permission)
def test_check_has_permission_out_of_service_is_none(permission: Permission) -> None:
    assert not any(allows(check_has_permission, _officer(role, is_active=False), permission) for role in Role)


@pytest.mark.parametrize("role", Role)
def test_check_can_manage_countries_is_the_secretariats(role: Role) -> None:
    is_secretariat = role == Role.SECRETARIAT_ADMINISTRATOR

    assert allows(check_can_manage_countries, _officer(role)) is is_secretariat


@pytest.mark.parametrize(("country", "expected"), [(HOME, True), (ABROAD, False)], ids=["home", "abroad"])
@pytest.mark.parametrize("role", Role)
def test_check_can_manage_officers_is_the_countrys_own(
    role: Role, country: Country, *, expected: bool
) -> None:
    is_allowed = expected and role == Role.NATIONAL_ADMINISTRATOR

    assert allows(check_can_manage_officers, _officer(role), country) is is_allowed


@pytest.mark.parametrize("role", Role)
def test_check_can_give_role_all_but_the_secretariat(role: Role) -> None:
    giver = _officer(Role.NATIONAL_ADMINISTRATOR)

    assert allows(check_can_give_role, giver, role) is (role != Role.SECRETARIAT_ADMINISTRATOR)


def test_check_can_manage_tokens_own_ones_alone() -> None:
    officer = _officer()

    assert allows(check_can_manage_tokens, officer, officer)
    assert not allows(check_can_manage_tokens, officer, _officer())


def test_operator_is_bound_by_no_rule() -> None:
    assert allows(check_can_manage_countries, OPERATOR)
    assert allows(check_can_manage_officers, OPERATOR, ABROAD)
    assert allows(check_can_give_role, OPERATOR, Role.SECRETARIAT_ADMINISTRATOR)
    assert allows(check_can_manage_tokens, OPERATOR, _officer())


def test_permission_matrix_has_words_for_every_right() -> None:
    assert set(PERMISSION_WORDS) == set(Permission)
    assert all(len(row.cells) == len(Role) for row in permission_matrix())


def test_permission_matrix_shows_the_table() -> None:
    analyst = list(Role).index(Role.ANALYST)

    shown = {row.words for row in permission_matrix() if row.cells[analyst]}

    assert shown == set(rights_of(_officer(Role.ANALYST)))
    assert len(shown) == len(TRUTH[Role.ANALYST])


def test_initials_are_of_the_first_and_the_last_name() -> None:
    assert _officer().initials == "IN"
    assert Officer(full_name="Cher").initials == "C"


def test_tokens_and_passwords_are_new_every_time() -> None:
    assert new_token() != new_token()
    assert new_one_time_password() != new_one_time_password()


def test_digest_of_is_sha256() -> None:
    # FIPS 180-2, appendix B.1
    assert digest_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("role", Role)
def test_log_is_read_by_auditors_and_of_their_country_by_its_administrators(role: Role) -> None:
    assert reads_everything(_officer(role)) is (role == Role.AUDITOR)
    assert reads_country(_officer(role)) is (role == Role.NATIONAL_ADMINISTRATOR)


@pytest.mark.parametrize("role", Role)
def test_log_is_closed_to_whoever_is_out_of_service(role: Role) -> None:
    assert not reads_everything(_officer(role, is_active=False))
    assert not reads_country(_officer(role, is_active=False))
