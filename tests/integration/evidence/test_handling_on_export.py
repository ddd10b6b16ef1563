"""What conditions of use do to an original on its way out, on the page and in the API alike."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Officer
from evidence.models import CustodyEvent, Handling, Material
from tests.cast import Cast
from tests.factories.evidence import SubmissionFactory, submitted
from tests.kept import keep_original

pytestmark = pytest.mark.django_db

WAYS = ("evidence:original", "api_original")


def _handed_in(officer: Officer, *handlings: Handling) -> Material:
    material = submitted(officer, sharing="members", handling=handlings[0])
    keep_original(material, b"bytes")
    for handling in handlings[1:]:
        SubmissionFactory(officer=officer, material=material, sharing="members", handling=handling)
    return material


def _export(officer: Officer, material: Material, way: str, **told: Any) -> Any:
    client = Client()
    client.force_login(officer)
    answer = client.post(reverse(way, args=[material.pk]), {"reason": "For the court"} | told)
    if answer.streaming:
        b"".join(answer)
    return answer


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("handling", [Handling.TLP_RED, Handling.ASK_FIRST])
def test_original_of_another_country_stays_and_whom_to_ask_is_named(
    cast: Cast, way: str, handling: Handling
) -> None:
    answer = _export(cast.partner, _handed_in(cast.owner, handling), way)
    told = answer.content.decode()

    assert answer.status_code == 403
    assert handling.label in told
    assert cast.owner.unit.name in told
    assert cast.owner.unit.country.name in told
    assert not CustodyEvent.objects.filter(kind="exported").exists()


@pytest.mark.parametrize("way", WAYS)
def test_strictest_condition_counts(cast: Cast, way: str) -> None:
    material = _handed_in(cast.owner, Handling.TLP_GREEN, Handling.TLP_RED)
    SubmissionFactory(officer=cast.partner, material=material, handling=Handling.TLP_GREEN)

    assert _export(cast.partner, material, way).status_code == 403


@pytest.mark.parametrize("way", WAYS)
def test_condition_that_the_officer_cannot_see_changes_nothing(cast: Cast, way: str) -> None:
    material = _handed_in(cast.owner, Handling.TLP_GREEN)
    SubmissionFactory(officer=cast.third, material=material, handling=Handling.TLP_RED)

    assert _export(cast.partner, material, way).status_code == 200


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("handling", [Handling.TLP_RED, Handling.ASK_FIRST, Handling.TLP_AMBER])
def test_own_country_takes_its_own_out(cast: Cast, way: str, handling: Handling) -> None:
    assert _export(cast.colleague, _handed_in(cast.owner, handling), way).status_code == 200


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("part", ["colleague", "partner"])
def test_intelligence_only_is_acknowledged_first(cast: Cast, way: str, part: str) -> None:
    material = _handed_in(cast.owner, Handling.INTELLIGENCE_ONLY)
    officer = getattr(cast, part)

    assert _export(officer, material, way).status_code == 422
    assert _export(officer, material, way, acknowledged="on").status_code == 200
    assert CustodyEvent.objects.get(kind="exported").detail["acknowledged"] is True


def test_page_says_beforehand_that_it_may_not_leave(cast: Cast, client: Client) -> None:
    material = _handed_in(cast.owner, Handling.ASK_FIRST)
    client.force_login(cast.partner)
    page = client.get(reverse("material", args=[material.pk])).content.decode()

    assert "the original may not be taken out here" in page
    assert 'id="export-reason"' not in page


@pytest.mark.parametrize("name", ["materials", "queue"])
def test_tile_shows_the_condition(cast: Cast, client: Client, name: str) -> None:
    _handed_in(cast.owner, Handling.INTELLIGENCE_ONLY)
    client.force_login(cast.owner)

    assert ">Intelligence only<" in client.get(reverse(name)).content.decode()
