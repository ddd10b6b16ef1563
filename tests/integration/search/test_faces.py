"""Search by face: ranked, within what may be seen, one or all of several."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Officer
from evidence.models import Material
from icse.common.errors import NotFound
from media_analysis.engine.faces import sface
from media_analysis.models import Face
from search.contexts.results import faces_context
from search.queries.faces import FaceHit, like_faces
from tests.cast import Cast
from tests.factories.evidence import SubmissionFactory, submitted
from tests.factories.media_analysis import FaceFactory
from tests.roles import served

pytestmark = pytest.mark.django_db

MODEL = "sface-test"


def face(material: Material, distance: float = 0.0, *, axis: int = 0, model: str = MODEL) -> Face:
    """Return a face whose embedding has the cosine distance from the first direction of an axis pair."""
    embedding = [0.0] * 128
    embedding[2 * axis] = 1 - distance
    embedding[2 * axis + 1] = (1 - (1 - distance) ** 2) ** 0.5
    made: Face = FaceFactory.create(material=material, embedding=embedding, model_id=model)
    return made


def like(officer: Officer, *faces: Face, together: bool = False) -> list[FaceHit]:
    with served(officer):
        return like_faces(officer, [each.pk for each in faces], together=together)


def test_faces_are_ranked_with_distance_and_threshold(cast: Cast) -> None:
    asked = face(submitted(cast.owner))
    far, near = submitted(cast.owner), submitted(cast.owner)
    face(far, sface.CANDIDATE_DISTANCE + 0.1)
    face(near, 0.1)
    hits = like(cast.colleague, asked)
    assert [hit.material for hit in hits] == [near, far]
    assert [hit.is_candidate for hit in hits] == [True, False]
    assert hits[0].distance == pytest.approx(0.1, abs=0.01)
    assert (hits[0].threshold, hits[0].algorithm) == (sface.CANDIDATE_DISTANCE, MODEL)


def test_faces_are_compared_within_one_model_and_not_within_one_picture(cast: Cast) -> None:
    material = submitted(cast.owner)
    asked = face(material)
    face(material)
    face(submitted(cast.owner), model="dlib-test")
    assert like(cast.owner, asked) == []


def test_foreign_and_unanalyzed_materials_are_left_out(cast: Cast) -> None:
    asked = face(submitted(cast.owner))
    face(submitted(cast.partner))
    pending = submitted(cast.partner)
    SubmissionFactory.create(material=pending, officer=cast.owner, analyzed_at=None)
    face(pending)
    shared = submitted(cast.partner, sharing="members")
    face(shared)
    assert [hit.material for hit in like(cast.owner, asked)] == [shared]


def test_foreign_face_is_not_found(cast: Cast) -> None:
    foreign, own = face(submitted(cast.partner)), face(submitted(cast.owner))
    for ids in ([foreign.pk], [own.pk, foreign.pk], [uuid4()]):
        with pytest.raises(NotFound):
            like_faces(cast.owner, ids)


def test_one_or_all_of_several_faces(cast: Cast) -> None:
    first, second = face(submitted(cast.owner), axis=0), face(submitted(cast.owner), axis=1)
    both, one = submitted(cast.owner), submitted(cast.owner)
    face(both, 0.1, axis=0)
    face(both, 0.2, axis=1)
    face(one, 0.05, axis=0)
    anyone = like(cast.owner, first, second)
    assert [hit.material for hit in anyone[:2]] == [one, both]
    (hit,) = like(cast.owner, first, second, together=True)
    assert (hit.material, set(hit.asked), len(hit.faces)) == (both, {first.pk, second.pk}, 2)
    assert hit.distance == pytest.approx(0.2, abs=0.01)


def test_several_faces_of_one_person_rank_by_the_best_and_name_what_fits(cast: Cast) -> None:
    first, second = face(submitted(cast.owner), axis=0), face(submitted(cast.owner), axis=1)
    near, far = submitted(cast.owner), submitted(cast.owner)
    face(far, 0.3, axis=0)
    found = face(near, 0.1, axis=1)
    hits = like(cast.owner, first, second)
    assert [hit.material for hit in hits] == [near, far]
    assert (hits[0].faces, hits[0].asked) == ((found,), (second.pk,))
    assert hits[0].distances == (hits[0].distance,)
    assert hits[0].distance == pytest.approx(0.1, abs=0.01)


def test_face_that_fits_several_that_were_asked_for_names_them_nearest_first(cast: Cast) -> None:
    first, second = face(submitted(cast.owner), 0.1), face(submitted(cast.owner))
    face(submitted(cast.owner))
    (hit, *_) = like(cast.owner, first, second)
    assert hit.asked == (second.pk, first.pk)
    assert list(hit.distances) == sorted(hit.distances)
    assert hit.faces[0] == hit.faces[1]


def test_page_says_which_face_fits_and_lets_it_be_taken_back(cast: Cast, client: Client) -> None:
    first, second = face(submitted(cast.owner), axis=0), face(submitted(cast.owner), axis=1)
    found = face(submitted(cast.owner), 0.1, axis=1)
    client.force_login(cast.owner)
    page = client.get(f"/search/?face={first.pk}&face={second.pk}").content.decode()
    assert "Fits face 2 at 0.10" in page
    assert f'value="{found.pk}"' in page
    assert f'href="/search/?face={second.pk}"' in page
    assert "Taken for one person" in page
    other_way = f"/search/?face={first.pk}&face={second.pk}&together=on"
    assert other_way.replace("&", "&amp;") in page
    assert "Each of them, in one picture" in client.get(other_way).content.decode()


def test_address_may_name_so_many_faces_and_no_more(cast: Cast, client: Client) -> None:
    faces = [face(submitted(cast.owner)) for _ in range(12)]
    client.force_login(cast.owner)
    page = client.get("/search/?" + "&".join(f"face={each.pk}" for each in faces))
    assert len(page.context["asked_faces"]) == 10
    assert 'id="face-search"' not in page.content.decode()


def test_page_takes_the_same_number_of_queries_however_many_faces(cast: Cast) -> None:
    faces = [face(submitted(cast.owner)) for _ in range(6)]

    def queries(asked: int) -> int:
        with served(cast.owner), CaptureQueriesContext(connection) as captured:
            faces_context(cast.owner, [each.pk for each in faces[:asked]], together=False)
        return len(captured)

    queries(1)
    assert queries(2) == queries(5)


def test_one_face_is_not_two_persons(cast: Cast) -> None:
    first, second = face(submitted(cast.owner)), face(submitted(cast.owner), 0.05)
    face(submitted(cast.owner), 0.02)
    assert like(cast.owner, first, second, together=True) == []


def test_face_search_takes_the_same_number_of_queries(cast: Cast) -> None:
    asked = face(submitted(cast.owner))

    def queries(more: int) -> int:
        for _ in range(more):
            face(submitted(cast.owner), 0.1)
        with CaptureQueriesContext(connection) as captured:
            assert like(cast.owner, asked)
        return len(captured)

    queries(1)
    assert queries(1) == queries(6)


def test_api_answers_like_any_list_of_matches(cast: Cast, client: Client) -> None:
    asked = face(submitted(cast.owner))
    other = submitted(cast.owner)
    found = face(other, 0.1)
    client.force_login(cast.owner)
    told: dict[str, Any] = client.get(f"/api/v1/faces/{asked.pk}/like/?mode=all&also={asked.pk}").json()
    (hit,) = told["results"]
    assert (hit["kind"], hit["material"]["id"], hit["faces"][0]["id"]) == (
        "face",
        str(other.pk),
        str(found.pk),
    )
    assert hit["material"]["state"] == "done"
    assert client.get(f"/api/v1/faces/{asked.pk}/like/?also=nonsense").status_code == 400
    client.force_login(cast.partner)
    assert client.get(f"/api/v1/faces/{asked.pk}/like/").status_code == 404


def test_api_of_words_tells_reasons_and_facets(cast: Cast, client: Client) -> None:
    material = submitted(cast.owner, file_name="blue-room.jpg")
    submitted(cast.owner, file_name="lamp.jpg")
    client.force_login(cast.owner)
    told = client.get("/api/v1/search/?q=room&kind=photo&page_size=1").json()
    assert (told["count"], told["next"], told["previous"]) == (1, None, None)
    (hit,) = told["results"]
    assert (hit["material"]["id"], hit["reasons"]) == (str(material.pk), ["file name"])
    kinds = next(facet for facet in told["facets"] if facet["name"] == "kind")
    assert kinds["values"] == [{"value": "photo", "name": "Photo", "count": 1, "is_chosen": True}]
    client.force_login(cast.partner)
    assert client.get("/api/v1/search/?q=room").json()["count"] == 0
