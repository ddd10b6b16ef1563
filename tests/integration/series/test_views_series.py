"""The list of series, the page of one, and what an analyst does to it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence.models import Material
from series.models import Series
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.media_analysis import CaptureFactsFactory, FaceFactory, connect
from tests.factories.series import SeriesFactory, SeriesMaterialFactory

pytestmark = pytest.mark.django_db

DETAILS = {"name": "Blue wallpaper", "priority": "urgent", "sharing": "national"}


def photo(cast: Cast, **fields: object) -> Material:
    return submitted(cast.owner, **{"analyzed_at": timezone.now(), **fields})


@pytest.fixture
def series(cast: Cast) -> Series:
    """Return an open series of the owner's country."""
    made: Series = SeriesFactory.create(created_by=cast.analyst, name="Lake house")
    return made


def ids_in(series: Series) -> set[object]:
    return set(series.memberships.values_list("material", flat=True))


def test_selection_becomes_a_series(client: Client, cast: Cast) -> None:
    chosen = [photo(cast), photo(cast)]
    client.force_login(cast.analyst)

    made = client.post(reverse("series_list"), {**DETAILS, "material": [each.pk for each in chosen]})

    series = Series.objects.get(name="Blue wallpaper")
    assert made.headers["Location"] == reverse("series", args=[series.pk])
    assert ids_in(series) == {each.pk for each in chosen}


def test_taken_name_is_said_and_the_selection_kept(client: Client, cast: Cast, series: Series) -> None:
    chosen = photo(cast)
    client.force_login(cast.analyst)

    answer = client.post(reverse("series_list"), {**DETAILS, "name": "Lake house", "material": [chosen.pk]})

    assert "Choose another name." in answer.content.decode()
    assert f'value="{chosen.pk}"' in answer.content.decode()


def test_selection_is_added_to_a_series(client: Client, cast: Cast, series: Series) -> None:
    chosen = photo(cast)
    client.force_login(cast.analyst)

    client.post(reverse("add_to_series"), {"series": series.pk, "material": [chosen.pk], "tab": "proposals"})

    assert ids_in(series) == {chosen.pk}


def test_adding_nothing_says_what_is_missing(client: Client, cast: Cast, series: Series) -> None:
    client.force_login(cast.analyst)

    answer = client.post(reverse("add_to_series"), {"series": series.pk}, follow=True)

    assert "Choose a series and at least one material." in answer.content.decode()


def test_selection_is_taken_out_of_a_series(client: Client, cast: Cast, series: Series) -> None:
    kept, removed = photo(cast), photo(cast)
    for each in (kept, removed):
        SeriesMaterialFactory.create(series=series, material=each)
    client.force_login(cast.analyst)

    client.post(reverse("remove_from_series", args=[series.pk]), {"material": [removed.pk, "no id"]})

    assert ids_in(series) == {kept.pk}


def test_describe_changes_name_and_urgency(client: Client, cast: Cast, series: Series) -> None:
    client.force_login(cast.analyst)

    client.post(reverse("describe_series", args=[series.pk]), {"name": "Boat house", "priority": "urgent"})

    series.refresh_from_db()
    assert (series.name, series.priority) == ("Boat house", "urgent")


def test_describe_says_that_a_name_is_taken(client: Client, cast: Cast, series: Series) -> None:
    SeriesFactory.create(created_by=cast.analyst, name="Boat house")
    client.force_login(cast.analyst)

    answer = client.post(
        reverse("describe_series", args=[series.pk]), {"name": "Boat house", "priority": "routine"}
    )

    assert "Choose another name." in answer.content.decode()


def test_share_opens_a_series_to_members(client: Client, cast: Cast, series: Series) -> None:
    client.force_login(cast.analyst)
    client.post(reverse("share_series", args=[series.pk]), {"sharing": "members"})
    client.force_login(cast.partner)

    assert client.get(reverse("series", args=[series.pk])).status_code == 200


def test_merge_brings_the_other_in_and_leaves_a_pointer(client: Client, cast: Cast, series: Series) -> None:
    other: Series = SeriesFactory.create(created_by=cast.analyst, name="Boat house")
    found = photo(cast)
    SeriesMaterialFactory.create(series=other, material=found)
    client.force_login(cast.analyst)

    client.post(reverse("merge_series", args=[series.pk]), {"series": other.pk})
    page = client.get(reverse("series", args=[other.pk])).content.decode()

    assert ids_in(series) == {found.pk}
    assert "This series was merged" in page
    assert reverse("series", args=[series.pk]) in page


def test_merge_offers_only_series_with_the_same_readers(client: Client, cast: Cast, series: Series) -> None:
    fits = SeriesFactory.create(created_by=cast.analyst)
    SeriesFactory.create(created_by=cast.analyst, sharing="members")
    SeriesFactory.create(created_by=cast.partner_analyst, sharing="members")
    client.force_login(cast.analyst)

    offered = client.get(reverse("series", args=[series.pk])).context["mergeable"]

    assert offered == [fits]


@pytest.mark.parametrize("address", ["describe_series", "share_series", "remove_from_series", "merge_series"])
def test_officer_who_is_no_analyst_changes_nothing(
    client: Client, cast: Cast, series: Series, address: str
) -> None:
    other = SeriesFactory.create(created_by=cast.analyst)
    told = {"name": "X", "priority": "urgent", "sharing": "members", "series": other.pk}
    client.force_login(cast.owner)

    refused = client.post(reverse(address, args=[series.pk]), {**told, "material": [photo(cast).pk]})

    assert refused.status_code == 403
    series.refresh_from_db()
    assert (series.name, series.sharing, series.state) == ("Lake house", "national", "open")


def test_page_offers_an_officer_nothing_to_change(client: Client, cast: Cast, series: Series) -> None:
    client.force_login(cast.owner)

    page = client.get(reverse("series", args=[series.pk])).content.decode()

    assert reverse("describe_series", args=[series.pk]) not in page


def test_proposals_say_why(client: Client, cast: Cast, series: Series) -> None:
    member, outsider = photo(cast), photo(cast, file_name="shed.jpg")
    SeriesMaterialFactory.create(series=series, material=member)
    connect(member, outsider, kind="scene", score=44.0, threshold=10.0)
    client.force_login(cast.analyst)

    page = client.get(reverse("series", args=[series.pk]), {"tab": "proposals"}).content.decode()

    assert "shed.jpg" in page
    assert "44 points agree, 10 needed." in page


def test_tabs_show_faces_devices_and_places(client: Client, cast: Cast, series: Series) -> None:
    member = photo(cast)
    SeriesMaterialFactory.create(series=series, material=member)
    face = FaceFactory.create(material=member)
    CaptureFactsFactory.create(
        material=member, make="NIKON", model="D70", body_serial="3001900", latitude=47.1, longitude=8.5
    )
    client.force_login(cast.owner)
    pages = {
        tab: client.get(reverse("series", args=[series.pk]), {"tab": tab}).content.decode()
        for tab in ("persons", "devices", "places")
    }

    assert str(face.pk) in pages["persons"]
    assert "3001900" in pages["devices"]
    assert "47.100" in pages["places"]


def test_list_finds_by_words_and_says_when_it_does_not(client: Client, cast: Cast, series: Series) -> None:
    client.force_login(cast.owner)

    found = client.get(reverse("series_list"), {"words": "lake"}).context["lines"]
    nothing = client.get(reverse("series_list"), {"words": "mountain"}).content.decode()

    assert [line.series for line in found] == [series]
    assert "No series holds these words" in nothing


def test_series_of_another_country_is_missing(client: Client, cast: Cast, series: Series) -> None:
    client.force_login(cast.partner_analyst)

    assert client.get(reverse("series", args=[series.pk])).status_code == 404
    assert client.get(reverse("series_list")).context["lines"] == []
