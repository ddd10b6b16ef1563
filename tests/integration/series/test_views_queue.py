"""The queue: what waits, urgent first."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from evidence.models import Material
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.media_analysis import connect
from tests.factories.series import SeriesFactory, SeriesMaterialFactory

pytestmark = pytest.mark.django_db


def photo(cast: Cast, **fields: object) -> Material:
    return submitted(cast.owner, **{"analyzed_at": timezone.now(), **fields})


def newcomers(client: Client) -> list[Material]:
    return [card.material for card in client.get(reverse("queue")).context["newcomers"]]


def test_empty_lists_say_what_would_fill_them(client: Client, cast: Cast) -> None:
    client.force_login(cast.analyst)

    page = client.get(reverse("queue")).content.decode()

    assert "Nothing to decide" in page
    assert "Nothing new" in page


def test_urgent_newcomers_stand_first(client: Client, cast: Cast) -> None:
    urgent = photo(cast, priority="urgent")
    routine = photo(cast)
    client.force_login(cast.colleague)

    assert newcomers(client) == [urgent, routine]


def test_material_in_a_series_is_new_no_more(client: Client, cast: Cast) -> None:
    sorted_in, left = photo(cast), photo(cast)
    SeriesMaterialFactory.create(series=SeriesFactory.create(created_by=cast.analyst), material=sorted_in)
    client.force_login(cast.analyst)

    assert newcomers(client) == [left]


def test_material_of_another_country_is_not_new_here(client: Client, cast: Cast) -> None:
    photo(cast, sharing="members")
    client.force_login(cast.partner)

    assert newcomers(client) == []


def test_proposals_are_sentences_that_lead_to_the_match(client: Client, cast: Cast) -> None:
    match = connect(photo(cast), photo(cast), kind="face", distance=0.41, threshold=0.61)
    client.force_login(cast.analyst)

    page = client.get(reverse("queue")).content.decode()

    assert "Distance 0.41: strangers rarely come below 0.61." in page
    assert f"{reverse('match', args=[match.pk])}?place=0" in page


def test_number_of_queries_does_not_grow_with_the_queue(
    client: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        connect(photo(cast), photo(cast), kind="scene")
    client.force_login(cast.analyst)

    with django_assert_max_num_queries(45):
        client.get(reverse("queue"))


def test_role_without_material_is_told_so(client: Client, cast: Cast) -> None:
    client.force_login(cast.auditor)

    page = client.get(reverse("queue")).content.decode()

    assert "Nothing waits for your role" in page
    assert "Nothing to decide" not in page
