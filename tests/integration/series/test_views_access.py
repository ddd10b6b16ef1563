"""The pages about who sees a material or a series."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import InboxEvent
from accounts.models import Officer
from accounts.queries import audience_for
from evidence.models import Material
from tests.cast import Cast
from tests.factories.evidence import SubmissionFactory, submitted
from tests.factories.media_analysis import connect
from tests.factories.series import SeriesFactory, SeriesMaterialFactory

pytestmark = pytest.mark.django_db


def _signed_in(officer: Officer) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def _asked(cast: Cast, **changed: str) -> dict[str, str]:
    until = (timezone.now() + timedelta(days=7)).date().isoformat()
    return {"named": cast.partner.email, "reason": "Same wallpaper", "until": until} | changed


def _share(cast: Cast, material: Material, **changed: str) -> Any:
    address = reverse("material_access", args=[material.pk])
    return _signed_in(cast.owner).post(address, _asked(cast, **changed))


def _page(officer: Officer, name: str, *args: object, **asked: str) -> str:
    return _signed_in(officer).get(reverse(name, args=args), asked).content.decode()


def test_material_is_shared_from_its_page_and_says_why(cast: Cast) -> None:
    material = submitted(cast.owner)
    answer = _share(cast, material)
    why = _page(cast.partner, "material", material.pk)

    assert answer.status_code == 302
    assert f"{cast.owner.unit.country.name} granted it to you until" in why
    assert "Same wallpaper" in why
    assert "Your country handed it in." not in why


def test_owner_reads_who_sees_it_and_the_holder_does_not(cast: Cast) -> None:
    material = submitted(cast.owner, sharing="members")
    _share(cast, material)
    owner, holder = (_page(each, "material_access", material.pk) for each in (cast.colleague, cast.partner))

    assert all(words in owner for words in ("All members", cast.partner.full_name, "4 countries"))
    assert "Who sees it" not in holder
    assert "Granted to" not in holder


def test_grant_ends_by_its_button(cast: Cast) -> None:
    material = submitted(cast.owner)
    _share(cast, material)
    grant = material.submissions.get().officer_grants.get().grant
    address = reverse("end_access_to_material", args=[material.pk, grant.pk])

    assert _signed_in(cast.colleague).post(address).status_code == 403
    assert _signed_in(cast.partner).post(address).status_code == 404
    assert _signed_in(cast.owner).post(address).status_code == 302
    assert _signed_in(cast.partner).get(reverse("material", args=[material.pk])).status_code == 404


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"named": "nobody@bb.example"}, "No officer who may see material"),
        ({"until": "2020-01-01"}, "A grant runs out on a day after today"),
        ({"reason": ""}, "This field is required"),
    ],
)
def test_form_names_what_is_wrong(cast: Cast, changed: dict[str, str], told: str) -> None:
    answer = _share(cast, submitted(cast.owner), **changed)

    assert answer.status_code == 200
    assert told in answer.content.decode()


def test_address_that_nobody_has_is_on_record(cast: Cast) -> None:
    _share(cast, submitted(cast.owner), named="nobody@bb.example")
    event = InboxEvent.objects.get(act="grant.refused")

    assert event.officer_id == cast.owner.pk
    assert "nobody" not in str(event.detail)


def test_series_is_shared_from_its_page(cast: Cast) -> None:
    series = SeriesFactory.create(created_by=cast.analyst)
    address = reverse("series_access", args=[series.pk])
    answer = _signed_in(cast.analyst).post(address, _asked(cast, whole_unit="on"))

    assert answer.status_code == 302
    assert "granted it to your unit" in _page(cast.partner_analyst, "series_access", series.pk)
    assert _signed_in(cast.colleague).post(address, _asked(cast)).status_code == 403


def test_preview_of_a_material_shows_what_the_sharing_would_open(cast: Cast) -> None:
    material = submitted(cast.owner, file_name="window.jpg", case_reference="AA-7")
    country = str(cast.partner.unit.country_id)
    shut = _page(cast.owner, "material_access", material.pk, seen_by=country, sharing="national")
    opened = _page(cast.owner, "material_access", material.pk, seen_by=country, sharing="members")

    assert "They would not see this material" in shut
    assert "Nothing has been shared." in opened
    assert "AA-7" in opened.split('id="eyes-title"')[1]
    assert _signed_in(cast.partner).get(reverse("material", args=[material.pk])).status_code == 404


def test_preview_hides_what_a_third_country_shares_with_the_asker_alone(cast: Cast) -> None:
    material = submitted(cast.owner)
    third = SubmissionFactory(officer=cast.third, material=material, file_name="third.jpg")
    third.audience = [*third.audience, *audience_for("national", cast.owner.unit.country)]
    third.save()
    page = _page(
        cast.owner,
        "material_access",
        material.pk,
        seen_by=str(cast.partner.unit.country_id),
        sharing="members",
    )

    assert "third.jpg" not in page.split('id="eyes-title"')[1]
    assert "1 submission that you see would stay hidden" in page


def test_preview_of_a_series_counts_what_stays_hidden(cast: Cast) -> None:
    series = SeriesFactory.create(created_by=cast.analyst)
    for material in (submitted(cast.owner), submitted(cast.owner, sharing="members", file_name="open.jpg")):
        SeriesMaterialFactory.create(series=series, material=material)
    page = _page(
        cast.analyst,
        "series_access",
        series.pk,
        seen_by=str(cast.third.unit.country_id),
        sharing="members",
    )

    assert "open.jpg" in page.split('id="eyes-title"')[1]
    assert "1 material that you see in it would stay hidden" in page


def test_preview_is_not_for_other_countries(cast: Cast) -> None:
    material = submitted(cast.owner, sharing="members")
    page = _page(
        cast.partner,
        "material_access",
        material.pk,
        seen_by=str(cast.third.unit.country_id),
        sharing="members",
    )

    assert "eyes-title" not in page
    assert "shares it with all members." in page


def test_match_says_why_both_sides_are_seen(cast: Cast) -> None:
    own = submitted(cast.partner, file_name="own.jpg")
    shared = submitted(cast.owner, sharing="members", file_name="shared.jpg")
    page = _page(cast.partner, "match", connect(own, shared).pk)
    why = page.split('id="why-title"')[1]

    assert "Your country handed it in." in why
    assert f"{cast.owner.unit.country.name} shares it with all members." in why


def test_nobody_grants_without_a_recent_proof(cast: Cast) -> None:
    material = submitted(cast.owner)
    client = _signed_in(cast.owner)
    session = client.session
    session["proved_at"] = time.time() - 3600
    session.save()
    answer = client.post(reverse("material_access", args=[material.pk]), _asked(cast))

    assert reverse("confirm") in answer["Location"]
    assert _signed_in(cast.partner).get(reverse("material", args=[material.pk])).status_code == 404
