"""Countries, officers, passwords and tokens as services make them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ApiToken, Officer, Role, Scope
from accounts.policies import OPERATOR
from accounts.queries import find_usable_token, list_tokens, scopes_of
from accounts.services import (
    WeakPassword,
    WrongPassword,
    change_password,
    create_country,
    create_officer,
    create_unit,
    issue_token,
    note_token_use,
    revoke_token,
)
from icse.common.errors import AccessDenied, Conflict
from tests.cast import Cast
from tests.factories.accounts import PASSWORD, ApiTokenFactory, CountryFactory, OfficerFactory, UnitFactory

pytestmark = pytest.mark.django_db


def test_create_country_makes_its_scopes(cast: Cast) -> None:
    country = create_country(by=cast.administrator, code="dk", name="Denmark")

    assert country.code == "DK"
    kinds = set(Scope.objects.filter(country=country).values_list("kind", flat=True))
    assert kinds == {Scope.Kind.COUNTRY, Scope.Kind.DEFAULT}


def test_create_country_taken_code_is_a_conflict() -> None:
    create_country(by=OPERATOR, code="DK", name="Denmark")

    with pytest.raises(Conflict):
        create_country(by=OPERATOR, code="DK", name="Danmark")


def test_create_country_malformed_code_is_a_conflict() -> None:
    with pytest.raises(Conflict):
        create_country(by=OPERATOR, code="D K", name="Denmark")


@pytest.mark.parametrize("part", ["owner", "analyst", "national_administrator", "auditor"])
def test_create_country_denied_to_a_national_role(cast: Cast, part: str) -> None:
    with pytest.raises(AccessDenied):
        create_country(by=getattr(cast, part), code="DK", name="Denmark")


def test_create_unit_twice_is_a_conflict(cast: Cast) -> None:
    country = cast.owner.unit.country
    create_unit(by=cast.national_administrator, country=country, name="North")

    with pytest.raises(Conflict):
        create_unit(by=cast.national_administrator, country=country, name="North")


def test_create_unit_denied_in_another_country(cast: Cast) -> None:
    with pytest.raises(AccessDenied):
        create_unit(by=cast.national_administrator, country=cast.partner.unit.country, name="North")


def test_create_officer_has_to_choose_a_password() -> None:
    made = create_officer(
        by=OPERATOR, unit=UnitFactory.create(), email="New.Person@Police.Example", full_name="New Person"
    )

    made.officer.refresh_from_db()
    assert made.officer.email == "new.person@police.example"
    assert made.officer.must_change_password
    assert made.officer.check_password(made.one_time_password)


def test_create_officer_taken_address_is_a_conflict(cast: Cast) -> None:
    with pytest.raises(Conflict):
        create_officer(by=OPERATOR, unit=cast.owner.unit, email=cast.owner.email, full_name="Twin")


def test_create_officer_denied_in_another_country(cast: Cast) -> None:
    with pytest.raises(AccessDenied):
        create_officer(
            by=cast.national_administrator, unit=cast.partner.unit, email="a@b.example", full_name="Spy"
        )


def test_create_officer_country_cannot_appoint_the_secretariat(cast: Cast) -> None:
    with pytest.raises(AccessDenied):
        create_officer(
            by=cast.national_administrator,
            unit=cast.owner.unit,
            email="a@b.example",
            full_name="Climber",
            role=Role.SECRETARIAT_ADMINISTRATOR,
        )


def test_change_password_ends_the_one_time_password() -> None:
    officer = OfficerFactory.create(must_change_password=True)

    change_password(by=officer, present=PASSWORD, new="a-harbour-without-ships")

    stored = Officer.objects.get(pk=officer.pk)
    assert not stored.must_change_password
    assert stored.check_password("a-harbour-without-ships")


def test_change_password_wrong_present_one_is_refused(cast: Cast) -> None:
    with pytest.raises(WrongPassword):
        change_password(by=cast.owner, present="something else", new="a-harbour-without-ships")


@pytest.mark.parametrize("weak", [PASSWORD, "short", "password1234"], ids=["present", "short", "common"])
def test_change_password_weak_one_is_refused(cast: Cast, weak: str) -> None:
    with pytest.raises(WeakPassword) as refusal:
        change_password(by=cast.owner, present=PASSWORD, new=weak)

    assert refusal.value.messages


def test_issue_token_stores_its_digest_alone(cast: Cast) -> None:
    text = issue_token(by=cast.owner, officer=cast.owner)

    stored = ApiToken.objects.get()
    assert text not in str(vars(stored))
    found = find_usable_token(text)
    assert found is not None
    assert found.officer == cast.owner


def test_issue_token_denied_for_somebody_else(cast: Cast) -> None:
    with pytest.raises(AccessDenied):
        issue_token(by=cast.colleague, officer=cast.owner)


def test_revoke_token_ends_it(cast: Cast) -> None:
    text = issue_token(by=cast.owner, officer=cast.owner)

    revoke_token(by=cast.owner, token=ApiToken.objects.get())

    assert find_usable_token(text) is None
    assert list_tokens(cast.owner) == []


def test_revoke_token_denied_to_a_colleague(cast: Cast) -> None:
    issue_token(by=cast.owner, officer=cast.owner)

    with pytest.raises(AccessDenied):
        revoke_token(by=cast.colleague, token=ApiToken.objects.get())


def test_find_usable_token_of_a_suspended_country_is_none() -> None:
    unit = UnitFactory.create(country=CountryFactory.create(state="suspended"))
    token = ApiTokenFactory.create(officer=OfficerFactory.create(unit=unit), digest="0" * 64)

    assert not ApiToken.objects.usable().filter(pk=token.pk).exists()


@pytest.mark.parametrize(
    ("ago", "is_written"), [(timedelta(seconds=30), False), (timedelta(minutes=2), True)]
)
def test_note_token_use_writes_once_a_minute(ago: timedelta, is_written: bool) -> None:  # noqa: FBT001
    before = timezone.now() - ago
    token = ApiTokenFactory.create(last_used_at=before)

    note_token_use(token=token)

    token.refresh_from_db()
    assert (token.last_used_at != before) is is_written


def test_scopes_of_a_suspended_country_are_none(cast: Cast) -> None:
    country = cast.owner.unit.country
    country.state = "suspended"
    country.save()

    assert scopes_of(Officer.objects.get(pk=cast.owner.pk)) == ()


def test_scopes_of_partners_share_the_members_scope_alone(cast: Cast) -> None:
    shared = set(scopes_of(cast.owner)) & set(scopes_of(cast.partner))

    assert {scope.kind for scope in Scope.objects.filter(pk__in=shared)} == {Scope.Kind.MEMBERS}


@pytest.mark.parametrize("part", ["administrator", "auditor", "national_administrator"])
def test_scopes_of_a_role_without_media_are_none(cast: Cast, part: str) -> None:
    assert scopes_of(getattr(cast, part)) == ()
