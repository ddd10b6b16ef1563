"""The API of who sees a thing, of what can be named when sharing, and of related holdings."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.grants.models import Grant
from accounts.models import Officer, Sharing
from series.hits.models import Contact, Hit
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.series import SeriesFactory
from tests.factories.sharing import grouped

pytestmark = pytest.mark.django_db


def client_of(officer: Officer) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def told(officer: Officer, name: str, *args: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client_of(officer).get(reverse(name, args=args)).json()
    return answer


def sent(officer: Officer, name: str, *args: Any, **body: Any) -> Any:
    return client_of(officer).post(reverse(name, args=args), body, content_type="application/json")


def terms(officer: Officer, **more: Any) -> dict[str, Any]:
    ends = (timezone.now() + timedelta(days=7)).isoformat()
    return {"named": officer.email, "reason": "joint case", "expires_at": ends} | more


def test_owner_reads_reasons_audience_and_grants_and_a_holder_the_reasons_alone(cast: Cast) -> None:
    material = submitted(cast.owner)
    given = sent(cast.analyst, "api_material_access", material.pk, **terms(cast.partner))
    own, others = (told(each, "api_material_access", material.pk) for each in (cast.owner, cast.partner))

    assert given.status_code == 201
    assert own["because"][0]["reasons"] == ["Your country handed it in."]
    assert own["seen_by"] == [
        {"words": f"Officers and analysts of {cast.owner.unit.country.name}", "countries": 1}
    ]
    assert [each["officer"] for each in own["grants"]] == [cast.partner.email]
    assert "granted it to you" in others["because"][0]["reasons"][0]
    assert (others["seen_by"], others["grants"]) == ([], [])


def test_grant_of_a_material_ends(cast: Cast) -> None:
    material = submitted(cast.owner)
    given = sent(cast.analyst, "api_material_access", material.pk, **terms(cast.partner)).json()
    address = reverse("api_material_grant", args=[material.pk, given["id"]])

    assert client_of(cast.analyst).delete(address).status_code == 204
    assert client_of(cast.partner).get(reverse("api_material", args=[material.pk])).status_code == 404


def test_series_is_opened_to_a_unit_and_closed_again(cast: Cast) -> None:
    series = SeriesFactory.create(created_by=cast.analyst)
    given = sent(cast.analyst, "api_series_access", series.pk, **terms(cast.partner, whole_unit=True))
    seen = told(cast.partner, "api_series_access", series.pk)
    address = reverse("api_series_grant", args=[series.pk, given.json()["id"]])
    ended = client_of(cast.analyst).delete(address)

    assert given.json()["unit"] == cast.partner.unit.name
    assert seen["because"][0]["about"] == f"The series {series.name}"
    assert ended.status_code == 204
    assert Grant.objects.get().ended_at is not None


@pytest.mark.parametrize("missing", ["named", "reason", "expires_at"])
def test_grant_without_all_of_its_terms_is_refused_by_name(cast: Cast, missing: str) -> None:
    material, body = submitted(cast.owner), terms(cast.partner)
    del body[missing]
    answer = sent(cast.analyst, "api_material_access", material.pk, **body)

    assert answer.status_code == 400
    assert missing in answer.content.decode()
    assert not Grant.objects.exists()


def test_program_learns_what_it_can_name_when_it_shares(cast: Cast) -> None:
    group = grouped(cast.owner, cast.partner)
    choices = told(cast.owner, "api_sharing")

    assert choices["default"] == Sharing.NATIONAL
    assert [each["id"] for each in choices["groups"]] == [str(group.pk)]
    assert {each["country"] for each in choices["groups"][0]["members"]} == {"AA", "BB"}
    assert str(cast.owner.unit_id) in [each["id"] for each in choices["units"]]
    assert str(cast.partner.unit_id) not in [each["id"] for each in choices["units"]]


def test_contact_is_asked_for_and_agreed_to(cast: Cast) -> None:
    hit, contact = _hit(cast)
    asked = sent(cast.analyst, "api_ask_for_contact", hit.pk)
    before = told(cast.partner, "api_hits")["asked"][0]
    agreed = sent(_analyst_of(cast.partner), "api_answer_contact", contact.pk, answer="agree")
    (line,) = told(cast.owner, "api_hits")["hits"]

    assert (asked.status_code, agreed.status_code) == (204, 204)
    assert before["asker_country"] is None
    assert [each["country"] for each in line["contacts"]] == ["BB"]


@pytest.mark.parametrize("body", [{}, {"answer": "perhaps"}])
def test_contact_is_answered_by_a_clear_word_alone(cast: Cast, body: dict[str, str]) -> None:
    hit, contact = _hit(cast)
    sent(cast.analyst, "api_ask_for_contact", hit.pk)

    assert sent(_analyst_of(cast.partner), "api_answer_contact", contact.pk, **body).status_code == 400
    contact.refresh_from_db()
    assert (contact.agreed_at, contact.declined_at) == (None, None)


def _hit(cast: Cast) -> tuple[Hit, Contact]:
    """Return a hit of the owner's country, and the contact of the partner's who holds what is related."""
    own, other = (submitted(each).submissions.get() for each in (cast.owner, cast.partner))
    hit = Hit.objects.create(submission=own, country=own.country, unit=own.unit)
    contact = Contact.objects.create(hit=hit, submission=other, country=other.country, unit=other.unit)
    return hit, contact


def _analyst_of(officer: Officer) -> Officer:
    officer.role = "analyst"
    officer.save()
    return officer
