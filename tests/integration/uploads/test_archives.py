"""Archives: what lies in them is handed in, in the name of whoever sent them, and nothing else."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.audit.models import InboxEvent
from accounts.models import Sharing
from accounts.queries import audience_for
from evidence.models import CustodyEvent, Intake, Material, Submission
from evidence.store import Shelf, store
from evidence.uploads import unpacking
from evidence.uploads.models import KEPT, Batch, Upload
from evidence.uploads.parts import parts
from evidence.uploads.reaping import reap_uploads
from evidence.uploads.unpacking import begin_unpacking, holding_archive, requeue_archives
from icse.common.models import OutboxMessage
from media_analysis.engine.decoding.errors import DecoderDied
from media_analysis.services import archives
from media_analysis.services.archives import Unpacking, unpack
from tests.hostile.archives import encrypted_zip, tarred, zip_of_zeros, zipped
from tests.integration.uploads.sending import begin, new_picture, open_batch, send, standing
from tests.world import body_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from tests.cast import Cast
    from tests.conftest import RoleSwitch

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client, cast: Cast) -> Client:
    """Return the owner's client."""
    client.force_login(cast.owner)
    return client


def _sent(client: Client, content: bytes, **told: str) -> UUID:
    """Send an archive and return its upload."""
    place = begin(client, len(content), **{"filename": "phone.zip", "path": "disk/phone.zip", **told})
    answer = send(client, place, content)
    assert (answer.status_code, answer["Icse-State"]) == (204, "unpacking")
    return UUID(place.rstrip("/").rpartition("/")[2])


def _files(client: Client, upload: UUID) -> dict[str, Any]:
    """Return what the sender is told of each file of the archive's batch."""
    batch = Upload.objects.get(pk=upload).batch_id
    return {
        each["source_path"]: each for each in client.get(f"/api/v1/batches/{batch}/files/").json()["results"]
    }


def test_each_file_becomes_a_submission_of_its_sender(
    client: Client, cast: Cast, as_engine: RoleSwitch
) -> None:
    pictures = {"DCIM/1.jpg": new_picture(), "DCIM/ü/2.jpg": new_picture()}
    batch = open_batch(client, case_reference="2026-117", priority="urgent", sharing="members", files=1)
    upload = _sent(client, zipped(pictures), batch=batch)

    with as_engine():
        assert unpack(upload) == Unpacking.DONE

    handed_in = {each.source_path: each for each in Submission.objects.select_related("material")}
    assert {path: each.material.sha256 for path, each in handed_in.items()} == {
        f"disk/phone.zip/{name}": hashlib.sha256(content).hexdigest() for name, content in pictures.items()
    }
    for submission in handed_in.values():
        assert (submission.officer, submission.unit, submission.batch) == (
            cast.owner, cast.owner.unit, UUID(batch),
        )  # fmt: skip
        assert (submission.case_reference, submission.priority) == ("2026-117", "urgent")
        assert submission.audience == audience_for(Sharing.MEMBERS, cast.owner.unit.country)
        assert store().holds(Shelf.ORIGINALS, submission.material.sha256)
    assert handed_in["disk/phone.zip/DCIM/1.jpg"].file_name == "1.jpg"
    ordered = OutboxMessage.objects.filter(task="media_analysis.analyze")
    assert {each.arguments["material_id"] for each in ordered} == {
        str(each.material_id) for each in handed_in.values()
    }
    assert {each.priority for each in ordered} == {0}
    told = Batch.objects.get().uploads.get(pk=upload)
    assert told.state == "unpacked"
    assert upload not in parts().list_all()


def test_custody_names_the_archive(client: Client, as_engine: RoleSwitch) -> None:
    content = zipped({"1.jpg": new_picture()})
    upload = _sent(client, content)
    with as_engine():
        unpack(upload)

    hashed = CustodyEvent.objects.get(kind=CustodyEvent.Kind.HASHED)
    assert hashed.detail["archive"] == hashlib.sha256(content).hexdigest()
    event = InboxEvent.objects.get(act="submission.received")
    assert event.officer_id == Upload.objects.get(pk=upload).officer_id
    assert event.objects_named[0] == Submission.objects.get().pk


def test_what_is_left_out_is_told_with_its_reason(client: Client, as_engine: RoleSwitch) -> None:
    upload = _sent(client, zipped({"1.jpg": new_picture(), "notes.txt": b"hello " * 99, "empty.jpg": b""}))
    with as_engine():
        unpack(upload)

    files = _files(client, upload)
    assert {path: each["state"] for path, each in files.items()} == {
        "disk/phone.zip": "unpacked",
        "disk/phone.zip/1.jpg": "received",
        "disk/phone.zip/notes.txt": "refused",
        "disk/phone.zip/empty.jpg": "refused",
    }
    assert "text file" in files["disk/phone.zip/notes.txt"]["message"]
    assert files["disk/phone.zip/1.jpg"]["verdict"] == "new"
    assert files["disk/phone.zip"]["sha256"] == Upload.objects.get(pk=upload).sha256
    batch = client.get(f"/api/v1/batches/{Upload.objects.get(pk=upload).batch_id}/").json()
    assert (batch["received"], batch["refused"]) == (1, 2)
    report = body_of(client.get(f"/upload/{batch['id']}/files.csv"))
    assert "disk/phone.zip/notes.txt" in report


def test_packed_tar_counts_like_a_zip(client: Client, as_engine: RoleSwitch) -> None:
    upload = _sent(client, tarred({"1.jpg": new_picture()}, "tar.gz"), path="disk/phone.tgz")
    with as_engine():
        assert unpack(upload) == Unpacking.DONE

    assert Submission.objects.get().source_path == "disk/phone.tgz/1.jpg"


@pytest.mark.parametrize(
    ("content", "reason"), [(zip_of_zeros(), "too_dense"), (b"PK\x03\x04 nothing", "damaged")]
)
def test_trap_is_refused_with_its_reason(
    client: Client, as_engine: RoleSwitch, content: bytes, reason: str
) -> None:
    upload = _sent(client, content)
    with as_engine():
        assert unpack(upload) == Unpacking.REFUSED

    refused = Upload.objects.get(pk=upload)
    assert (refused.state, refused.reason) == ("refused", reason)
    assert refused.message
    assert upload not in parts().list_all()
    assert not Material.objects.exists()


def test_encrypted_member_is_named(client: Client, as_engine: RoleSwitch) -> None:
    upload = _sent(client, encrypted_zip())
    with as_engine():
        unpack(upload)

    assert "password" in _files(client, upload)["disk/phone.zip/secret.jpg"]["message"]


def test_unpacking_twice_enters_nothing_twice(
    client: Client, as_engine: RoleSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn ends between two members; a worker may die there as well."""
    upload = _sent(client, zipped({f"{number}.jpg": new_picture() for number in range(4)}))
    real = archives._enter
    entered: list[int] = []

    def enter(archive: Any, number: int, member: Any) -> None:
        if len(entered) == 2:
            raise KeyboardInterrupt
        entered.append(number)
        real(archive, number, member)

    monkeypatch.setattr(archives, "_enter", enter)
    with as_engine(), pytest.raises(KeyboardInterrupt):
        unpack(upload)
    monkeypatch.undo()
    with as_engine():
        assert unpack(upload) == Unpacking.DONE
        assert unpack(upload) == Unpacking.SKIPPED

    assert entered == [0, 1]
    assert Submission.objects.count() == 4
    assert Intake.objects.get().files == 4


def test_turn_ends_and_asks_for_the_next(
    client: Client, as_engine: RoleSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = _sent(client, zipped({"1.jpg": new_picture()}))
    OutboxMessage.objects.all().delete()
    monkeypatch.setattr(archives, "TURN_SECONDS", -1.0)
    with as_engine():
        assert unpack(upload) == Unpacking.AGAIN

    assert OutboxMessage.objects.get().task == "media_analysis.unpack"


def test_archive_over_which_the_decoder_dies_is_given_up(
    client: Client, as_engine: RoleSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = _sent(client, zipped({"1.jpg": new_picture()}))

    def die(_: Any) -> bool:
        raise DecoderDied

    monkeypatch.setattr(archives, "_take_apart", die)
    with as_engine():
        outcomes = [unpack(upload) for _ in range(3)]

    assert outcomes == [Unpacking.AGAIN, Unpacking.AGAIN, Unpacking.REFUSED]
    assert "several times" in Upload.objects.get(pk=upload).message


def test_archive_over_which_workers_are_lost_is_given_up(client: Client, as_engine: RoleSwitch) -> None:
    upload = _sent(client, zipped({"1.jpg": new_picture()}))
    with as_engine():
        begun = [begin_unpacking(upload) for _ in range(4)]

    assert [each is not None for each in begun] == [True, True, True, False]
    assert Upload.objects.get(pk=upload).state == "refused"


def test_full_day_ends_it_and_keeps_what_came_before(
    client: Client, as_engine: RoleSwitch, settings: Any
) -> None:
    pictures = {"1.jpg": new_picture(3000), "2.jpg": new_picture(3000)}
    upload = _sent(client, zipped(pictures))
    settings.UPLOAD_OFFICER_DAY = 4000
    with as_engine():
        assert unpack(upload) == Unpacking.REFUSED

    assert Upload.objects.get(pk=upload).reason == "day_full"
    assert Submission.objects.count() == 1


def test_full_store_ends_it_before_anything_is_written(
    client: Client, as_engine: RoleSwitch, settings: Any
) -> None:
    upload = _sent(client, zipped({"1.jpg": new_picture()}))
    settings.STORAGE_RESERVE = 2**60
    with as_engine():
        assert unpack(upload) == Unpacking.REFUSED

    assert Upload.objects.get(pk=upload).reason == "storage_full"
    assert not Submission.objects.exists()


def test_full_day_of_the_country_is_told_as_that(
    client: Client, as_engine: RoleSwitch, settings: Any
) -> None:
    upload = _sent(client, zipped({"1.jpg": new_picture(3000)}))
    settings.UPLOAD_COUNTRY_DAY = 1000
    with as_engine():
        unpack(upload)

    assert Upload.objects.get(pk=upload).message.startswith("Your country has")


def test_sender_is_told_that_it_has_arrived(client: Client) -> None:
    content = zipped({"1.jpg": new_picture()})
    upload = _sent(client, content)
    answer = standing(client, f"/api/v1/uploads/{upload}/")

    assert (answer["Upload-Offset"], answer["Icse-State"]) == (str(len(content)), "unpacking")
    assert client.post(f"/api/v1/uploads/{upload}/finish/").json()["state"] == "unpacking"


def test_archive_that_waits_is_not_cleared_away(client: Client, as_engine: RoleSwitch) -> None:
    upload = _sent(client, zipped({"1.jpg": new_picture()}))
    with as_engine():
        reap_uploads(now=timezone.now() + 2 * KEPT)

    assert upload in parts().list_all()


def test_lost_archive_is_asked_for_again_once(client: Client, as_engine: RoleSwitch) -> None:
    _sent(client, zipped({"1.jpg": new_picture()}))
    OutboxMessage.objects.all().delete()
    with as_engine():
        assert requeue_archives() == 0
        assert requeue_archives(now=timezone.now() + unpacking.STALLED_AFTER * 2) == 1

    assert OutboxMessage.objects.get().task == "media_analysis.unpack"


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_unpack_one_archive(client: Client) -> None:
    upload = _sent(client, zipped({"1.jpg": new_picture()}))
    other = connection.copy()
    try:
        with holding_archive(upload), other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"unpack {upload}"])
            assert cursor.fetchone() == (False,)
    finally:
        other.close()


def _enter_by_hand(upload: UUID) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM uploads_enter_member(%s, 0, 'x', %s::jsonb, %s::uuid[], %s)",
            [upload, "{}", [upload] * 3, [1, 1]],
        )


def test_engine_enters_nothing_but_what_lies_in_an_archive_that_waits(
    client: Client, as_engine: RoleSwitch
) -> None:
    place = begin(client, 1000)
    upload = UUID(place.rstrip("/").rpartition("/")[2])

    with as_engine(), pytest.raises(DatabaseError, match="no rows"):
        _enter_by_hand(upload)


def test_application_may_not_enter_members(client: Client, as_app: RoleSwitch) -> None:
    upload = _sent(client, zipped({"1.jpg": new_picture()}))

    with as_app(), pytest.raises(DatabaseError, match="permission denied"):
        _enter_by_hand(upload)


@pytest.fixture(autouse=True)
def _no_parts_left() -> Iterator[None]:
    yield
    for upload in parts().list_all():
        parts().delete(upload)
