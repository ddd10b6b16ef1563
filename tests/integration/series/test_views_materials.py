"""The page of one material and the fragments that it fetches."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from evidence.models import Material
from media_analysis.models import PipelineRun, RunState
from media_analysis.services.runs import begin_run, set_aside
from tests.cast import Cast
from tests.factories.evidence import DerivativeFactory, submitted
from tests.factories.media_analysis import CaptureFactsFactory, FaceFactory, connect
from tests.factories.series import DecisionFactory, SeriesFactory, SeriesMaterialFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(cast: Cast) -> Material:
    """Return an analyzed photo of the owner's country."""
    made = submitted(cast.owner, file_name="garden.jpg", analyzed_at=timezone.now())
    DerivativeFactory.create(material=made)
    return made


def analyzed(cast: Cast, **fields: object) -> Material:
    made = submitted(cast.owner, analyzed_at=timezone.now(), **fields)
    DerivativeFactory.create(material=made)
    return made


def test_page_loads_only_the_blurred_picture(client: Client, cast: Cast, photo: Material) -> None:
    client.force_login(cast.owner)

    page = client.get(reverse("material", args=[photo.pk])).content.decode()

    blurred = reverse("evidence:derivative", args=[photo.pk, "blurred"])
    preview = reverse("evidence:derivative", args=[photo.pk, "preview"])
    assert f'href="{blurred}' in page
    assert f'href="{preview}' not in page
    assert f'data-sharp="{preview}' in page


def test_page_says_why_a_match_is_one(client: Client, cast: Cast, photo: Material) -> None:
    other = analyzed(cast, file_name="shed.jpg")
    connect(photo, other, kind="scene", score=74.0, threshold=10.0)
    client.force_login(cast.owner)

    page = client.get(reverse("material", args=[photo.pk])).content.decode()

    assert "Same room or object" in page
    assert "74 points agree, 10 needed." in page
    assert "shed.jpg" in page


def test_page_keeps_copies_and_the_similar_apart(client: Client, cast: Cast, photo: Material) -> None:
    connect(photo, analyzed(cast), kind="copy")
    connect(photo, analyzed(cast), kind="face", distance=0.4)
    client.force_login(cast.owner)

    context = client.get(reverse("material", args=[photo.pk])).context

    assert [line.match.kind for line in context["copies"]] == ["copy"]
    assert [line.match.kind for line in context["similar"]] == ["face"]


def test_page_shows_the_decision_of_the_own_country_alone(
    client: Client, cast: Cast, photo: Material
) -> None:
    other = analyzed(cast, sharing="members")
    connect(photo, other, kind="scene")
    DecisionFactory.about(cast.partner_analyst, photo, other, kind="scene", verdict="not_same")
    client.force_login(cast.owner)

    (line,) = client.get(reverse("material", args=[photo.pk])).context["similar"]

    assert line.decision is None


def test_unfinished_material_shows_nothing_of_an_earlier_analysis(client: Client, cast: Cast) -> None:
    photo = submitted(cast.owner, analyzed_at=None)
    DerivativeFactory.create(material=photo)
    FaceFactory.create(material=photo)
    PipelineRun.objects.create(material=photo, state=RunState.ANALYZING, priority=6)
    client.force_login(cast.owner)

    page = client.get(reverse("material", args=[photo.pk]))

    assert page.context["faces"] == []
    assert b"/media/" not in page.content
    assert b"every 2s" in page.content


def test_set_aside_material_says_why(client: Client, cast: Cast) -> None:
    photo = submitted(cast.owner, analyzed_at=None)
    run = begin_run(photo.pk, urgent=False)
    assert run is not None
    set_aside(run, "truncated", "The file breaks off.")
    client.force_login(cast.owner)

    page = client.get(reverse("material", args=[photo.pk]))

    assert b"The file breaks off." in page.content
    assert b"every 2s" not in page.content


def test_progress_has_the_page_fetch_the_rest_once_it_is_over(
    client: Client, cast: Cast, photo: Material
) -> None:
    waiting = submitted(cast.owner, analyzed_at=None)
    client.force_login(cast.owner)

    over = client.get(reverse("material_progress", args=[photo.pk]))
    under_way = client.get(reverse("material_progress", args=[waiting.pk]))

    assert over.headers["HX-Trigger"] == "analyzed"
    assert "HX-Trigger" not in under_way.headers
    assert b"every 2s" in under_way.content


@pytest.mark.parametrize("name", ["material", "material_tab", "material_overview", "material_progress"])
def test_material_of_another_country_is_missing(
    client: Client, cast: Cast, photo: Material, name: str
) -> None:
    client.force_login(cast.third)

    assert client.get(reverse(name, args=[photo.pk])).status_code == 404


def test_metadata_tab_shows_every_tag_and_links_the_serial_number(
    client: Client, cast: Cast, photo: Material
) -> None:
    CaptureFactsFactory.create(material=photo, body_serial="3001900", tags={"EXIF:Model": "D70"})
    client.force_login(cast.owner)

    page = client.get(reverse("material", args=[photo.pk]), {"tab": "metadata"}).content.decode()

    assert "EXIF:Model" in page
    assert f"{reverse('search')}?q=3001900" in page


def test_faces_tab_leads_to_a_search_by_face(client: Client, cast: Cast, photo: Material) -> None:
    face = FaceFactory.create(material=photo)
    client.force_login(cast.owner)

    page = client.get(reverse("material_tab", args=[photo.pk]), {"tab": "faces"}).content.decode()

    assert f"{reverse('search')}?face={face.pk}" in page


def test_origin_tab_names_no_submission_of_others_that_is_not_shared(
    client: Client, cast: Cast, photo: Material
) -> None:
    client.force_login(cast.owner)
    own = client.get(reverse("material_tab", args=[photo.pk]), {"tab": "origin"})

    assert [each.file_name for each, _ in own.context["origins"]] == ["garden.jpg"]


def test_series_tab_offers_only_analysts_to_add(client: Client, cast: Cast, photo: Material) -> None:
    series = SeriesFactory.create(created_by=cast.analyst, name="Blue wallpaper")
    SeriesMaterialFactory.create(series=series, material=photo)
    address = reverse("material_tab", args=[photo.pk])
    client.force_login(cast.owner)
    of_officer = client.get(address, {"tab": "series"})
    client.force_login(cast.analyst)
    of_analyst = client.get(address, {"tab": "series"})

    assert b"Blue wallpaper" in of_officer.content
    assert not of_officer.context["may_curate"]
    assert of_analyst.context["own_series"] == [series]


def test_number_of_queries_does_not_grow_with_matches(
    client: Client, cast: Cast, photo: Material, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(6):
        connect(photo, analyzed(cast), kind="scene")
    client.force_login(cast.owner)

    with django_assert_max_num_queries(60):
        client.get(reverse("material", args=[photo.pk]))
