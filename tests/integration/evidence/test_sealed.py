"""What lies in the store: sealed, with a key for each holder, read again and again, mended by a resend."""

import hashlib
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import Error as DatabaseAway
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Officer
from evidence.keys import KeyFile, KeyUnavailable, key_holder
from evidence.models import Derivative, Material, MaterialKey, StoredObject, StoreRepair, Submission
from evidence.objects import find_key
from evidence.queries import store_state
from evidence.receiving import Receiver
from evidence.scrubbing import ASKED_AGAIN, READ_EVERY, scrub
from evidence.services import SubmissionDetails, keep_derivative, receive_file
from evidence.store import Shelf, store
from icse.common.sealing import SEGMENT, SealBroken, place_of, sealed_size
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.factories.evidence import DerivativeFactory, MaterialFactory, SubmissionFactory
from tests.hostile.made import photo
from tests.kept import bytes_of
from tests.roles import served

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store", "own_keys")]

DUE: Final = READ_EVERY + ASKED_AGAIN


def hand_in(officer: Officer, content: bytes) -> Submission:
    receiver = Receiver(store(), "room.jpg")
    receiver.write(content)
    with served(officer):
        return receive_file(by=officer, upload=receiver.finish(), details=SubmissionDetails()).submission


def keep(as_engine: RoleSwitch, material: Material, content: bytes, at_ms: int = 0) -> Derivative:
    with as_engine():
        return keep_derivative(
            material=material,
            kind=Derivative.Kind.THUMBNAIL,
            content=content,
            media_type="image/jpeg",
            size_px=(1, 1),
            at_ms=at_ms,
        )


def place_in(own_store: Path, shelf: Shelf, name: str) -> Path:
    return own_store / shelf / name[:2] / name[2:4] / name


def spoil(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


def test_nothing_that_was_handed_in_or_made_lies_plain(
    cast: Cast, as_engine: RoleSwitch, own_store: Path
) -> None:
    content, view = photo("JPEG") + b"words behind the end", b"bytes of a thumbnail " * 20
    material = hand_in(cast.owner, content).material
    made = keep(as_engine, material, view)

    lying = b"".join(path.read_bytes() for path in own_store.rglob("*") if path.is_file())

    assert b"words behind" not in lying
    assert b"a thumbnail" not in lying
    assert b"\xff\xd8\xff" not in lying
    assert bytes_of(material) == content
    assert bytes_of(made) == view


def test_every_holder_has_the_key_wrapped_and_any_wrap_opens_the_file(cast: Cast) -> None:
    content = photo("JPEG")
    material = hand_in(cast.owner, content).material
    hand_in(cast.owner, content)
    hand_in(cast.partner, content)

    keys = MaterialKey.objects.filter(material=material).order_by("pk")
    assert [each.country_id for each in keys] == [cast.owner.unit.country_id, cast.partner.unit.country_id]
    assert len({key_holder().unwrap(each.wrapped, each.country_id) for each in keys}) == 1
    keys[0].delete()
    assert bytes_of(material) == content
    MaterialKey.objects.all().delete()
    with pytest.raises(KeyUnavailable):
        bytes_of(material)


def test_application_cannot_list_who_holds_what(cast: Cast) -> None:
    material = hand_in(cast.owner, photo("JPEG")).material
    for model in (MaterialKey, StoredObject):
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with served(cast.owner), refused, transaction.atomic():
            model.objects.count()
    with served(cast.third):
        assert find_key(material.sha256) is not None


def test_second_holder_changes_neither_object_nor_key(cast: Cast, own_store: Path) -> None:
    content = photo("JPEG")
    material = hand_in(cast.owner, content).material
    place = place_in(own_store, Shelf.ORIGINALS, material.sha256)
    before, key = place.read_bytes(), find_key(material.sha256)

    hand_in(cast.partner, content)

    assert place.read_bytes() == before
    assert find_key(material.sha256) == key
    assert list((own_store / "incoming").iterdir()) == []


@pytest.mark.parametrize("harm", ["lost", "spoilt"])
def test_lost_or_damaged_original_is_mended_by_whoever_hands_it_in_again(
    cast: Cast, as_engine: RoleSwitch, own_store: Path, harm: str
) -> None:
    content = photo("JPEG")
    material = hand_in(cast.owner, content).material
    place = place_in(own_store, Shelf.ORIGINALS, material.sha256)
    if harm == "lost":
        place.unlink()
    else:
        spoil(place, 100)
        with as_engine():
            assert scrub(now=timezone.now() + DUE) == (1, 1)

    hand_in(cast.partner, content)

    assert bytes_of(material) == content
    with as_engine():
        assert scrub(now=timezone.now() + 2 * DUE) == (1, 0)
    assert store_state().broken == 0


def _fail(*_: object, **__: object) -> None:
    raise DatabaseAway


def test_what_others_hold_stays_mended_where_the_rows_fail(
    cast: Cast, own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = photo("JPEG")
    material = hand_in(cast.owner, content).material
    place_in(own_store, Shelf.ORIGINALS, material.sha256).unlink()

    with monkeypatch.context() as patch:
        patch.setattr("evidence.services._register", _fail)
        with pytest.raises(DatabaseAway):
            hand_in(cast.partner, content)

    assert bytes_of(material) == content
    assert list((own_store / "incoming").iterdir()) == []


def test_view_that_was_put_there_and_never_noted_is_made_again(cast: Cast, as_engine: RoleSwitch) -> None:
    """Its transaction failed after the bytes were in place: no scrub and no backup would know of it."""
    material = hand_in(cast.owner, photo("JPEG")).material
    made = keep(as_engine, material, b"a view")
    StoredObject.objects.filter(name=made.object_name).delete()

    keep(as_engine, material, b"a view")

    assert StoredObject.objects.filter(shelf="derivatives", name=made.object_name).exists()
    with as_engine():
        assert scrub(every=timedelta(0)) == (2, 0)


def test_two_materials_share_no_derivative(cast: Cast, as_engine: RoleSwitch) -> None:
    """The end of one takes nothing from the other."""
    one, other = (hand_in(cast.owner, photo(kind)).material for kind in ("JPEG", "PNG"))
    same = b"a picture of one colour"
    first, second = keep(as_engine, one, same), keep(as_engine, other, same)

    assert first.object_name != second.object_name
    store().delete(Shelf.DERIVATIVES, first.object_name)
    assert bytes_of(second) == same


def test_same_view_twice_is_one_object(cast: Cast, as_engine: RoleSwitch) -> None:
    material = hand_in(cast.owner, photo("JPEG")).material
    one, other = (keep(as_engine, material, b"a black frame", at_ms=at) for at in (0, 500))
    assert one.object_name == other.object_name
    assert bytes_of(one) == bytes_of(other)


def test_hundred_flips_in_hundred_objects_are_found_and_the_place_named(
    as_engine: RoleSwitch, cast: Cast, own_store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Row 31 of the fault table."""
    material = hand_in(cast.owner, photo("JPEG")).material
    made = [keep(as_engine, material, f"view {number}".encode() * 50, at_ms=number) for number in range(99)]
    places = [place_in(own_store, Shelf.ORIGINALS, material.sha256)]
    places += [place_in(own_store, Shelf.DERIVATIVES, each.object_name) for each in made]
    for number, place in enumerate(places):
        spoil(place, (number * 37) % place.stat().st_size)

    with as_engine():
        assert scrub(now=timezone.now()) == (0, 0)
        assert scrub(now=timezone.now() + DUE) == (100, 100)

    assert StoredObject.objects.filter(broken_at__isnull=False).count() == 100
    assert store_state().broken == 100
    assert caplog.text.count("manage.py mend_store") == 100
    assert StoreRepair.objects.get(kind="broken").number == 100


def test_first_bad_byte_is_that_of_its_segment(cast: Cast, as_engine: RoleSwitch, own_store: Path) -> None:
    content = photo("JPEG") + hashlib.shake_128(b"x").digest(3 * SEGMENT)
    material = hand_in(cast.owner, content).material
    spoil(place_in(own_store, Shelf.ORIGINALS, material.sha256), place_of(2) + 5000)

    with as_engine():
        scrub(now=timezone.now() + DUE)

    assert StoredObject.objects.get(shelf="originals").broken_at == place_of(2)
    with pytest.raises(SealBroken):
        bytes_of(material)


def test_what_is_broken_is_told_every_day_until_it_is_mended(
    cast: Cast, as_engine: RoleSwitch, own_store: Path
) -> None:
    material = hand_in(cast.owner, photo("JPEG")).material
    place = place_in(own_store, Shelf.ORIGINALS, material.sha256)
    good = place.read_bytes()
    spoil(place, 200)
    at = timezone.now() + DUE
    with as_engine():
        counts = [scrub(now=at + days * ASKED_AGAIN * 1.01) for days in range(3)]
        place.write_bytes(good)
        counts += [scrub(now=at + days * ASKED_AGAIN * 1.01) for days in range(3, 5)]
    assert counts == [(1, 1)] * 3 + [(1, 0), (0, 0)]


def test_whole_store_is_read_within_thirty_days(cast: Cast, as_engine: RoleSwitch) -> None:
    material = hand_in(cast.owner, photo("JPEG")).material
    for number in range(20):
        keep(as_engine, material, f"view {number}".encode(), at_ms=number)
    with as_engine():
        read = [scrub(now=timezone.now() + READ_EVERY * day / 24)[0] for day in range(31)]
    assert sum(read) == 21
    assert read[:24] == [0] * 24


def test_a_turn_ends_in_time(cast: Cast, as_engine: RoleSwitch) -> None:
    material = hand_in(cast.owner, photo("JPEG")).material
    for number in range(5):
        keep(as_engine, material, f"view {number}".encode(), at_ms=number)
    with as_engine():
        assert scrub(now=timezone.now() + DUE, seconds=-1) == (0, 0)


def test_what_went_with_its_rows_is_forgotten(as_engine: RoleSwitch) -> None:
    StoredObject.objects.create(shelf="derivatives", name="0" * 64, size=1, sha256="0" * 64)
    with as_engine():
        assert scrub(now=timezone.now() + DUE) == (1, 0)
    assert not StoredObject.objects.exists()


def test_scrub_at_the_console_names_what_is_broken(cast: Cast, own_store: Path) -> None:
    material = hand_in(cast.owner, photo("JPEG")).material
    out = StringIO()
    call_command("scrub_store", stdout=out)
    assert "1 objects are as they were written" in out.getvalue()
    assert StoredObject.objects.get().read_at <= timezone.now()
    spoil(place_in(own_store, Shelf.ORIGINALS, material.sha256), 0)
    with pytest.raises(CommandError, match="1 of 1 objects are broken"):
        call_command("scrub_store")


def test_keys_change_and_everything_stays_open(cast: Cast, as_engine: RoleSwitch) -> None:
    content = photo("JPEG")
    material = hand_in(cast.owner, content).material
    hand_in(cast.partner, content)
    made = keep(as_engine, material, b"a view")
    before = {each.wrapped for each in MaterialKey.objects.all()}
    out = StringIO()

    call_command("rotate_keys", stdout=out)

    assert "Generation 2 is in use" in out.getvalue()
    assert "2 keys are wrapped anew" in out.getvalue()
    after = {each.wrapped for each in MaterialKey.objects.all()}
    assert not before & after
    old, new = settings.KEY_FILE.read_text().splitlines()
    settings.KEY_FILE.write_text(f"{new}\n")
    key_holder.cache_clear()
    assert bytes_of(material) == content
    assert bytes_of(made) == b"a view"
    assert old.startswith("1 ")
    out = StringIO()
    call_command("rotate_keys", "--only-rewrap", stdout=out)
    assert "0 keys are wrapped anew" in out.getvalue()


def test_without_its_key_a_file_is_not_shown_and_nothing_of_it_is_told(cast: Cast, client: Client) -> None:
    material = hand_in(cast.owner, photo("JPEG")).material
    Submission.objects.update(analyzed_at=timezone.now())
    settings.KEY_FILE.unlink()
    KeyFile(settings.KEY_FILE).make()
    key_holder.cache_clear()
    client.force_login(cast.owner)
    client.raise_request_exception = False
    answer = client.post(reverse("evidence:original", args=[material.pk]), {"reason": "Court order 7"})
    assert answer.status_code == 503
    assert b"generation" not in answer.content


def test_plain_store_is_sealed_once_and_survives_a_crash_half_way(
    cast: Cast, own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept before this version: under its own digest, with no key."""
    content, view = photo("JPEG"), b"bytes of a plain view"
    digest, view_digest = (hashlib.sha256(each).hexdigest() for each in (content, view))
    materials = [MaterialFactory.create(sha256=digest, size=len(content)), MaterialFactory.create()]
    for officer in (cast.owner, cast.partner):
        SubmissionFactory.create(officer=officer, material=materials[0])
    SubmissionFactory.create(officer=cast.owner, material=materials[1])
    for material in materials:
        DerivativeFactory.create(
            material=material, sha256=view_digest, object_name=view_digest, size=len(view)
        )
    for shelf, name, plain in (
        (Shelf.ORIGINALS, digest, content),
        (Shelf.DERIVATIVES, view_digest, view),
    ):
        place = place_in(own_store, shelf, name)
        place.parent.mkdir(parents=True)
        place.write_bytes(plain)
    other = place_in(own_store, Shelf.ORIGINALS, materials[1].sha256)
    other.parent.mkdir(parents=True)
    other.write_bytes(b"plain bytes of another one")

    with monkeypatch.context() as patch:
        patch.setattr("evidence.objects.note_object", _fail)  # between the bytes and their row
        with pytest.raises(DatabaseAway):
            call_command("seal_store")
    out = StringIO()
    call_command("seal_store", stdout=out)

    assert "2 materials are sealed" in out.getvalue()
    assert bytes_of(materials[0]) == content
    assert [bytes_of(each) for each in Derivative.objects.select_related("material")] == [view, view]
    assert MaterialKey.objects.filter(material=materials[0]).count() == 2
    assert not store().holds(Shelf.DERIVATIVES, view_digest)
    assert b"plain view" not in b"".join(path.read_bytes() for path in own_store.rglob("*") if path.is_file())
    out = StringIO()
    call_command("seal_store", stdout=out)
    assert "0 materials are sealed" in out.getvalue()


def test_sealed_size_is_noted(cast: Cast, own_store: Path) -> None:
    material = hand_in(cast.owner, photo("JPEG")).material
    noted = StoredObject.objects.get(shelf="originals", name=material.sha256)
    lying = place_in(own_store, Shelf.ORIGINALS, material.sha256).read_bytes()
    assert noted.size == len(lying) == sealed_size(material.size)
    assert noted.sha256 == hashlib.sha256(lying).hexdigest()


def test_key_of_the_file_is_in_the_file_alone(cast: Cast) -> None:
    """Custody says what was received, and nothing of keys."""
    submission = hand_in(cast.owner, photo("JPEG"))
    told = str(list(submission.custody_events.values_list("detail", flat=True)))
    assert "wrapped" not in told
    assert "sealed" not in told
    assert KeyFile(settings.KEY_FILE).is_current(MaterialKey.objects.get().wrapped)
