"""Units and officers: moved, suspended, given another role, and left."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.audit.models import InboxEvent
from accounts.models import ApiToken, Officer, Role
from accounts.onboarding.errors import WrongState
from accounts.onboarding.services.invitations import (
    Newcomer,
    invite_first_administrator,
    invite_officer,
)
from accounts.onboarding.services.officers import (
    change_role,
    leave,
    make_unit,
    resume_officer,
    resume_unit,
    suspend_officer,
    suspend_unit,
    transfer_officer,
)
from accounts.policies import ROLE_PERMISSIONS, Permission
from accounts.queries import find_usable_token
from accounts.signing_in.services.helping import reset_sign_in
from icse.common.errors import AccessDenied
from tests.cast import Cast
from tests.factories.accounts import ApiTokenFactory, OfficerFactory, UnitFactory
from tests.roles import served

pytestmark = pytest.mark.django_db

Act = Callable[[Officer, Officer], None]


def _suspend(by: Officer, officer: Officer) -> None:
    suspend_officer(by=by, officer=officer)


def _leave(by: Officer, officer: Officer) -> None:
    leave(by=by, officer=officer)


def _promote(by: Officer, officer: Officer) -> None:
    change_role(by=by, officer=officer, role=Role.ANALYST)


def _transfer(by: Officer, officer: Officer) -> None:
    transfer_officer(by=by, officer=officer, unit=UnitFactory.create(country=officer.unit.country, name="B"))


ACTS = (_suspend, _leave, _promote, _transfer)


@pytest.mark.parametrize("act", ACTS)
def test_act_on_an_officer_ends_sessions_and_tokens_and_is_on_record(cast: Cast, act: Act) -> None:
    ApiTokenFactory.create(officer=cast.owner, text="mine")
    ApiTokenFactory.create(officer=cast.colleague, text="theirs")
    with served(cast.national_administrator):
        act(cast.national_administrator, cast.owner)

    cast.owner.refresh_from_db()
    cast.colleague.refresh_from_db()
    assert (cast.owner.sessions_epoch, cast.colleague.sessions_epoch) == (1, 0)
    assert find_usable_token("mine") is None
    assert find_usable_token("theirs") is not None
    (event,) = InboxEvent.objects.filter(objects_named__contains=[cast.owner.pk])
    assert (event.officer_id, event.right) == (cast.national_administrator.pk, "officer.manage")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("part", ["partner", "national_administrator"])
def test_no_act_on_oneself_or_another_country(cast: Cast, act: Act, part: str) -> None:
    with pytest.raises(AccessDenied):
        act(cast.national_administrator, getattr(cast, part))


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("part", ["colleague", "analyst", "auditor", "partner", "administrator"])
def test_no_act_by_anybody_else(cast: Cast, act: Act, part: str) -> None:
    with pytest.raises(AccessDenied):
        act(getattr(cast, part), cast.owner)


def test_national_administrator_makes_no_secretariat_administrator(cast: Cast) -> None:
    with pytest.raises(AccessDenied, match="console"):
        change_role(by=cast.national_administrator, officer=cast.owner, role=Role.SECRETARIAT_ADMINISTRATOR)


def test_national_administrator_of_the_secretariats_country_does_not_reach_it(cast: Cast) -> None:
    local: Officer = OfficerFactory.create(unit=cast.administrator.unit, role=Role.NATIONAL_ADMINISTRATOR)
    for act in ACTS:
        with pytest.raises(AccessDenied):
            act(local, cast.administrator)


def test_secretariat_suspends_a_national_administrator(cast: Cast) -> None:
    with served(cast.administrator):
        suspend_officer(by=cast.administrator, officer=cast.national_administrator)
        resume_officer(by=cast.administrator, officer=cast.national_administrator)
    with pytest.raises(AccessDenied):
        change_role(by=cast.administrator, officer=cast.national_administrator, role=Role.ANALYST)


def test_only_administrator_who_cannot_get_in_is_suspended_and_another_one_named(cast: Cast) -> None:
    """Nobody of the secretariat takes a factor away: they name somebody, who then helps at home."""
    only, country = cast.national_administrator, cast.owner.unit.country
    named: dict[str, Any] = {
        "by": cast.administrator,
        "country": country,
        "unit_name": "Central",
        "newcomer": Newcomer("second@police.example", "Second", Role.NATIONAL_ADMINISTRATOR),
    }
    with served(cast.administrator):
        with pytest.raises(AccessDenied):
            invite_first_administrator(**named)
        suspend_officer(by=cast.administrator, officer=only)
        issued = invite_first_administrator(**named)

    assert issued.invitation.role == Role.NATIONAL_ADMINISTRATOR
    with pytest.raises(AccessDenied):
        reset_sign_in(by=cast.administrator, officer=only)


def test_who_left_keeps_the_past_and_frees_the_address(cast: Cast) -> None:
    address = cast.owner.email
    with served(cast.national_administrator):
        leave(by=cast.national_administrator, officer=cast.owner)
        with pytest.raises(WrongState, match="has left"):
            resume_officer(by=cast.national_administrator, officer=cast.owner)
        invite_officer(
            by=cast.national_administrator, unit=cast.colleague.unit, newcomer=Newcomer(address, "Back Again")
        )

    cast.owner.refresh_from_db()
    assert (cast.owner.former_email, cast.owner.full_name) == (address, "Owner")
    assert not cast.owner.has_usable_password()


def test_suspended_officer_comes_back(cast: Cast) -> None:
    with served(cast.national_administrator):
        suspend_officer(by=cast.national_administrator, officer=cast.owner)
        with pytest.raises(WrongState):
            suspend_officer(by=cast.national_administrator, officer=cast.owner)
        resume_officer(by=cast.national_administrator, officer=cast.owner)

    cast.owner.refresh_from_db()
    assert cast.owner.is_active


def test_officer_moves_within_the_country_only(cast: Cast) -> None:
    with pytest.raises(AccessDenied, match="invited there"):
        transfer_officer(by=cast.national_administrator, officer=cast.owner, unit=cast.partner.unit)
    with pytest.raises(WrongState):
        transfer_officer(by=cast.national_administrator, officer=cast.owner, unit=cast.owner.unit)


def test_suspended_unit_takes_its_officers_along(cast: Cast) -> None:
    with served(cast.national_administrator):
        unit = make_unit(by=cast.national_administrator, country=cast.owner.unit.country, name="Field")
        transfer_officer(by=cast.national_administrator, officer=cast.owner, unit=unit)
        ApiTokenFactory.create(officer=cast.owner, text="mine")
        suspend_unit(by=cast.national_administrator, unit=unit)
        with pytest.raises(WrongState):
            suspend_unit(by=cast.national_administrator, unit=unit)
        assert not ApiToken.objects.usable().exists()
        resume_unit(by=cast.national_administrator, unit=unit)

    cast.owner.refresh_from_db()
    assert cast.owner.sessions_epoch == 2


@pytest.mark.parametrize("part", ["owner", "analyst", "auditor", "partner", "partner_analyst"])
def test_nobody_else_makes_suspends_or_resumes(cast: Cast, part: str) -> None:
    officer, unit = getattr(cast, part), cast.third.unit

    for act in (
        lambda: make_unit(by=officer, country=unit.country, name="Field"),
        lambda: suspend_unit(by=officer, unit=unit),
        lambda: resume_unit(by=officer, unit=unit),
        lambda: resume_officer(by=officer, officer=cast.third),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_nobody_suspends_the_unit_they_are_in(cast: Cast) -> None:
    with pytest.raises(AccessDenied, match="belong"):
        suspend_unit(by=cast.national_administrator, unit=cast.national_administrator.unit)


@pytest.mark.parametrize("role", [Role.NATIONAL_ADMINISTRATOR, Role.SECRETARIAT_ADMINISTRATOR, Role.AUDITOR])
def test_who_administers_has_no_right_to_media(role: Role) -> None:
    media = {Permission.MATERIAL_SEE, Permission.MATERIAL_SUBMIT, Permission.ORIGINAL_EXPORT}

    assert not ROLE_PERMISSIONS[role] & media


def test_national_administrator_cannot_come_in_as_secretariat_administrator(cast: Cast) -> None:
    """Resetting hands a one-time password out: it would be appointing by another way."""
    local: Officer = OfficerFactory.create(unit=cast.administrator.unit, role=Role.NATIONAL_ADMINISTRATOR)

    with pytest.raises(AccessDenied, match="console"):
        reset_sign_in(by=local, officer=cast.administrator)
