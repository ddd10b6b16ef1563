"""Sending a file piece by piece, after tus 1.0.0: what is kept, what is refused, and with which answer."""

import hashlib
import io
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.http import UnreadablePostError
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.acting import acting_as
from evidence.errors import StorageFull
from evidence.keys import key_holder
from evidence.models import CustodyEvent, Submission
from evidence.objects import open_object
from evidence.store import Shelf, store
from evidence.uploads import services
from evidence.uploads.errors import ChecksumMismatch
from evidence.uploads.models import Batch, Upload
from evidence.uploads.parts import Part, parts
from evidence.uploads.protocol import Checksum, Piece
from icse.common.models import OutboxMessage
from icse.common.sealing import SEGMENT, place_of
from tests.cast import Cast
from tests.integration.uploads.sending import (
    UPLOADS,
    VERSION,
    announce,
    begin,
    metadata,
    new_picture,
    open_batch,
    send,
    standing,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client, cast: Cast) -> Client:
    """Return the owner's client."""
    client.force_login(cast.owner)
    return client


def _id_of(place: str) -> UUID:
    return UUID(place.rstrip("/").rpartition("/")[2])


def _checksum(algorithm: str, piece: bytes) -> str:
    digest = hashlib.new(algorithm, piece, usedforsecurity=False).digest()
    return f"{algorithm} {b64encode(digest).decode()}"


def test_file_in_pieces_becomes_a_submission(client: Client, cast: Cast) -> None:
    content = new_picture(3000)
    batch = open_batch(client, case_reference="2026-117", handling="tlp:red", files=1, bytes=len(content))
    place = begin(client, len(content), batch=batch, path="phone/room.jpg")

    first = send(client, place, content[:1000])
    last = send(client, place, content[1000:], 1000)

    assert (first.status_code, first["Upload-Offset"]) == (204, "1000")
    assert (last.status_code, last["Upload-Offset"], last["Icse-Verdict"]) == (204, "3000", "new")
    submission = Submission.objects.select_related("material").get(pk=last["Icse-Submission"])
    assert submission.material.sha256 == hashlib.sha256(content).hexdigest()
    assert (submission.officer, submission.source_path) == (cast.owner, "phone/room.jpg")
    assert (submission.case_reference, submission.handling, str(submission.batch)) == (
        "2026-117",
        "tlp:red",
        batch,
    )
    with open_object(submission.material) as stream:
        assert stream.read() == content
    assert CustodyEvent.objects.filter(submission=submission, kind="received").count() == 1
    assert OutboxMessage.objects.filter(task="media_analysis.analyze").count() == 1
    assert _id_of(place) not in parts().list_all()


def test_after_a_cut_the_sender_goes_on_where_the_file_stands(client: Client) -> None:
    content = new_picture(2000)
    place = begin(client, len(content))
    send(client, place, content[:700])

    stands = standing(client, place)
    assert (stands.status_code, stands["Upload-Offset"], stands["Upload-Length"]) == (200, "700", "2000")
    assert stands["Cache-Control"] == "no-store"
    assert send(client, place, content[700:], 700)["Icse-Verdict"] == "new"


class _Line:
    """A body whose connection breaks off after some bytes, quietly or not."""

    def __init__(self, content: bytes, *, breaks_loudly: bool) -> None:
        self._stream = io.BytesIO(content)
        self._breaks_loudly = breaks_loudly

    def read(self, size: int) -> bytes:
        piece = self._stream.read(min(size, 300))
        if not piece and self._breaks_loudly:
            raise UnreadablePostError
        return piece


@pytest.mark.parametrize("breaks_loudly", [False, True])
def test_piece_counts_as_far_as_it_arrived(client: Client, cast: Cast, *, breaks_loudly: bool) -> None:
    content = new_picture(2000)
    place = begin(client, len(content))
    line = _Line(content[:900], breaks_loudly=breaks_loudly)

    with acting_as(cast.owner, "test"):
        services.add_piece(by=cast.owner, upload_id=_id_of(place), piece=Piece(0, 2000, None), body=line)

    assert standing(client, place)["Upload-Offset"] == "900"
    assert send(client, place, content[900:], 900)["Icse-Sha256"] == hashlib.sha256(content).hexdigest()


def test_piece_with_a_checksum_that_was_cut_counts_nothing(client: Client, cast: Cast) -> None:
    content = new_picture(2000)
    place = begin(client, len(content))
    piece = Piece(0, 2000, Checksum("sha256", hashlib.sha256(content).digest()))

    with acting_as(cast.owner, "test"), pytest.raises(ChecksumMismatch):
        services.add_piece(
            by=cast.owner,
            upload_id=_id_of(place),
            piece=piece,
            body=_Line(content[:900], breaks_loudly=False),
        )

    assert standing(client, place)["Upload-Offset"] == "0"


@given(cuts=st.lists(st.integers(min_value=0, max_value=5000), max_size=8))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_file_is_the_same_wherever_the_line_breaks(client: Client, cast: Cast, cuts: list[int]) -> None:
    content = new_picture(5000)
    place = begin(client, len(content))
    for cut in cuts:
        offset = int(standing(client, place)["Upload-Offset"])
        rest = content[offset : offset + cut]
        if offset + len(rest) == len(content):
            break
        with acting_as(cast.owner, "test"):
            piece = Piece(offset, len(content) - offset, None)
            services.add_piece(
                by=cast.owner, upload_id=_id_of(place), piece=piece, body=_Line(rest, breaks_loudly=False)
            )
    offset = int(standing(client, place)["Upload-Offset"])

    answer = send(client, place, content[offset:], offset)

    assert answer["Icse-Sha256"] == hashlib.sha256(content).hexdigest()


@contextmanager
def _opened(place: str) -> Iterator[Part]:
    upload = Upload.objects.get(pk=_id_of(place))
    key = key_holder().unwrap(upload.wrapped_key, upload.country_id)
    with parts().locked(upload.pk) as locked:
        yield locked.opened(key, upload.length)


def test_what_a_dead_request_left_behind_is_written_over(client: Client) -> None:
    """A process died between writing and counting: the part is longer than its row says."""
    content = new_picture(2000)
    place = begin(client, len(content))
    send(client, place, content[:500])
    with _opened(place) as part:
        part.write_at(500, b"x" * 800)
        part.sync()

    answer = send(client, place, content[500:], 500)

    assert answer["Icse-Sha256"] == hashlib.sha256(content).hexdigest()


def test_what_the_disk_lost_is_sent_again(client: Client) -> None:
    content = new_picture(2000)
    place = begin(client, len(content))
    send(client, place, content[:1000])
    beside = parts().folder / f"{_id_of(place)}.begun"
    beside.unlink()

    assert standing(client, place)["Upload-Offset"] == "0"
    assert send(client, place, content)["Icse-Verdict"] == "new"


def test_what_the_disk_spoilt_is_sent_again(client: Client) -> None:
    """The offset goes back to the last segment that is whole, and the sender goes on from there."""
    content = new_picture(2 * SEGMENT + 5000)
    place = begin(client, len(content))
    send(client, place, content[: 2 * SEGMENT + 100])
    part = parts().folder / str(_id_of(place))
    spoilt = bytearray(part.read_bytes())
    spoilt[place_of(1) + 50] ^= 1
    part.write_bytes(spoilt)

    refused = send(client, place, content[2 * SEGMENT + 100 :], 2 * SEGMENT + 100)

    assert refused.status_code == 409
    assert standing(client, place)["Upload-Offset"] == str(SEGMENT)
    answer = send(client, place, content[SEGMENT:], SEGMENT)
    assert answer["Icse-Sha256"] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_piece_with_its_checksum_counts(client: Client, algorithm: str) -> None:
    content = new_picture()
    place = begin(client, len(content))
    answer = send(client, place, content, checksum=_checksum(algorithm, content))
    assert answer["Icse-Verdict"] == "new"


def test_damaged_piece_is_discarded_whole(client: Client) -> None:
    content = new_picture(2000)
    place = begin(client, len(content))

    answer = send(client, place, b"x" * 1000, checksum=_checksum("sha256", content[:1000]))

    assert (answer.status_code, standing(client, place)["Upload-Offset"]) == (460, "0")
    assert send(client, place, content)["Icse-Sha256"] == hashlib.sha256(content).hexdigest()


def test_wrong_offset_changes_nothing(client: Client) -> None:
    content = new_picture(2000)
    place = begin(client, len(content))
    send(client, place, content[:500])

    for offset in (0, 499, 501):
        assert send(client, place, content[offset : offset + 10], offset).status_code == 409
    assert standing(client, place)["Upload-Offset"] == "500"


def test_overrun_is_refused_before_anything_is_written(client: Client) -> None:
    place = begin(client, 1000)
    assert send(client, place, b"x" * 1001).status_code == 413
    assert parts().size_of(_id_of(place), 1000) == 0


def test_text_is_refused_with_its_first_piece(client: Client) -> None:
    """Before the other ninety megabytes are sent in vain."""
    place = begin(client, 90 * 1024**2)

    answer = send(client, place, b"no picture at all " * 400)

    assert answer.status_code == 415
    assert "text file" in answer.json()["error"]["message"]
    assert answer["Tus-Resumable"] == "1.0.0"
    upload = Upload.objects.get(pk=_id_of(place))
    assert (upload.state, upload.reason) == ("refused", "unsupported_format")
    assert _id_of(place) not in parts().list_all()
    assert standing(client, place).status_code == 410


def test_other_content_than_announced_is_refused(client: Client) -> None:
    content = new_picture()
    place = begin(client, len(content), sha256="0" * 64)

    answer = send(client, place, content)

    assert (answer.status_code, answer.json()["error"]["reason"]) == (422, "content_differs")
    assert not Submission.objects.exists()
    assert not store().holds(Shelf.ORIGINALS, hashlib.sha256(content).hexdigest())


def test_announced_content_is_received(client: Client) -> None:
    content = new_picture()
    place = begin(client, len(content), sha256=hashlib.sha256(content).hexdigest().upper())
    assert send(client, place, content)["Icse-Verdict"] == "new"


def test_empty_file_is_refused_at_once(client: Client) -> None:
    answer = announce(client, 0, batch=open_batch(client))
    assert (answer.status_code, answer.json()["error"]["reason"]) == (422, "empty_file")


def test_file_beyond_the_limit_is_refused_before_a_byte_is_sent(client: Client) -> None:
    answer = announce(client, 11 * 1024**3, batch=open_batch(client))
    assert answer.status_code == 413
    assert not Upload.objects.exists()


def test_disk_that_is_full_loses_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    content = new_picture(2000)
    place = begin(client, len(content))
    send(client, place, content[:500])

    def full(_: int) -> None:
        raise StorageFull

    with monkeypatch.context() as patched:
        patched.setattr(services, "check_room", full)
        assert send(client, place, content[500:], 500).status_code == 507

    assert send(client, place, content[500:], 500)["Icse-Verdict"] == "new"


def test_crash_between_last_byte_and_submission_is_finished_later(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = new_picture()
    place = begin(client, len(content))

    def die(*_: object, **__: object) -> None:
        raise SystemError

    with monkeypatch.context() as patched:
        patched.setattr(services, "_receive", die)
        with pytest.raises(SystemError):
            send(client, place, content)
    assert standing(client, place)["Upload-Offset"] == str(len(content))

    finished = client.post(f"{place}finish/")
    again = client.post(f"{place}finish/")

    assert (finished.status_code, finished.json()["verdict"]) == (200, "new")
    assert again.json() == finished.json()
    assert Submission.objects.count() == 1


def test_answer_that_was_lost_is_asked_for_again(client: Client) -> None:
    content = new_picture()
    place = begin(client, len(content))
    sent = send(client, place, content)

    stands = standing(client, place)

    assert (stands["Upload-Offset"], stands["Icse-Submission"]) == (
        str(len(content)),
        sent["Icse-Submission"],
    )
    assert client.get(place).json()["verdict"] == "new"
    assert send(client, place, b"x", len(content)).status_code == 410


def test_unfinished_file_cannot_be_finished(client: Client) -> None:
    place = begin(client, 1000)
    answer = client.post(f"{place}finish/")
    assert (answer.status_code, answer.json()["error"]["reason"]) == (409, "not_whole")


def test_file_that_is_being_sent_by_another_is_locked(client: Client) -> None:
    place = begin(client, 1000)
    with parts().locked(_id_of(place)):
        answer = send(client, place, b"x" * 10)
        discarded = client.delete(place, headers=VERSION)

    assert (answer.status_code, discarded.status_code) == (423, 423)
    assert standing(client, place)["Upload-Offset"] == "0"


def test_discarded_file_is_gone(client: Client, django_capture_on_commit_callbacks: object) -> None:
    place = begin(client, 1000)
    send(client, place, b"\xff\xd8\xff" + b"x" * 10)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert client.delete(place, headers=VERSION).status_code == 204

    assert standing(client, place).status_code == 404
    assert _id_of(place) not in parts().list_all()


def test_received_file_cannot_be_discarded(client: Client) -> None:
    content = new_picture()
    place = begin(client, len(content))
    send(client, place, content)

    assert client.delete(place, headers=VERSION).status_code == 410
    assert Submission.objects.count() == 1


def test_nobody_else_meets_an_upload(client: Client, cast: Cast) -> None:
    """Neither a stranger nor a colleague; theirs and missing ones are answered alike."""
    content = new_picture(2000)
    place = begin(client, len(content))
    missing = f"{UPLOADS}{uuid4()}/"
    for other in (cast.colleague, cast.partner):
        stranger = Client()
        stranger.force_login(other)
        for address in (place, missing):
            assert standing(stranger, address).status_code == 404
            assert send(stranger, address, content).status_code == 404
            assert stranger.delete(address, headers=VERSION).status_code == 404
            assert stranger.post(f"{address}finish/").status_code == 404
        assert stranger.get(UPLOADS).json()["results"] == []
        assert announce(stranger, 10, batch=str(Batch.objects.get().pk)).status_code == 404

    assert standing(client, place)["Upload-Offset"] == "0"


def test_administrators_send_nothing(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.national_administrator)
    assert client.post("/api/v1/batches/", {}, content_type="application/json").status_code == 403


def test_silent_holding_is_new_to_who_may_not_know_it(client: Client, cast: Cast) -> None:
    content = new_picture()
    holder = Client()
    holder.force_login(cast.partner)
    send(holder, begin(holder, len(content)), content)

    assert send(client, begin(client, len(content)), content)["Icse-Verdict"] == "new"
    assert send(client, begin(client, len(content)), content)["Icse-Verdict"] == "known_to_your_country"


@pytest.mark.parametrize("header", [{}, {"Tus-Resumable": "0.2.2"}])
def test_other_version_is_told_ours(client: Client, header: dict[str, str]) -> None:
    place = begin(client, 1000)
    for answer in (client.post(UPLOADS, headers=header), client.head(place, headers=header)):
        assert (answer.status_code, answer["Tus-Version"], answer["Tus-Resumable"]) == (
            412,
            "1.0.0",
            "1.0.0",
        )


def test_options_tell_what_is_spoken(client: Client) -> None:
    answer = client.options(UPLOADS)
    assert answer.status_code == 204
    assert answer["Tus-Extension"] == "creation,checksum,termination,expiration"
    assert answer["Tus-Checksum-Algorithm"] == "sha256,sha1"
    assert answer["Tus-Max-Size"] == str(10 * 1024**3)


def test_post_may_stand_for_another_method(client: Client) -> None:
    content = new_picture()
    place = begin(client, len(content))
    answer = client.post(
        place,
        content,
        content_type="application/offset+octet-stream",
        headers={**VERSION, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"},
    )
    assert answer["Icse-Verdict"] == "new"


def test_only_a_post_stands_for_another_method(client: Client) -> None:
    place = begin(client, 1000)
    client.get(place, headers={**VERSION, "X-HTTP-Method-Override": "DELETE"})
    assert client.post(place, headers=VERSION).status_code == 405
    assert standing(client, place).status_code == 200


def test_override_needs_the_page_s_token_like_any_write(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.owner)
    place = f"{UPLOADS}{uuid4()}/"
    answer = client.post(place, headers={**VERSION, "X-HTTP-Method-Override": "DELETE"})
    assert (answer.status_code, answer["Tus-Resumable"]) == (403, "1.0.0")


def test_signed_out_answers_carry_the_version(db: None) -> None:
    answer = Client().post(UPLOADS)
    assert (answer.status_code, answer["Tus-Resumable"]) == (401, "1.0.0")


@pytest.mark.parametrize(
    "told",
    ["batch", "batch !", metadata(batch="no-uuid"), metadata(filename="a.jpg")],
    ids=["empty", "no_base64", "no_uuid", "missing"],
)
def test_metadata_without_a_batch_is_a_bad_request(client: Client, told: str) -> None:
    answer = client.post(UPLOADS, headers={**VERSION, "Upload-Length": "5", "Upload-Metadata": told})
    assert answer.status_code == 400


@pytest.mark.parametrize("told", [{"modified": "yesterday"}, {"modified": "9" * 30}, {"sha256": "abc"}])
def test_metadata_that_makes_no_sense_is_a_bad_request(client: Client, told: dict[str, str]) -> None:
    assert announce(client, 5, batch=open_batch(client), **told).status_code == 400


@pytest.mark.parametrize("offset", ["-1", str(2**63), " 1", "1e3", ""])
def test_offset_that_is_none_is_a_bad_request(client: Client, offset: str) -> None:
    place = begin(client, 1000)
    assert send(client, place, b"x", offset).status_code == 400


def test_names_are_labels_and_nothing_else(client: Client) -> None:
    content = new_picture()
    name = "../../etc/pass\u202egpj.exe\x00\r\n"
    place = begin(client, len(content), filename=name, path=f"/{name}")

    submission = Submission.objects.get(pk=send(client, place, content)["Icse-Submission"])

    assert submission.file_name == "../../etc/pass\\u202egpj.exe\\u0000\\u000d\\u000a"
    assert store().holds(Shelf.ORIGINALS, hashlib.sha256(content).hexdigest())


def test_batch_that_was_ended_takes_no_more(
    client: Client, django_capture_on_commit_callbacks: object
) -> None:
    batch = open_batch(client, files=2)
    content = new_picture()
    send(client, begin(client, len(content), batch=batch), content)
    place = begin(client, 1000, batch=batch)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert client.delete(f"/api/v1/batches/{batch}/").status_code == 204

    assert _id_of(place) not in parts().list_all()
    assert announce(client, 10, batch=batch).status_code == 409
    assert Submission.objects.count() == 1
    assert client.get("/api/v1/batches/").json()["results"] == []


def test_unfinished_batches_are_listed_until_all_is_there(client: Client) -> None:
    content = new_picture()
    batch = open_batch(client, files=2)
    send(client, begin(client, len(content), batch=batch), content)
    send(client, begin(client, 1000, batch=batch), b"\xff\xd8\xff")

    (listed,) = client.get("/api/v1/batches/").json()["results"]
    assert (listed["received"], listed["partly"], listed["announced_files"]) == (1, 1, 2)
    files = client.get(f"/api/v1/batches/{batch}/files/").json()["results"]
    assert [(each["state"], each["offset"]) for each in files] == [("received", len(content)), ("open", 3)]
    assert [each["offset"] for each in client.get(UPLOADS).json()["results"]] == [3]


def test_expiry_moves_with_every_piece(client: Client) -> None:
    place = begin(client, 1000)
    Upload.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    answer = send(client, place, b"\xff\xd8\xff")

    assert answer["Upload-Expires"].endswith("GMT")
    assert Upload.objects.get().expires_at > timezone.now() + timedelta(days=6)
