"""The pages of administrators, and the one by which newcomers come in."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Country, Officer, Role, Unit
from accounts.onboarding.models import Agreement, Invitation
from tests.addresses import all_addresses
from tests.cast import Cast
from tests.factories.accounts import PASSWORD, OfficerFactory
from tests.factories.evidence import submitted
from tests.factories.onboarding import invited_country, waiting_invitation
from tests.world import World

pytestmark = pytest.mark.django_db

INVITED = {
    "kind": "country",
    "code": "dk",
    "name": "Denmark",
    "contact_name": "Kim Contact",
    "contact_email": "kim@police.example",
}


def _as(officer: Officer) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def _code_in(page: str) -> str:
    found = re.search(r"data-link>[^<]*/join/#([^<]+)<", page)
    assert found
    return found[1]


def test_country_is_brought_in_by_the_pages_alone(cast: Cast, client: Client) -> None:
    other = OfficerFactory.create(unit=cast.administrator.unit, role=Role.SECRETARIAT_ADMINISTRATOR)
    first, second = _as(cast.administrator), _as(other)
    first.post(reverse("countries"), INVITED)
    denmark = Country.objects.get(code="DK")
    step = reverse("step_country", args=[denmark.pk])

    first.post(step, {"act": "confirm", "note": "called"})
    first.post(
        reverse("receive_agreement", args=[denmark.pk]),
        {"name": "Agreement", "signed_on": "2026-05-01", "reference": "A-7"},
    )
    issued = first.post(
        reverse("name_administrator", args=[denmark.pk]),
        {"full_name": "Hanne Head", "email": "hanne@police.example", "unit_name": "Central"},
    )
    assert first.post(step, {"act": "approve"}).status_code == 403
    second.post(step, {"act": "approve"})
    second.post(step, {"act": "activate"})
    denmark.refresh_from_db()
    assert denmark.state == "active"

    code = _code_in(issued.content.decode())
    told = {"code": code, "full_name": "Hanne Head", "new": PASSWORD, "again": PASSWORD}
    assert client.post(reverse("join"), told)["Location"] == reverse("sign_in")
    assert client.login(username="hanne@police.example", password=PASSWORD)
    assert client.get(reverse("countries"))["Location"] == reverse("country", args=[denmark.pk])


def test_step_without_a_reason_is_not_taken(cast: Cast) -> None:
    country = invited_country(cast.administrator)

    page = _as(cast.administrator).post(reverse("step_country", args=[country.pk]), {"act": "confirm"})

    assert "Say in a few words" in page.content.decode()
    country.refresh_from_db()
    assert country.state == "invited"


@pytest.mark.parametrize("sha256", ["ab", "x" * 64, ""])
def test_agreement_that_cannot_be_found_again_is_not_entered(cast: Cast, sha256: str) -> None:
    country = invited_country(cast.administrator)
    told = {"name": "Agreement", "signed_on": "2026-05-01", "sha256": sha256}

    page = _as(cast.administrator).post(reverse("receive_agreement", args=[country.pk]), told)

    assert page.status_code == 200
    assert not Agreement.objects.exists()


def test_taken_code_is_told_beside_the_field(cast: Cast) -> None:
    page = _as(cast.administrator).post(reverse("countries"), {**INVITED, "code": "AA"}).content.decode()

    assert "There is a country AA" in page


def test_countries_are_narrowed_by_word_and_state(cast: Cast) -> None:
    invited_country(cast.administrator, name="Denmark")
    client = _as(cast.administrator)

    assert "Denmark" in client.get(reverse("countries"), {"state": "invited"}).content.decode()
    assert "Country AA" not in client.get(reverse("countries"), {"state": "invited"}).content.decode()
    assert "No country fits" in client.get(reverse("countries"), {"words": "zzz"}).content.decode()


def test_link_is_shown_once(cast: Cast) -> None:
    client = _as(cast.national_administrator)
    told = {
        "full_name": "Nora Newcomer",
        "email": "nora@police.example",
        "unit": str(cast.owner.unit_id),
        "role": "analyst",
    }

    code = _code_in(client.post(reverse("invite_officer"), told).content.decode())

    country = client.get(reverse("country", args=[cast.owner.unit.country_id])).content.decode()
    assert "Nora Newcomer" in country
    assert code not in country
    renewed = client.post(reverse("renew_invitation", args=[Invitation.objects.get().pk]))
    assert _code_in(renewed.content.decode()) != code
    client.post(reverse("revoke_invitation", args=[Invitation.objects.get().pk]))
    assert Invitation.objects.get().revoked_at is not None


def test_officer_of_a_foreign_unit_cannot_be_invited(cast: Cast) -> None:
    told = {
        "full_name": "Nora",
        "email": "nora@police.example",
        "unit": str(cast.partner.unit_id),
        "role": "analyst",
    }

    answer = _as(cast.national_administrator).post(reverse("invite_officer"), told)

    assert "Select a valid choice" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_join_asks_for_name_and_password_and_says_where(cast: Cast, client: Client) -> None:
    waiting_invitation(cast.national_administrator, cast.owner.unit)

    assert "Code of your invitation" in client.get(reverse("join")).content.decode()
    page = client.post(reverse("join"), {"code": "the code"}).content.decode()
    assert "Nora Newcomer" in page
    assert cast.owner.unit.country.name in page
    told = {"code": "the code", "full_name": "Nora", "new": "short", "again": "short"}
    assert "too short" in client.post(reverse("join"), told).content.decode()
    told = {"code": "the code", "full_name": "Nora", "new": PASSWORD, "again": "another"}
    assert "differ" in client.post(reverse("join"), told).content.decode()


def test_every_code_that_opens_nothing_gets_one_answer(cast: Cast, client: Client) -> None:
    past = timezone.now() - timedelta(minutes=1)
    waiting_invitation(cast.national_administrator, cast.owner.unit, code="expired", expires_at=past)
    waiting_invitation(
        cast.national_administrator,
        cast.owner.unit,
        code="revoked",
        revoked_at=past,
        email="b@police.example",
    )
    answers = [client.post(reverse("join"), {"code": code}) for code in ("expired", "revoked", "unknown")]

    assert {answer.status_code for answer in answers} == {400}
    assert len({re.sub(r"\b[A-Za-z0-9]{64}\b", "", answer.content.decode()) for answer in answers}) == 1


def test_officers_are_listed_and_narrowed(cast: Cast) -> None:
    client = _as(cast.national_administrator)

    everybody = client.get(reverse("officers")).content.decode()
    assert cast.colleague.email in everybody
    assert cast.partner.email not in everybody
    analysts = client.get(reverse("officers"), {"role": "analyst"}).content.decode()
    assert cast.analyst.email in analysts
    assert cast.colleague.email not in analysts
    assert "Nobody fits" in client.get(reverse("officers"), {"state": "left"}).content.decode()
    foreign = {"country": str(cast.partner.unit.country_id)}
    assert "Nobody fits" in client.get(reverse("officers"), foreign).content.decode()
    senseless = client.get(reverse("officers"), {"country": "x", "state": "x"})
    assert cast.colleague.email in senseless.content.decode()


def test_officer_is_moved_promoted_suspended_and_gone_by_the_pages(cast: Cast) -> None:
    client, officer = _as(cast.national_administrator), cast.owner
    client.post(reverse("make_unit", args=[officer.unit.country_id]), {"name": "Field"})
    unit = Unit.objects.get(name="Field")
    for name, told in (
        ("transfer_officer", {"unit": str(unit.pk)}),
        ("change_role", {"role": "analyst"}),
        ("officer_service", {"act": "suspend"}),
    ):
        client.post(reverse(name, args=[officer.pk]), told)
    officer.refresh_from_db()
    assert (officer.unit, officer.role, officer.is_active) == (unit, "analyst", False)
    assert "Suspended" in client.get(reverse("officer", args=[officer.pk])).content.decode()

    client.post(reverse("officer_service", args=[officer.pk]), {"act": "resume"})
    client.post(reverse("officer_service", args=[officer.pk]), {"act": "leave"})
    page = client.get(reverse("officer", args=[officer.pk])).content.decode()
    assert "Left" in page
    assert "Let them leave" not in page


def test_unit_is_suspended_and_resumed_by_the_pages(cast: Cast) -> None:
    unit = Unit.objects.create(country=cast.owner.unit.country, name="Field")
    client = _as(cast.national_administrator)

    for act, is_active in (("suspend", False), ("resume", True)):
        client.post(reverse("unit_service", args=[unit.pk]), {"act": act})
        unit.refresh_from_db()
        assert unit.is_active is is_active


def test_administrator_of_another_country_meets_nothing(cast: Cast, world: World) -> None:
    stranger = OfficerFactory.create(unit=cast.partner.unit, role=Role.NATIONAL_ADMINISTRATOR)
    client = _as(stranger)
    wrong = {}
    for address in all_addresses():
        if address.is_office and address.parameters:
            statuses = {
                client.get(world.path(address)).status_code,
                client.post(world.path(address)).status_code,
            }
            if not statuses <= {404, 405}:
                wrong[address.route] = statuses

    assert wrong == {}


def test_activity_is_noted_once_a_minute(cast: Cast) -> None:
    client = _as(cast.owner)
    client.get(reverse("account"))
    first = Officer.objects.get(pk=cast.owner.pk).last_active_at
    client.get(reverse("account"))
    assert first is not None
    assert Officer.objects.get(pk=cast.owner.pk).last_active_at == first

    Officer.objects.filter(pk=cast.owner.pk).update(last_active_at=first - timedelta(minutes=2))
    client.get(reverse("account"))
    assert Officer.objects.filter(pk=cast.owner.pk, last_active_at__gte=first).exists()


def test_secretariat_sees_officers_but_no_material(cast: Cast) -> None:
    shared = submitted(cast.owner, sharing="members", file_name="shared-with-all.jpg")
    client = _as(cast.administrator)

    for page in (reverse("countries"), reverse("officers"), reverse("officer", args=[cast.owner.pk])):
        assert "shared-with-all.jpg" not in client.get(page).content.decode()
    assert client.get(reverse("material", args=[shared.pk])).status_code == 404


@pytest.mark.parametrize("name", ["countries", "officers"])
def test_lists_ask_the_database_as_often_for_many_as_for_few(
    cast: Cast, name: str, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        OfficerFactory.create(unit__country__code=f"QA{number}")
    client = _as(cast.administrator)
    client.get(reverse(name))

    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get(reverse(name))
