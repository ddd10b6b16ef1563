"""Between the store and its rows: what a crash leaves is moved aside, what is missing is taken back."""

import hashlib
import os
import time
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings

from evidence.models import Derivative, Material, StoreRepair
from evidence.objects import Stored, note_object
from evidence.reconciling import KEPT_ASIDE, LEFT_ALONE, reconcile
from evidence.store import SLICES, PosixStore, Shelf, store
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.factories.evidence import DerivativeFactory, MaterialFactory, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]

HOUR: Final = LEFT_ALONE.total_seconds()
_NUMBERS: Final = count()
_KIND: Final = StoreRepair.Kind


def _stored(shelf: Shelf = Shelf.ORIGINALS, age: float = HOUR + 60) -> str:
    """Put an object of some age into the store and return its digest."""
    digest = _put(f"bytes of object {next(_NUMBERS)}".encode(), shelf)
    _age(_place(shelf, digest), age)
    return digest


def _put(content: bytes, shelf: Shelf) -> str:
    """Put bytes into the store as if they were sealed, and return their digest."""
    digest = hashlib.sha256(content).hexdigest()
    stream, incoming = store().new_incoming()
    with stream:
        stream.write(content)
    store().commit(incoming, shelf, digest)
    note_object(Stored(shelf, digest, len(content), digest))
    return digest


def _place(shelf: str, digest: str) -> Path:
    return settings.EVIDENCE_DIR / shelf / digest[:2] / digest[2:4] / digest


def _aside(shelf: str, name: str) -> Path:
    return settings.EVIDENCE_DIR / "aside" / shelf / name


def _age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def _known(digest: str) -> Material:
    material: Material = MaterialFactory.create(sha256=digest)
    return material


def _reconciled(as_engine: RoleSwitch, digest: str = "00") -> dict[tuple[str, str], int]:
    """Repair the slice of a digest as the worker does, and return what was reported."""
    with as_engine():
        done = reconcile(number=int(digest[:2], 16))
    assert list(StoreRepair.objects.order_by("pk"))[-len(done) :] == done or not done
    return {(each.kind, each.shelf): each.number for each in done}


@pytest.mark.parametrize("shelf", [Shelf.ORIGINALS, Shelf.DERIVATIVES])
def test_object_that_nobody_knows_of_is_moved_aside_and_not_deleted(
    as_engine: RoleSwitch, shelf: Shelf
) -> None:
    digest = _stored(shelf)

    assert _reconciled(as_engine, digest) == {(_KIND.UNKNOWN, shelf): 1}
    assert not _place(shelf, digest).exists()
    assert hashlib.sha256(_aside(shelf, digest).read_bytes()).hexdigest() == digest


def test_what_is_known_stays(as_engine: RoleSwitch) -> None:
    original, made = _stored(), _stored(Shelf.DERIVATIVES)
    DerivativeFactory.create(material=_known(original), object_name=made)

    assert _reconciled(as_engine, original) == {}
    assert _reconciled(as_engine, made) == {}
    assert _place(Shelf.ORIGINALS, original).exists()
    assert _place(Shelf.DERIVATIVES, made).exists()


def test_what_may_just_be_arriving_is_left_alone(as_engine: RoleSwitch) -> None:
    digest = _stored(age=HOUR - 60)
    stream, incoming = store().new_incoming()
    stream.close()

    assert _reconciled(as_engine, digest) == {}
    assert _place(Shelf.ORIGINALS, digest).exists()
    assert incoming.exists()


def test_upload_that_stopped_arriving_is_moved_aside(as_engine: RoleSwitch) -> None:
    stream, incoming = store().new_incoming()
    stream.write(b"half of a fi")
    stream.close()
    _age(incoming, HOUR + 60)

    assert _reconciled(as_engine) == {(_KIND.INCOMING, ""): 1}
    assert not incoming.exists()
    assert _aside("incoming", incoming.name).read_bytes() == b"half of a fi"


@pytest.mark.parametrize("shelf", [Shelf.ORIGINALS, Shelf.DERIVATIVES])
def test_what_becomes_known_after_all_is_taken_back(as_engine: RoleSwitch, shelf: Shelf) -> None:
    digest = _stored(shelf)
    _reconciled(as_engine, digest)
    material = _known(digest if shelf == Shelf.ORIGINALS else _stored())
    if shelf == Shelf.DERIVATIVES:
        DerivativeFactory.create(material=material, object_name=digest)

    assert _reconciled(as_engine, digest) == {(_KIND.TAKEN_BACK, shelf): 1}
    assert hashlib.sha256(_place(shelf, digest).read_bytes()).hexdigest() == digest
    assert not _aside(shelf, digest).exists()
    assert _reconciled(as_engine, digest) == {}


def test_what_is_missing_is_reported_each_time_and_its_row_stays(as_engine: RoleSwitch) -> None:
    digest = hashlib.sha256(b"lost").hexdigest()
    _known(digest)
    reports = [_reconciled(as_engine, digest) for _ in range(2)]

    assert reports == [{(_KIND.MISSING, Shelf.ORIGINALS): 1}] * 2
    assert Material.objects.filter(sha256=digest).exists()


def test_spoilt_object_is_not_taken_back(as_engine: RoleSwitch) -> None:
    digest = _stored()
    _reconciled(as_engine, digest)
    aside = _aside(Shelf.ORIGINALS, digest)
    aside.chmod(0o600)
    aside.write_bytes(b"something else")
    _known(digest)

    assert _reconciled(as_engine, digest) == {(_KIND.MISSING, Shelf.ORIGINALS): 1}
    assert not _place(Shelf.ORIGINALS, digest).exists()
    assert aside.exists()


def test_what_is_aside_for_long_is_deleted_and_not_a_day_earlier(as_engine: RoleSwitch) -> None:
    old, younger = _stored(), _stored()
    for digest in (old, younger):
        _reconciled(as_engine, digest)
    for digest, days in ((old, 1), (younger, -1)):
        _age(_aside(Shelf.ORIGINALS, digest), KEPT_ASIDE.total_seconds() + days * 86400)

    assert _reconciled(as_engine) == {(_KIND.FORGOTTEN, ""): 1}
    assert not _aside(Shelf.ORIGINALS, old).exists()
    assert _aside(Shelf.ORIGINALS, younger).exists()


def test_whole_store_is_seen_in_as_many_minutes_as_it_has_slices(as_engine: RoleSwitch) -> None:
    digests = [_stored() for _ in range(40)]
    now = time.time()
    with as_engine():
        done = [each for minute in range(SLICES) for each in reconcile(now=now + 60 * minute)]

    assert sum(each.number for each in done if each.kind == _KIND.UNKNOWN) == len(digests)
    assert not any(_place(Shelf.ORIGINALS, digest).exists() for digest in digests)


def test_object_that_becomes_known_while_it_is_looked_at_stays(
    as_engine: RoleSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are read first; whoever commits one after that has it seen under the lock."""
    digest = _stored()
    real = PosixStore.list_slice

    def listed(self: PosixStore, shelf: Shelf, number: int) -> dict[str, float]:
        found = real(self, shelf, number)
        if shelf == Shelf.DERIVATIVES:
            return found
        monkeypatch.setattr("evidence.reconciling._known", lambda *_: set())
        return found

    _known(digest)
    monkeypatch.setattr(PosixStore, "list_slice", listed)

    assert _reconciled(as_engine, digest) == {}
    assert _place(Shelf.ORIGINALS, digest).exists()


def test_same_file_may_be_handed_in_again_after_it_was_set_aside(as_engine: RoleSwitch, cast: Cast) -> None:
    digest = _stored()
    content = _place(Shelf.ORIGINALS, digest).read_bytes()
    _reconciled(as_engine, digest)
    material = submitted(cast.owner)
    Material.objects.filter(pk=material.pk).update(sha256=_put(content, Shelf.ORIGINALS))

    assert _reconciled(as_engine, digest) == {}
    assert _place(Shelf.ORIGINALS, digest).exists()


def test_replaced_derivative_makes_room_by_itself(as_engine: RoleSwitch) -> None:
    former, present = _stored(Shelf.DERIVATIVES), _stored(Shelf.DERIVATIVES)
    derivative = DerivativeFactory.create(material=_known(_stored()), sha256=former)
    Derivative.objects.filter(pk=derivative.pk).update(sha256=present)

    assert _reconciled(as_engine, former) == {(_KIND.UNKNOWN, Shelf.DERIVATIVES): 1}
    assert _place(Shelf.DERIVATIVES, present).exists()
