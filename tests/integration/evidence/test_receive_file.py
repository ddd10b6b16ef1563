"""Taking a file in: what is written, and what is told to whom."""

import hashlib
import io
from itertools import count
from typing import Any, Final
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import DataError, Error, connection
from django.test import Client
from PIL import Image

from accounts.models import Sharing
from evidence.models import CustodyEvent, Material, Submission
from evidence.objects import open_object
from evidence.receiving import Receiver
from evidence.services import SubmissionDetails, receive_file
from evidence.store import Shelf, store
from icse.common.models import OutboxMessage
from tests.cast import Cast, make_cast
from tests.conftest import ServedSwitch
from tests.factories.evidence import SubmissionFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/submissions/"
_WIDTHS: Final = count(100)


def drawn(colour: str = "steelblue", *, is_new: bool = False) -> bytes:
    """Return a small JPEG of one colour, as wide as none before where it has to be new to the store."""
    stream = io.BytesIO()
    Image.new("RGB", (next(_WIDTHS) if is_new else 64, 48), colour).save(stream, "JPEG")
    return stream.getvalue()


def hand_in(client: Client, content: bytes, name: str = "room.jpg", **told: object) -> Any:
    """Send one file as a browser does, the file last."""
    upload = io.BytesIO(content)
    upload.name = name
    return client.post(URL, {**told, "file": upload})


def _is_stored(content: bytes) -> bool:
    return store().holds(Shelf.ORIGINALS, hashlib.sha256(content).hexdigest())


def _fail(*_: object, **__: object) -> None:
    raise DataError


def _lose_connection(*_: object, **__: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def incoming_files() -> int:
    """Return how many files have arrived but were neither stored nor removed."""
    return sum(1 for _ in (settings.EVIDENCE_DIR / "incoming").iterdir())


def test_new_file_is_stored_noted_and_ordered(cast: Cast, client: Client) -> None:
    """A first file makes material, submission, three custody lines and one order to analyze it."""
    client.force_login(cast.owner)
    content = drawn()

    answer = hand_in(client, content, case_reference="AA-2026-1", source_path="phone/DCIM/room.jpg")

    assert answer.status_code == 201, answer.content
    digest = hashlib.sha256(content).hexdigest()
    material = Material.objects.get()
    told = answer.json()
    assert told["verdict"] == "new"
    assert told["material"] == {
        "id": str(material.pk),
        "sha256": digest,
        "kind": "photo",
        "state": "received",
    }
    assert material.sha1 == hashlib.sha1(content, usedforsecurity=False).hexdigest()
    assert material.md5 == hashlib.md5(content, usedforsecurity=False).hexdigest()
    with open_object(Material.objects.get(sha256=digest)) as kept:
        assert kept.read() == content
    submission = Submission.objects.get()
    assert (submission.case_reference, submission.source_path) == ("AA-2026-1", "phone/DCIM/room.jpg")
    kinds = list(CustodyEvent.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["received", "hashed", "stored"]
    assert OutboxMessage.objects.get().arguments["material_id"] == str(material.pk)


def test_same_file_twice_is_one_material_with_two_submissions(cast: Cast, client: Client) -> None:
    """The second occurrence is evidence too, and the officer is told."""
    client.force_login(cast.owner)
    hand_in(client, drawn(), name="first.jpg")
    client.force_login(cast.colleague)

    answer = hand_in(client, drawn(), name="second.jpg")

    assert answer.json()["verdict"] == "known_to_your_country"
    assert Material.objects.count() == 1
    names = Submission.objects.order_by("received_at").values_list("file_name", flat=True)
    assert list(names) == ["first.jpg", "second.jpg"]
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize(("sharing", "verdict"), [("national", "new"), ("members", "known")])
def test_verdict_tells_only_what_was_shared(cast: Cast, client: Client, sharing: str, verdict: str) -> None:
    """A file that another country holds is known only where that country shares it."""
    client.force_login(cast.partner)
    hand_in(client, drawn(), sharing=sharing)
    client.force_login(cast.owner)

    answer = hand_in(client, drawn())

    assert (answer.status_code, answer.json()["verdict"]) == (201, verdict)


def test_first_sight_of_a_silent_holding_is_analyzed_as_if_new(cast: Cast, client: Client) -> None:
    """A country that can see no other submission waits for an analysis of its own."""
    client.force_login(cast.partner)
    hand_in(client, drawn())
    Submission.objects.update(analyzed_at="2026-01-01T00:00:00Z")
    client.force_login(cast.owner)

    answer = hand_in(client, drawn())

    assert answer.json()["material"]["state"] == "received"
    assert OutboxMessage.objects.filter(task="media_analysis.analyze").count() == 2


def test_known_file_takes_over_the_state_that_may_be_known(cast: Cast, client: Client) -> None:
    """A second file of the same country is as far as the first one."""
    client.force_login(cast.owner)
    hand_in(client, drawn())
    Submission.objects.update(analyzed_at="2026-01-01T00:00:00Z")

    answer = hand_in(client, drawn())

    assert answer.json()["material"]["state"] == "done"


@pytest.mark.parametrize(
    ("name", "content", "status", "reason"),
    [
        ("empty.jpg", b"", 422, "empty_file"),
        ("letter.jpg", b"Dear colleague, this is a letter." * 40, 415, "unsupported_format"),
        ("film.mp4", b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n/etc/hostname\n", 415, "unsupported_format"),
    ],
)
def test_refused_file_names_the_reason_and_leaves_nothing(
    cast: Cast, client: Client, name: str, content: bytes, status: int, reason: str
) -> None:
    """What is no picture or video is refused by content, whatever its name says."""
    client.force_login(cast.owner)
    before = incoming_files()

    answer = hand_in(client, content, name=name)

    assert (answer.status_code, answer.json()["error"]["reason"]) == (status, reason)
    assert not Material.objects.exists()
    assert not Submission.objects.exists()
    assert incoming_files() == before


def test_type_is_told_by_content_not_by_name(cast: Cast, client: Client) -> None:
    """A JPEG named as a video is a photo."""
    client.force_login(cast.owner)

    assert hand_in(client, drawn(), name="clip.mp4").json()["material"]["kind"] == "photo"


def test_bad_field_is_named_and_leaves_nothing(cast: Cast, client: Client) -> None:
    """A field that is not right refuses the whole request."""
    client.force_login(cast.owner)
    before = incoming_files()

    answer = hand_in(client, drawn(), sharing="everyone")

    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == ["sharing"]
    assert not Material.objects.exists()
    assert incoming_files() == before


def test_file_for_a_group_that_is_none_leaves_nothing_in_the_store(cast: Cast, client: Client) -> None:
    client.force_login(cast.owner)
    content = drawn(is_new=True)
    answer = hand_in(client, content, sharing="group", groups=[str(uuid4())])

    assert answer.status_code == 400
    assert not _is_stored(content)


def test_file_whose_rows_cannot_be_written_leaves_nothing_in_the_store(
    cast: Cast, as_app: ServedSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would ever know of it again."""
    content = drawn(is_new=True)
    receiver = Receiver(store(), "room.jpg")
    receiver.write(content)
    monkeypatch.setattr("evidence.services.record", _fail)
    with pytest.raises(DataError), as_app(cast.owner):
        receive_file(by=cast.owner, upload=receiver.finish(), details=SubmissionDetails())

    assert not _is_stored(content)


def test_file_that_was_stored_before_outlives_a_refusal(
    cast: Cast, client: Client, as_app: ServedSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = drawn(is_new=True)
    client.force_login(cast.partner)
    hand_in(client, content)
    receiver = Receiver(store(), "room.jpg")
    receiver.write(content)
    monkeypatch.setattr("evidence.services.record", _fail)
    with pytest.raises(DataError), as_app(cast.owner):
        receive_file(by=cast.owner, upload=receiver.finish(), details=SubmissionDetails())

    assert _is_stored(content)


@pytest.mark.django_db(transaction=True)
def test_file_stays_where_the_lock_on_it_was_lost_with_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody else may have handed the same file in by then."""
    owner, content = make_cast().owner, drawn(is_new=True)
    receiver = Receiver(store(), "room.jpg")
    receiver.write(content)
    monkeypatch.setattr("evidence.services.record", _lose_connection)
    with pytest.raises(Error):
        receive_file(by=owner, upload=receiver.finish(), details=SubmissionDetails())
    connection.close()

    assert _is_stored(content)


def test_file_in_another_field_is_refused_and_removed(cast: Cast, client: Client) -> None:
    """A request without the field `file` leaves nothing on the disk."""
    client.force_login(cast.owner)
    before = incoming_files()
    upload = io.BytesIO(drawn())
    upload.name = "room.jpg"

    answer = client.post(URL, {"picture": upload})

    assert (answer.status_code, answer.json()["error"]["reason"]) == (422, "no_file")
    assert incoming_files() == before


def test_too_large_a_file_is_refused_from_the_head(cast: Cast, client: Client, settings: Any) -> None:
    """The length in the request's head is enough to refuse."""
    settings.UPLOAD_LIMIT = 100
    client.force_login(cast.owner)

    answer = hand_in(client, drawn())

    assert (answer.status_code, answer.json()["error"]["reason"]) == (413, "too_large")


def test_path_that_turns_text_around_is_spelt_out(cast: Cast, client: Client) -> None:
    """Names and paths are labels: what cannot be printed is shown as its code."""
    client.force_login(cast.owner)

    hand_in(client, drawn(), source_path="../phone/\u202egpj.exe")

    assert Submission.objects.get().source_path == "../phone/\\u202egpj.exe"


def test_role_without_media_hands_in_nothing(cast: Cast, client: Client) -> None:
    """An administrator of the secretariat has no right to media, nor to hand any in."""
    client.force_login(cast.administrator)
    before = incoming_files()

    answer = hand_in(client, drawn())

    assert answer.status_code == 403
    assert not Material.objects.exists()
    assert incoming_files() == before


def test_list_shows_the_own_country_alone(cast: Cast, client: Client) -> None:
    """Even what others share with everybody is not in the list of what was handed in here."""
    own = SubmissionFactory(officer=cast.colleague)
    SubmissionFactory(officer=cast.partner, sharing=Sharing.MEMBERS)
    client.force_login(cast.owner)

    listed = client.get(URL).json()

    assert [each["id"] for each in listed["results"]] == [str(own.pk)]
