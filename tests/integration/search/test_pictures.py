"""Search by picture: asked, answered by the real engine, read by nobody else, swept."""

import io
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import Officer
from accounts.queries import audience_for
from evidence.errors import FileEmpty
from evidence.formats import UnsupportedFormat
from evidence.keys import key_holder
from evidence.models import Material, Submission
from evidence.objects import lent_original
from evidence.receiving import ReceivedFile, Receiver
from evidence.services import SubmissionDetails, receive_file
from evidence.store import Shelf, store
from icse.common.errors import AccessDenied, NotFound
from icse.common.models import OutboxMessage
from icse.common.sealing import open_sealed
from media_analysis.services.stills import analyze_still
from search import api
from search.errors import BadBox, NotAPicture, PictureMissing
from search.models import PictureQuery, PictureQueryHit
from search.queries.pictures import get_picture_query, list_hits, wait_for_answer
from search.services.asking import ask_picture
from search.services.sweeping import sweep_picture_queries
from search.tasks import answer_picture_query
from search.tasks import sweep_picture_queries as sweep_task
from tests.cast import Cast
from tests.conftest import ServedSwitch
from tests.factories.evidence import SubmissionFactory, submitted
from tests.roles import database_role, served

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_decoder")]

Ask = Callable[..., PictureQuery]


def drawn(seed: int) -> Image.Image:
    """Return a picture full of corners, unlike that of any other seed."""
    chance = np.random.default_rng(seed)
    picture = Image.new("RGB", (900, 700), tuple(chance.integers(0, 255, 3).tolist()))
    pen = ImageDraw.Draw(picture)
    for _ in range(160):
        x, y, width, height = chance.integers((0, 0, 20, 20), (880, 680, 160, 160)).tolist()
        colour = tuple(chance.integers(0, 255, 3).tolist())
        shape = pen.rectangle if chance.random() < 0.5 else pen.ellipse
        shape((x, y, x + width, y + height), fill=colour, outline="black")
    return picture


def as_jpeg(picture: Image.Image, quality: int = 92) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def received(content: bytes, name: str = "query.jpg") -> ReceivedFile:
    receiver = Receiver(store(), name)
    receiver.write(content)
    return receiver.finish()


def analyzed(officer: Officer, content: bytes, sharing: str = "national") -> Material:
    """Hand a picture in and let the engine look at it."""
    details = SubmissionDetails(sharing=sharing)
    material = receive_file(by=officer, upload=received(content), details=details).material
    with lent_original(material) as file, database_role("icse_engine"):
        analyze_still(material, file)
    Submission.objects.filter(material=material).update(analyzed_at=timezone.now())
    return material


def kept_bytes(query: PictureQuery) -> bytes:
    assert query.country_id is not None
    key = key_holder().unwrap(query.wrapped_key, query.country_id)
    with open_sealed(store().open(Shelf.QUERIES, query.object_name), key) as stream:
        return stream.read()


def answered(query: PictureQuery) -> str:
    with database_role("icse_engine"):
        return str(answer_picture_query(query_id=str(query.pk)))


def hits(officer: Officer, query: PictureQuery) -> list[tuple[str, Material]]:
    with served(officer):
        return [(hit.kind, hit.other) for hit in list_hits(officer, query)]


@pytest.mark.slow
def test_picture_finds_itself_its_copy_and_its_part(cast: Cast) -> None:
    picture = drawn(1)
    original = analyzed(cast.owner, as_jpeg(picture))
    stranger = analyzed(cast.owner, as_jpeg(drawn(2)))
    foreign = analyzed(cast.partner, as_jpeg(picture, 85))

    same = ask_picture(by=cast.colleague, upload=received(as_jpeg(picture)))
    small = ask_picture(by=cast.colleague, upload=received(as_jpeg(picture.resize((600, 467)), 80)))
    part = ask_picture(by=cast.colleague, material_id=original.pk, box=(0.3, 0.3, 0.5, 0.5))

    assert [answered(query) for query in (same, small, part)] == ["done"] * 3
    assert hits(cast.colleague, same) == [("identical", original)]
    assert hits(cast.colleague, small) == [("copy", original)]
    assert hits(cast.colleague, part) == []
    assert stranger not in {other for query in (same, small) for _, other in hits(cast.colleague, query)}
    assert not PictureQueryHit.objects.filter(material=foreign).exists()


@pytest.mark.slow
def test_drawn_box_finds_what_shows_that_part(cast: Cast) -> None:
    picture = drawn(3)
    whole = analyzed(cast.owner, as_jpeg(picture))
    query = ask_picture(by=cast.owner, upload=received(as_jpeg(picture, 80)), box=(0.25, 0.25, 0.5, 0.5))
    assert answered(query) == "done"
    (hit,) = [hit for hit in list_hits(cast.owner, query) if hit.other == whole]
    (x, y, width, height) = hit.regions["own"][0]
    assert 0.2 <= x <= 0.8
    assert 0.2 <= y <= 0.8
    assert max(width, height) <= 0.55
    assert all(0.2 <= point[0] <= 0.8 for point in hit.regions["points"])


@pytest.mark.slow
def test_answered_twice_is_answered_once(cast: Cast) -> None:
    picture = as_jpeg(drawn(4))
    analyzed(cast.owner, picture)
    query = ask_picture(by=cast.owner, upload=received(picture))
    assert answered(query) == "done"
    assert answered(query) == "nothing to answer"
    PictureQuery.objects.update(state="waiting")
    assert answered(query) == "done"
    assert PictureQueryHit.objects.count() == 1


def test_question_is_kept_and_ordered_at_once(cast: Cast, as_app: ServedSwitch) -> None:
    content = as_jpeg(drawn(5))
    with as_app(cast.owner):
        query = ask_picture(by=cast.owner, upload=received(content, "room.jpg"), box=(0.1, 0.1, 0.5, 0.5))
    assert kept_bytes(query) == content
    order = OutboxMessage.objects.get()
    assert (order.task, order.queue, order.priority) == ("search.answer_picture_query", "query", 0)
    assert order.arguments == {"query_id": str(query.pk)}
    assert not Material.objects.exists()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileEmpty),
        (b"just words", UnsupportedFormat),
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64, NotAPicture),
    ],
)
def test_what_is_no_picture_is_refused(cast: Cast, content: bytes, refusal: type[Exception]) -> None:
    upload = received(content)
    with pytest.raises(refusal):
        ask_picture(by=cast.owner, upload=upload)
    assert not upload.incoming.exists()
    assert not PictureQuery.objects.exists()


@pytest.mark.parametrize(
    "box", [(-0.1, 0, 0.5, 0.5), (0.6, 0, 0.5, 0.5), (0, 0, 0.001, 0.5), (0, 0.5, 1, 0.6)]
)
def test_box_must_lie_in_the_picture(cast: Cast, box: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadBox):
        ask_picture(by=cast.owner, material_id=submitted(cast.owner).pk, box=box)


def test_one_picture_is_asked_about(cast: Cast) -> None:
    with pytest.raises(PictureMissing):
        ask_picture(by=cast.owner)
    with pytest.raises(PictureMissing):
        ask_picture(by=cast.owner, upload=received(as_jpeg(drawn(6))), material_id=submitted(cast.owner).pk)
    assert not PictureQuery.objects.exists()


@pytest.mark.parametrize("part", ["national_administrator", "administrator", "auditor"])
def test_roles_without_material_do_not_search(cast: Cast, part: str) -> None:
    with pytest.raises(AccessDenied):
        ask_picture(by=getattr(cast, part), material_id=submitted(cast.owner, sharing="members").pk)


def test_foreign_material_is_not_found(cast: Cast) -> None:
    for material_id in (submitted(cast.partner).pk, uuid4()):
        with pytest.raises(NotFound):
            ask_picture(by=cast.owner, material_id=material_id)
    assert not PictureQuery.objects.exists()


def test_queries_are_ones_own(cast: Cast) -> None:
    query = ask_picture(by=cast.owner, material_id=submitted(cast.owner).pk)
    assert get_picture_query(cast.owner, query.pk) == query
    for officer in (cast.colleague, cast.partner):
        with pytest.raises(NotFound):
            get_picture_query(officer, query.pk)


def test_hits_are_read_as_what_may_be_seen_now(cast: Cast) -> None:
    query = ask_picture(by=cast.owner, material_id=submitted(cast.owner).pk)
    shared = submitted(cast.partner, sharing="members")
    pending = SubmissionFactory.create(officer=cast.owner, analyzed_at=None).material
    for material in (shared, submitted(cast.partner), pending):
        PictureQueryHit.objects.create(
            query=query, material=material, kind="copy", score=0.9, threshold=0.5, algorithm="test"
        )
    assert hits(cast.owner, query) == [("copy", shared)]
    Submission.objects.filter(material=shared).update(
        audience=audience_for("national", cast.partner.unit.country)
    )
    assert hits(cast.owner, query) == []


def test_picture_that_cannot_be_read_fails_in_words(cast: Cast) -> None:
    damaged = as_jpeg(drawn(7))[:600]
    query = ask_picture(by=cast.owner, upload=received(damaged))
    assert answered(query) == "failed"
    query.refresh_from_db()
    assert query.error
    without_preview = ask_picture(by=cast.owner, material_id=submitted(cast.owner).pk)
    assert answered(without_preview) == "failed"


def test_sweep_forgets_after_a_day_and_keeps_what_is_needed(cast: Cast) -> None:
    content, other = as_jpeg(drawn(8)), as_jpeg(drawn(9))
    old, young = (ask_picture(by=cast.owner, upload=received(content)) for _ in range(2))
    gone = ask_picture(by=cast.owner, upload=received(other))
    by_material = ask_picture(by=cast.owner, material_id=submitted(cast.owner).pk)
    two_days_ago = timezone.now() - timedelta(days=2)
    PictureQuery.objects.filter(pk__in=[old.pk, gone.pk, by_material.pk]).update(asked_at=two_days_ago)
    with database_role("icse_engine"):
        assert sweep_task() == 3
        assert sweep_task() == 0
    assert list(PictureQuery.objects.all()) == [young]
    assert kept_bytes(young) == content
    with pytest.raises(FileNotFoundError):
        kept_bytes(gone)


def test_sweep_gives_up_what_nobody_answers(cast: Cast) -> None:
    query = ask_picture(by=cast.owner, material_id=submitted(cast.owner).pk)
    sweep_picture_queries(now=timezone.now() + timedelta(minutes=20))
    query.refresh_from_db()
    assert (query.state, bool(query.error)) == ("failed", True)


def test_wait_returns_when_time_is_over(cast: Cast) -> None:
    query = ask_picture(by=cast.owner, material_id=submitted(cast.owner).pk)
    assert wait_for_answer(cast.owner, query.pk, seconds=0).state == "waiting"


def test_api_waits_then_tells_where_to_ask_again(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "PATIENCE_S", 0.0)
    client.force_login(cast.owner)
    upload = SimpleUploadedFile("room.jpg", as_jpeg(drawn(10)), "image/jpeg")
    answer = client.post("/api/v1/search/image/", {"file": upload, "box": "0.1, 0.1, 0.5, 0.5"})
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting"), answer.content
    query = PictureQuery.objects.get()
    assert query.box == [0.1, 0.1, 0.5, 0.5]
    material = submitted(cast.owner)
    PictureQueryHit.objects.create(
        query=query, material=material, kind="copy", score=0.9, threshold=0.5, algorithm="test"
    )
    PictureQuery.objects.update(state="done")
    told = client.get(answer["Location"]).json()
    assert (told["count"], told["next"], told["previous"]) == (1, None, None)
    assert told["results"][0]["material"]["id"] == str(material.pk)
    assert told["results"][0]["kind"] == "copy"
    client.force_login(cast.partner)
    assert client.get(answer["Location"]).status_code == 404


def test_api_pages_lead_to_the_answer(cast: Cast, client: Client) -> None:
    query = ask_picture(by=cast.owner, material_id=submitted(cast.owner).pk)
    for _ in range(3):
        PictureQueryHit.objects.create(
            query=query, material=submitted(cast.owner), kind="copy", score=0.9, threshold=0.5, algorithm="t"
        )
    PictureQuery.objects.update(state="done")
    client.force_login(cast.owner)
    first = client.get(f"/api/v1/search/image/{query.pk}/?page_size=2").json()
    second = client.get(first["next"]).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (2, 1, None)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({}, 400),
        ({"material": "nonsense"}, 400),
        ({"box": "1,2,3"}, 400),
        ({"material": "11111111-1111-4111-8111-111111111111"}, 404),
    ],
)
def test_api_refuses(cast: Cast, client: Client, told: dict[str, str], status: int) -> None:
    client.force_login(cast.owner)
    for content_type in ("multipart", "json"):
        answer = (
            client.post("/api/v1/search/image/", told)
            if content_type == "multipart"
            else client.post("/api/v1/search/image/", told, content_type="application/json")
        )
        assert answer.status_code == status, answer.content


def test_api_tells_why_a_search_failed(cast: Cast, client: Client) -> None:
    query = ask_picture(by=cast.owner, material_id=submitted(cast.owner).pk)
    PictureQuery.objects.update(state="failed", error="This file is damaged.")
    client.force_login(cast.owner)
    answer = client.get(f"/api/v1/search/image/{query.pk}/")
    assert (answer.status_code, answer.json()["error"]["message"]) == (422, "This file is damaged.")


def test_hits_are_those_of_ones_own_queries_on_what_one_may_still_see(cast: Cast) -> None:
    """Asked of the filter by itself; the floor beneath it is not in force here."""
    seen, closed = submitted(cast.owner), submitted(cast.partner)
    own, foreign = (
        PictureQuery.objects.create(officer=officer, scopes=[], sha256="0" * 64, state="done")
        for officer in (cast.owner, cast.colleague)
    )
    for query in (own, foreign):
        for material in (seen, closed):
            PictureQueryHit.objects.create(
                query=query, material=material, kind="copy", score=0.9, threshold=0.5, algorithm="test"
            )
    met = PictureQueryHit.objects.visible_to(cast.owner)

    assert [(hit.query_id, hit.material_id) for hit in met] == [(own.pk, seen.pk)]
