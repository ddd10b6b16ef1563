"""The grid, the search page, and asking with a picture."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from evidence.models import Material
from search.models import PictureQuery, PictureQueryHit
from tests.cast import Cast
from tests.factories.evidence import DerivativeFactory, submitted
from tests.factories.media_analysis import CaptureFactsFactory, FaceFactory
from tests.factories.series import make_stack

pytestmark = pytest.mark.django_db


def photo(cast: Cast, **fields: object) -> Material:
    made = submitted(cast.owner, **{"analyzed_at": timezone.now(), **fields})
    DerivativeFactory.create(material=made)
    return made


def jpeg() -> SimpleUploadedFile:
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(stream, "JPEG")
    return SimpleUploadedFile("lake.jpg", stream.getvalue(), "image/jpeg")


def shown(client: Client, name: str, **query: str) -> list[Material]:
    context = client.get(reverse(name), query).context
    if name == "materials":
        return [card.material for card in context["cards"]]
    return [result.card.material for group in context["groups"] for result in group.results]


def test_grid_loads_only_blurred_pictures(client: Client, cast: Cast) -> None:
    made = photo(cast)
    client.force_login(cast.owner)

    page = client.get(reverse("materials")).content.decode()

    assert f'src="{reverse("evidence:derivative", args=[made.pk, "blurred"])}' in page
    assert f'src="{reverse("evidence:derivative", args=[made.pk, "thumbnail"])}' not in page


def test_grid_shows_copies_as_one_with_their_count(client: Client, cast: Cast) -> None:
    hub = photo(cast, material__width=1600, material__height=1200)
    make_stack(hub, photo(cast))
    client.force_login(cast.owner)

    (card,) = client.get(reverse("materials")).context["cards"]

    assert (card.material, card.copies) == (hub, 2)


def test_facets_narrow_and_chips_take_back(client: Client, cast: Cast) -> None:
    nikon, other = photo(cast), photo(cast)
    CaptureFactsFactory.create(material=nikon, make="NIKON", model="D70")
    CaptureFactsFactory.create(material=other, make="Canon", model="EOS")
    client.force_login(cast.owner)

    context = client.get(reverse("materials"), {"camera": "NIKON D70"}).context

    assert [card.material for card in context["cards"]] == [nikon]
    assert [(chip.label, chip.query) for chip in context["chips"]] == [("Camera: NIKON D70", "")]


def test_grid_says_when_nothing_fits(client: Client, cast: Cast) -> None:
    photo(cast)
    client.force_login(cast.owner)

    page = client.get(reverse("materials"), {"kind": "video"}).content.decode()

    assert "Nothing is all of that" in page


def test_grid_of_another_country_is_empty(client: Client, cast: Cast) -> None:
    photo(cast)
    client.force_login(cast.third)

    page = client.get(reverse("materials")).content.decode()

    assert "No material yet" in page


def test_number_of_queries_does_not_grow_with_the_grid(
    client: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        photo(cast)
    client.force_login(cast.analyst)

    with django_assert_max_num_queries(35):
        client.get(reverse("materials"))


def test_words_are_answered_with_the_reason(client: Client, cast: Cast) -> None:
    made = photo(cast, file_name="lake_house.jpg")
    client.force_login(cast.owner)

    (group,) = client.get(reverse("search"), {"q": "lake"}).context["groups"]

    assert [(each.card.material, each.why) for each in group.results] == [(made, ("Found by file name",))]


def test_search_without_a_question_says_what_can_be_asked(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    page = client.get(reverse("search"))

    assert not page.context["is_asked"]
    assert b"Drop a picture here" in page.content


def test_uploaded_picture_is_asked_with_and_handed_in_to_nobody(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    asked = client.post(reverse("ask_picture"), {"picture": jpeg()})

    query = PictureQuery.objects.get()
    assert asked.headers["Location"] == f"{reverse('search')}?picture={query.pk}"
    assert query.file_name == "lake.jpg"
    assert not Material.objects.exists()


def test_marked_part_of_a_material_is_asked_with(client: Client, cast: Cast) -> None:
    made = photo(cast)
    client.force_login(cast.owner)

    client.post(reverse("ask_picture"), {"material": made.pk, "at_ms": 0, "box": "0.25 0.25 0.5 0.5"})

    query = PictureQuery.objects.get()
    assert (query.material, query.box) == (made, [0.25, 0.25, 0.5, 0.5])


@pytest.mark.parametrize("box", ["1 2", "a b c d", "0.9 0.9 0.5 0.5"])
def test_box_that_is_none_is_refused(client: Client, cast: Cast, box: str) -> None:
    made = photo(cast)
    client.force_login(cast.owner)

    assert client.post(reverse("ask_picture"), {"material": made.pk, "box": box}).status_code == 400
    assert not PictureQuery.objects.exists()


def test_asking_needs_the_token_of_a_page(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.owner)

    assert client.post(reverse("ask_picture"), {"picture": jpeg()}).status_code == 403


def test_results_are_asked_for_until_they_are_there(client: Client, cast: Cast) -> None:
    made = photo(cast)
    query = PictureQuery.objects.create(officer=cast.owner, scopes=[], material=made)
    client.force_login(cast.owner)
    address = reverse("picture_results", args=[query.pk])
    waiting = client.get(address).content.decode()
    PictureQueryHit.objects.create(
        query=query, material=photo(cast), kind="scene", score=44.0, threshold=10.0, algorithm="test"
    )
    PictureQuery.objects.update(state=PictureQuery.State.DONE)
    answered = client.get(address).content.decode()

    assert "every 2s" in waiting
    assert "every 2s" not in answered
    assert "44 points agree, 10 needed." in answered


def test_failed_question_says_why(client: Client, cast: Cast) -> None:
    query = PictureQuery.objects.create(
        officer=cast.owner, scopes=[], material=photo(cast), state="failed", error="It could not be read."
    )
    client.force_login(cast.owner)

    page = client.get(reverse("search"), {"picture": str(query.pk)}).content.decode()

    assert "It could not be read." in page


def test_question_of_a_colleague_is_missing(client: Client, cast: Cast) -> None:
    query = PictureQuery.objects.create(officer=cast.owner, scopes=[], material=photo(cast))
    client.force_login(cast.colleague)

    assert client.get(reverse("search"), {"picture": str(query.pk)}).status_code == 404


def test_face_search_tells_candidates_from_strangers(client: Client, cast: Cast) -> None:
    asked, alike, stranger = photo(cast), photo(cast), photo(cast)
    face = FaceFactory.create(material=asked, model_id="sface-test")
    FaceFactory.create(material=alike, model_id="sface-test")
    FaceFactory.create(material=stranger, model_id="sface-test", direction=5)
    client.force_login(cast.owner)

    groups = client.get(reverse("search"), {"face": str(face.pk)}).context["groups"]

    assert [[each.card.material for each in group.results] for group in groups] == [[alike], [stranger]]


def test_face_of_another_country_is_missing(client: Client, cast: Cast) -> None:
    face = FaceFactory.create(material=photo(cast), model_id="sface-test")
    client.force_login(cast.third)

    assert client.get(reverse("search"), {"face": str(face.pk)}).status_code == 404
