"""Copies go along: into a series, out of it, into its proposals; never one that the officer cannot see."""

from typing import Any
from uuid import UUID

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from evidence.models import Material
from series.models import Series
from series.queries.proposals import propose_for_series
from series.services.curating import add_materials, create_series, remove_materials
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.media_analysis import connect
from tests.factories.series import DecisionFactory, SeriesFactory, SeriesMaterialFactory, make_stack
from tests.roles import served

pytestmark = pytest.mark.django_db


@pytest.fixture
def series(cast: Cast) -> Series:
    """Return an open series of the analyst's country."""
    made: Series = SeriesFactory.create(created_by=cast.analyst, name="Blue wallpaper")
    return made


@pytest.fixture
def stack(cast: Cast) -> list[Material]:
    """Return a hub and two copies that the owner's country sees, and one that it does not."""
    members = [submitted(cast.owner) for _ in range(3)]
    hidden = submitted(cast.partner)
    make_stack(*members, hidden)
    return [*members, hidden]


def held(series: Series) -> set[UUID]:
    return set(series.memberships.values_list("material", flat=True))


def told(client: Client, address: str, **posted: object) -> str:
    answer = client.post(address, posted)
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


@pytest.mark.parametrize("chosen", [0, 2], ids=["representative", "copy"])
def test_visible_copies_go_into_a_series_and_out_of_it(
    cast: Cast, series: Series, stack: list[Material], chosen: int
) -> None:
    asked: dict[str, Any] = {"by": cast.analyst, "series_id": series.pk, "material_ids": [stack[chosen].pk]}
    with served(cast.analyst):
        add_materials(**asked)
    assert held(series) == {each.pk for each in stack[:3]}
    with served(cast.analyst):
        remove_materials(**asked)
    assert held(series) == set()


def test_series_starts_with_the_copies(cast: Cast, stack: list[Material]) -> None:
    with served(cast.analyst):
        made = create_series(by=cast.analyst, name="Red curtain", material_ids=[stack[0].pk])
    assert held(made) == {each.pk for each in stack[:3]}


def test_copy_that_an_officer_may_not_see_stays_in_a_series(
    cast: Cast, series: Series, stack: list[Material]
) -> None:
    for each in stack:
        SeriesMaterialFactory.create(series=series, material=each)
    remove_materials(by=cast.analyst, series_id=series.pk, material_ids=[stack[0].pk])
    assert held(series) == {stack[3].pk}


def test_copy_that_a_country_saw_apart_does_not_go_along(
    cast: Cast, series: Series, stack: list[Material]
) -> None:
    DecisionFactory.about(cast.analyst, stack[0], stack[1], kind="copy", verdict="not_same")
    add_materials(by=cast.analyst, series_id=series.pk, material_ids=[stack[1].pk])
    assert held(series) == {stack[1].pk}


def test_pages_say_how_many_copies_went_along(
    client: Client, cast: Cast, series: Series, stack: list[Material]
) -> None:
    client.force_login(cast.analyst)
    chosen = stack[0].pk
    added = told(client, reverse("add_to_series"), series=series.pk, material=chosen)
    assert added == "1 material with its 2 copies added to Blue wallpaper."
    removed = told(client, reverse("remove_from_series", args=[series.pk]), material=chosen)
    assert removed.endswith("1 material with its 2 copies taken out of the series.")
    form = {"name": "Red curtain", "priority": "routine", "sharing": "national", "material": chosen}
    started = told(client, reverse("series_list"), **form)
    assert started.endswith("The series Red curtain was started with 1 material with its 2 copies.")


def test_tiles_and_material_page_tell_the_visible_copies(
    client: Client, cast: Cast, stack: list[Material]
) -> None:
    client.force_login(cast.analyst)
    assert 'data-copies="2"' in client.get(reverse("materials")).content.decode()
    tab = client.get(reverse("material_tab", args=[stack[1].pk]), {"tab": "series"}).content.decode()
    assert "It goes into a series with its 2 copies that you may see." in tab


def test_stack_is_proposed_once_with_its_copies(
    client: Client, cast: Cast, series: Series, stack: list[Material]
) -> None:
    members = [submitted(cast.owner) for _ in range(2)]
    make_stack(*members)
    for member in members:
        SeriesMaterialFactory.create(series=series, material=member)
    for score, outsider in enumerate(stack, start=20):
        for member in members:
            connect(member, outsider, "scene", score=score)
    with served(cast.analyst):
        (proposal,) = propose_for_series(cast.analyst, series)
    assert (proposal.material, proposal.copies) == (stack[2], 2)
    assert len(proposal.reasons) == 1
    client.force_login(cast.analyst)
    page = client.get(reverse("series", args=[series.pk]), {"tab": "proposals"}).content.decode()
    assert "Add with its 2 copies" in page


def test_api_takes_copies_along(client: Client, cast: Cast, series: Series, stack: list[Material]) -> None:
    client.force_login(cast.analyst)
    address = f"/api/v1/series/{series.pk}/materials/"
    body = {"materials": [str(stack[0].pk)]}
    assert client.post(address, body, content_type="application/json").json()["material_count"] == 3
    assert client.delete(f"{address}{stack[2].pk}/").status_code == 204
    assert held(series) == set()
