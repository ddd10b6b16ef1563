"""What every store promises, on a disk and in a bucket."""

import hashlib
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from django.conf import settings
from django.utils import timezone
from moto import mock_aws

from evidence.errors import FileUnavailable
from evidence.models import Derivative, StoredObject
from evidence.objects import open_object
from evidence.reconciling import reconcile
from evidence.s3 import S3Store
from evidence.scrubbing import READ_EVERY, scrub
from evidence.store import PosixStore, Shelf, Store, store
from icse.common.sealing import SEGMENT
from media_analysis.models import PipelineRun
from media_analysis.queries.progress import progress_of
from media_analysis.services.pipeline import Outcome, analyze
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.desk import Desk
from tests.hostile.made import clip, photo
from tests.kept import bytes_of

BUCKET: Final = "evidence-of-tests"
FUTURE: Final = 3600.0
"""Objects that were just made are older than an hour from now."""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give the test an empty bucket, in this process alone, and settings that name it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    for name, value in (("BUCKET", BUCKET), ("BUCKET_REGION", "us-east-1"), ("BUCKET_ENDPOINT", "")):
        monkeypatch.setattr(settings, f"STORE_{name}", value)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        store.cache_clear()
        yield client
        store.cache_clear()


@pytest.fixture(params=["disk", "bucket"])
def kept(request: pytest.FixtureRequest, own_store: Path) -> Store:
    """Return an empty store of each kind, which is the installation's for the test."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    return store()


def put(kept: Store, content: bytes, shelf: Shelf = Shelf.ORIGINALS, name: str = "") -> str:
    name = name or hashlib.sha256(content).hexdigest()
    stream, incoming = kept.new_incoming()
    with stream:
        stream.write(content)
    kept.commit(incoming, shelf, name)
    assert not incoming.exists()
    return name


def read(kept: Store, name: str, shelf: Shelf = Shelf.ORIGINALS) -> bytes:
    with kept.open(shelf, name) as stream:
        return stream.read()


def test_every_folder_above_an_object_is_on_the_disk(
    own_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 7 of the fault table, which `make faults` tries on the real server: here, by what is synced."""
    synced: set[Path] = set()
    monkeypatch.setattr("evidence.store.fsync_folder", synced.add)
    fresh = PosixStore(tmp_path / "fresh")
    name = put(fresh, b"content")

    (place,) = (tmp_path / "fresh").rglob(name)
    above = [each for each in place.parents if each.is_relative_to(tmp_path)]
    assert len(above) == 5
    assert set(above) <= synced


def test_records_are_kept_beside_the_objects(kept: Store) -> None:
    assert list(kept.records()) == []
    kept.write_record("b.json", b"former")
    kept.write_record("b.json", b"second")
    kept.write_record("a.json", b"first")
    assert list(kept.records()) == [b"first", b"second"]


def test_destroyed_is_gone_from_wherever_it_lies(kept: Store) -> None:
    lying, aside = put(kept, b"lying"), put(kept, b"aside")
    assert kept.set_aside(Shelf.ORIGINALS, aside, before=time.time() + FUTURE)
    for name in (lying, aside, "0" * 64):
        kept.destroy(Shelf.ORIGINALS, name)
    assert not kept.holds(Shelf.ORIGINALS, lying)
    assert not kept.take_back(Shelf.ORIGINALS, aside, aside)


def test_it_is_of_the_kind_that_was_asked_for(kept: Store, request: pytest.FixtureRequest) -> None:
    wanted = {"disk": PosixStore, "bucket": S3Store}
    assert type(kept) is wanted[request.node.callspec.params["kept"]]


def test_what_was_put_there_comes_back_and_only_there(kept: Store) -> None:
    name = put(kept, b"an object")
    assert kept.holds(Shelf.ORIGINALS, name)
    assert not kept.holds(Shelf.DERIVATIVES, name)
    assert read(kept, name) == b"an object"
    for shelf, missing in ((Shelf.DERIVATIVES, name), (Shelf.ORIGINALS, "0" * 64)):
        with pytest.raises(FileNotFoundError):
            kept.open(shelf, missing)
        with pytest.raises(FileNotFoundError), kept.local_path(shelf, missing):
            pass


def test_any_part_is_read(kept: Store) -> None:
    content = hashlib.shake_128(b"x").digest(3_000_000)
    name = put(kept, content)
    with kept.open(Shelf.ORIGINALS, name) as stream:
        assert stream.seek(0, os.SEEK_END) == len(content)
        for start, length in ((0, 40), (40, 100), (2_999_990, 100), (1_000_000, SEGMENT), (5, 0)):
            stream.seek(start)
            assert stream.read(length) == content[start : start + length]
            assert stream.tell() == min(start + length, len(content))


def test_object_is_replaced_whole(kept: Store) -> None:
    name = put(kept, b"one")
    with kept.local_path(Shelf.ORIGINALS, name) as path:
        assert path.read_bytes() == b"one"
    put(kept, b"another", name=name)
    assert read(kept, name) == b"another"
    with kept.local_path(Shelf.ORIGINALS, name) as path:
        assert path.read_bytes() == b"another"


def test_what_is_committed_in_vain_changes_nothing(kept: Store) -> None:
    name = put(kept, b"one")
    stream, incoming = kept.new_incoming()
    with stream:
        stream.write(b"the same, sealed otherwise")
    kept.commit_in_vain(incoming, Shelf.ORIGINALS, name)
    assert read(kept, name) == b"one"
    assert not incoming.exists()
    assert list(kept.list_slice(Shelf.ORIGINALS, int(name[:2], 16))) == [name]


def test_second_name_of_what_arrives_is_its_own(kept: Store, tmp_path: Path) -> None:
    source = tmp_path / "evidence" / "part"
    source.write_bytes(b"a part")
    kept.commit(kept.link_incoming(source), Shelf.ORIGINALS, "ab" * 32)
    source.unlink()
    assert read(kept, "ab" * 32) == b"a part"


def test_slices_hold_everything_once(kept: Store) -> None:
    names = {put(kept, f"object {number}".encode()) for number in range(30)}
    found = [each for number in range(256) for each in kept.list_slice(Shelf.ORIGINALS, number)]
    assert sorted(found) == sorted(names)
    ages = [time.time() - at for at in kept.list_slice(Shelf.ORIGINALS, int(found[0][:2], 16)).values()]
    assert all(-2 < age < 60 for age in ages)


def test_deleted_is_gone_and_twice_is_no_error(kept: Store) -> None:
    name = put(kept, b"an object")
    with kept.local_path(Shelf.ORIGINALS, name):
        pass
    for _ in range(2):
        kept.delete(Shelf.ORIGINALS, name)
        assert not kept.holds(Shelf.ORIGINALS, name)
        with pytest.raises(FileNotFoundError), kept.local_path(Shelf.ORIGINALS, name):
            pass


def test_set_aside_and_taken_back(kept: Store) -> None:
    name = put(kept, b"an object")
    digest = hashlib.sha256(b"an object").hexdigest()
    assert not kept.set_aside(Shelf.ORIGINALS, name, before=time.time() - FUTURE)
    assert kept.holds(Shelf.ORIGINALS, name)
    assert kept.set_aside(Shelf.ORIGINALS, name, before=time.time() + FUTURE)
    assert not kept.holds(Shelf.ORIGINALS, name)
    assert not kept.set_aside(Shelf.ORIGINALS, name, before=time.time() + FUTURE)
    assert not kept.take_back(Shelf.ORIGINALS, name, "0" * 64)
    assert kept.take_back(Shelf.ORIGINALS, name, digest)
    assert read(kept, name) == b"an object"
    assert not kept.take_back(Shelf.ORIGINALS, name, digest)


def test_what_is_aside_is_forgotten_in_time(kept: Store) -> None:
    name = put(kept, b"an object")
    kept.set_aside(Shelf.ORIGINALS, name, before=time.time() + FUTURE)
    stream, incoming = kept.new_incoming()
    stream.close()
    assert kept.set_incoming_aside(before=time.time() + FUTURE) == 1
    assert not incoming.exists()
    assert kept.forget_aside(before=time.time() - FUTURE) == 0
    assert kept.forget_aside(before=time.time() + FUTURE) == 2
    assert not kept.take_back(Shelf.ORIGINALS, name, hashlib.sha256(b"an object").hexdigest())


def test_room_is_told(kept: Store) -> None:
    assert kept.free_bytes() > 0


def test_bucket_s_copies_stay_within_their_room(bucket: Any, tmp_path: Path) -> None:
    kept = S3Store(tmp_path / "spool", BUCKET, bucket, cached_bytes=2500)
    names = [put(kept, bytes([number]) * 1000) for number in range(5)]
    for number, name in enumerate(names):
        with kept.local_path(Shelf.ORIGINALS, name) as path:
            assert path.read_bytes() == bytes([number]) * 1000
            os.utime(path, (number, number))
    left = sorted(path.name for path in (tmp_path / "spool" / "cache").iterdir())
    assert left == sorted(f"originals-{name}" for name in names[-2:])


def test_lent_copy_outlives_its_clearing(bucket: Any, tmp_path: Path) -> None:
    kept = S3Store(tmp_path / "spool", BUCKET, bucket, cached_bytes=1)
    one, other = put(kept, b"one" * 100), put(kept, b"other" * 100)
    with kept.local_path(Shelf.ORIGINALS, one) as path:
        with kept.local_path(Shelf.ORIGINALS, other):
            pass
        kept.delete(Shelf.ORIGINALS, one)
        assert path.read_bytes() == b"one" * 100


def test_what_a_dead_process_was_about_to_throw_away_goes(bucket: Any, tmp_path: Path) -> None:
    kept = S3Store(tmp_path / "spool", BUCKET, bucket, cached_bytes=1000)
    bucket.put_object(Bucket=BUCKET, Key="passing/left-behind", Body=b"x")
    lent = tmp_path / "spool" / "cache" / ".lent-left-behind"
    lent.write_bytes(b"x")
    os.utime(lent, (0, 0))

    assert kept.forget_aside(before=time.time() + FUTURE) == 1
    with kept.local_path(Shelf.ORIGINALS, put(kept, b"an object")):
        pass

    assert not lent.exists()


@pytest.mark.django_db
def test_bucket_that_is_away_is_nobody_s_fault(
    own_store: Path, bucket: Any, cast: Cast, desk: Desk, as_engine: RoleSwitch
) -> None:
    """Officers are told to come back, files wait for their analysis, and nothing is called broken."""
    material = desk.hand_in(cast.owner, photo("JPEG"))
    bucket.delete_object(Bucket=BUCKET, Key=f"originals/{material.sha256[:2]}/{material.sha256}")
    bucket.delete_bucket(Bucket=BUCKET)

    with as_engine():
        outcomes = {analyze(material.pk, urgent=False) for _ in range(12)}
    run = PipelineRun.objects.get(pk=material.pk)
    with pytest.raises(FileUnavailable) as refusal:
        desk.hand_in(cast.owner, photo("PNG"))

    assert outcomes == {Outcome.AGAIN}
    assert (run.starts, run.attempts) == (0, 0)
    assert refusal.value.status == 503
    assert BUCKET not in refusal.value.message
    assert list((own_store / "incoming").iterdir()) == []


@pytest.mark.django_db
@pytest.mark.slow
def test_files_are_handed_in_looked_at_read_again_and_repaired(
    kept: Store, cast: Cast, desk: Desk, as_engine: RoleSwitch, tmp_path: Path
) -> None:
    """The same life on a disk and in a bucket, with nothing plain in either."""
    contents = [photo("JPEG") + b"words behind the end", clip("matroska")]
    materials = [desk.hand_in(cast.owner, content) for content in contents]
    desk.work_off()

    for material, content in zip(materials, contents, strict=True):
        assert bytes_of(material) == content
        assert str(progress_of(cast.owner, [material.pk])[material.pk].state) == "done"
    for made in Derivative.objects.select_related("material"):
        with open_object(made) as stream:
            assert len(stream.read()) == made.size
    lying = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"words behind" not in lying
    with as_engine():
        later = timezone.now() + READ_EVERY + timedelta(seconds=1)
        assert scrub(now=later) == (StoredObject.objects.count(), 0)
        done = [
            each for number in range(256) for each in reconcile(number=number, now=time.time() + 2 * FUTURE)
        ]
        assert done == []
