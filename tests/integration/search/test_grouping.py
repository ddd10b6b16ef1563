"""Results of words stand under the series that hold them, and "in no series" can be asked for."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.models import Material
from search.contexts import results
from search.terms import SearchTerms
from series.models import Series
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.series import SeriesFactory, SeriesMaterialFactory, make_stack

pytestmark = pytest.mark.django_db

Groups = list[tuple[str, int, list[Material]]]


def series_with(cast: Cast, name: str, *materials: Material, **fields: object) -> Series:
    series: Series = SeriesFactory.create(created_by=cast.analyst, name=name, **fields)
    for material in materials:
        SeriesMaterialFactory.create(series=series, material=material)
    return series


def groups(client: Client, query: str = "q=room") -> Groups:
    found = client.get(f"{reverse('search')}?{query}").context["groups"]
    return [(each.title, each.total, [result.card.material for result in each.results]) for each in found]


def room(cast: Cast, **fields: object) -> Material:
    return submitted(cast.owner, file_name="room.jpg", **fields)


def test_results_stand_under_their_series_by_name_and_then_in_none(client: Client, cast: Cast) -> None:
    loose, red, blue, further = (room(cast) for _ in range(4))
    series_with(cast, "Red curtain", red)
    series_with(cast, "Blue wallpaper", blue, further)
    client.force_login(cast.analyst)
    assert groups(client) == [
        ("Blue wallpaper", 2, [further, blue]), ("Red curtain", 1, [red]), ("In no series", 1, [loose]),
    ]  # fmt: skip


def test_material_in_two_series_is_counted_once_and_names_the_other(client: Client, cast: Cast) -> None:
    both = room(cast)
    series_with(cast, "Red curtain", both)
    series_with(cast, "Blue wallpaper", both)
    client.force_login(cast.analyst)
    page = client.get(f"{reverse('search')}?q=room")
    assert groups(client) == [("Blue wallpaper", 1, [both])]
    assert "Also in Red curtain" in page.content.decode()


def test_series_that_is_not_shared_leaves_no_trace(client: Client, cast: Cast) -> None:
    shared = room(cast, sharing="members")
    series_with(cast, "Blue wallpaper", shared)
    client.force_login(cast.partner)
    page = client.get(f"{reverse('search')}?q=room")
    assert groups(client) == [("In no series", 1, [shared])]
    assert "Blue wallpaper" not in page.content.decode()
    assert "In a series" not in page.content.decode()


def test_merged_series_holds_nothing(client: Client, cast: Cast) -> None:
    held = room(cast)
    series_with(cast, "Red curtain", held, state="merged", merged_into=SeriesFactory.create())
    client.force_login(cast.analyst)
    assert groups(client) == [("In no series", 1, [held])]


def test_counts_are_of_all_pages(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "PAGE_SIZE", 2)
    held, loose = [room(cast) for _ in range(3)], room(cast)
    series_with(cast, "Blue wallpaper", *held)
    client.force_login(cast.analyst)
    first, second = groups(client), groups(client, "q=room&page=2")
    assert [(title, total, len(found)) for title, total, found in first] == [("Blue wallpaper", 3, 2)]
    assert [(title, total, len(found)) for title, total, found in second] == [
        ("Blue wallpaper", 3, 1), ("In no series", 1, 1),
    ]  # fmt: skip
    assert second[1][2] == [loose]
    assert "2 of them on this page" in client.get(f"{reverse('search')}?q=room").content.decode()


def test_copies_are_one_result(client: Client, cast: Cast) -> None:
    hub, copy = room(cast, material__width=900), room(cast)
    make_stack(hub, copy)
    series_with(cast, "Blue wallpaper", hub, copy)
    client.force_login(cast.analyst)
    assert groups(client) == [("Blue wallpaper", 1, [hub])]


@pytest.mark.parametrize(
    ("value", "titles"), [("no", ["In no series"]), ("yes", ["Blue wallpaper"]), ("x", [])]
)
def test_facet_narrows_to_what_stands_in_a_series_or_in_none(
    client: Client, cast: Cast, value: str, titles: list[str]
) -> None:
    held, _loose = room(cast), room(cast)
    series_with(cast, "Blue wallpaper", held)
    client.force_login(cast.analyst)
    assert [title for title, _, _ in groups(client, f"q=room&in_series={value}")] == titles


def test_facet_counts_what_each_value_would_leave(client: Client, cast: Cast) -> None:
    held, _one, _other = (room(cast) for _ in range(3))
    series_with(cast, "Blue wallpaper", held)
    client.force_login(cast.analyst)
    told = client.get("/api/v1/search/?q=room&in_series=yes").json()
    facet = next(each for each in told["facets"] if each["name"] == "in_series")
    assert told["count"] == 1
    assert [(each["name"], each["count"], each["is_chosen"]) for each in facet["values"]] == [
        ("In a series", 1, True), ("In no series", 2, False),
    ]  # fmt: skip


def test_queue_leads_to_the_same_material_in_the_grid(client: Client, cast: Cast) -> None:
    held, _loose = room(cast), room(cast)
    submitted(cast.partner, sharing="members")
    series_with(cast, "Blue wallpaper", held)
    client.force_login(cast.analyst)
    queue = client.get(reverse("queue"))
    address = f"{reverse('materials')}?country=AA&in_series=no"
    assert address.replace("&", "&amp;") in queue.content.decode()
    grid = client.get(address).context["page"]
    assert grid.paginator.count == queue.context["newcomer_count"] == 1


def test_grouped_page_takes_the_same_number_of_queries(cast: Cast) -> None:
    def queries(more: int) -> int:
        for _ in range(more):
            material = room(cast)
            series_with(cast, str(material.pk), material)
        with CaptureQueriesContext(connection) as captured:
            results.words_context(cast.analyst, SearchTerms(text="room"), "1")
        return len(captured)

    queries(1)
    assert queries(1) == queries(5)
