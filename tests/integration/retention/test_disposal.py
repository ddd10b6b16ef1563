"""What is withdrawn goes, with all that hangs on it; what others hold, or what is held, stays."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.audit.models import InboxEvent
from accounts.models import Officer, Sharing
from evidence.keys import KeyUnavailable
from evidence.models import CustodyEvent, Derivative, Material, MaterialKey, Submission
from evidence.receiving import Receiver
from evidence.retention.disposing import clear_store, dispose
from evidence.retention.models import Disposal, Retention, Standing
from evidence.retention.queries import count_overdue
from evidence.retention.services import hold, keep
from evidence.services import SubmissionDetails, receive_file
from evidence.store import Shelf, StoreAway, store
from evidence.uploads.models import Batch, Upload
from media_analysis.models import ExactSignal, ExactSignalMember, Match
from series.models import DisposedDecision, DisposedMaterial
from tests.cast import Cast
from tests.factories.evidence import DerivativeFactory, handed_in
from tests.factories.media_analysis import AnalysisFactory, CaptureFactsFactory, FaceFactory
from tests.factories.queues import queues_alive
from tests.factories.retention import dispose_later, withdraw
from tests.factories.series import DecisionFactory, SeriesFactory, SeriesMaterialFactory, make_stack
from tests.hostile.made import photo
from tests.kept import bytes_of, kept_derivative
from tests.roles import database_role, served

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store", "own_keys")]

MAY_NAME_IT = {
    "retention_disposal",
    "evidence_custodyevent",
    "audit_inboxevent",
    "audit_sealedevent",
    "common_outboxmessage",
    "series_disposedmaterial",
    "onboarding_approval",
}
"""Tables that keep ids and hash of what is gone, and nothing else of it."""


def hand_in(officer: Officer, content: bytes, **details: Any) -> Submission:
    receiver = Receiver(store(), "qzfilename.jpg")
    receiver.write(content)
    with served(officer):
        told = SubmissionDetails(case_reference="qzcase", source_path="qzpath/x.jpg", **details)
        return receive_file(by=officer, upload=receiver.finish(), details=told).submission


def tables_naming(needle: str) -> set[str]:
    """Return every table of the database in which a word stands anywhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        names = [name for (name,) in cursor.fetchall()]
        found = set()
        for name in names:
            cursor.execute(
                f'SELECT EXISTS (SELECT FROM "{name}" AS t WHERE t::text LIKE %s)', [f"%{needle}%"]
            )
            if cursor.fetchone()[0]:
                found.add(name)
    return found


def test_every_foreign_key_on_a_material_lets_go() -> None:
    """A new table about material or submissions that does not go with them fails here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text, confdeltype::text FROM pg_constraint"
            " WHERE contype = 'f' AND confrelid IN ('evidence_material'::regclass,"
            " 'evidence_submission'::regclass, 'media_analysis_analysis'::regclass, 'hits_hit'::regclass,"
            " 'search_picturequery'::regclass, 'series_stack'::regclass)"
        )
        kept = {(table, target) for table, target, act in cursor.fetchall() if act != "c"}
    # What is disposed of is a submission: only with the last one, and after it, goes the material.
    assert kept == {("evidence_submission", "evidence_material")}


def test_nothing_of_a_disposed_file_remains(cast: Cast, second: Officer, own_store: Path) -> None:
    batch = Batch.objects.create(officer=cast.owner, country=cast.owner.unit.country, case_reference="qzcase")
    submission = hand_in(cast.owner, photo("JPEG"), batch=batch.pk, sharing=Sharing.MEMBERS)
    Upload.objects.create(
        batch=batch, officer=cast.owner, country=cast.owner.unit.country, file_name="qzfilename.jpg",
        source_path="qzpath/x.jpg", length=5, offset=5, state="received", submission=submission,
        expires_at=timezone.now(),
    )  # fmt: skip
    material, other = submission.material, handed_in(cast.owner).material
    view = kept_derivative(material, b"a view")
    DerivativeFactory(material=material, kind=Derivative.Kind.PREVIEW, **view)
    analysis = AnalysisFactory(material=material, result={"said": "qzresult"})
    CaptureFactsFactory(material=material, analysis=analysis, body_serial="qzserial")
    FaceFactory(material=material, analysis=analysis)
    signal = ExactSignal.objects.create(kind=ExactSignal.Kind.BODY_SERIAL, value="qzserial")
    shared = ExactSignal.objects.create(kind=ExactSignal.Kind.LENS_SERIAL, value="others have it")
    for carried in (signal, shared):
        ExactSignalMember.objects.create(signal=carried, material=material, analysis=analysis)
    ExactSignalMember.objects.create(signal=shared, material=other, analysis=AnalysisFactory(material=other))
    left, right = sorted((material, other), key=lambda each: each.pk)
    Match.objects.create(
        left=left, right=right, kind="face", score=0.9, threshold=0.5, algorithm="test", version="1",
        regions={"word": "qzregion"},
    )  # fmt: skip
    decision = DecisionFactory(officer=cast.analyst, left=left, right=right, kind="face", reason="qzreason")
    membership = SeriesMaterialFactory(series=SeriesFactory(created_by=cast.analyst), material=material)
    make_stack(material, other)
    ids = [str(each) for each in (material.pk, submission.pk, analysis.pk)]
    words = ["qzfilename", "qzpath", "qzcase", "qzresult", "qzserial", "qzregion", "qzreason"]
    assert all(tables_naming(word) for word in [*ids, *words, material.sha256, material.sha1])

    withdraw(cast.analyst, second, submission)
    assert bytes_of(material) == photo("JPEG")
    assert dispose_later() == 1

    assert {word: tables_naming(word) for word in words} == {word: set() for word in words}
    for each in (*ids, material.sha256):
        assert tables_naming(each) <= MAY_NAME_IT, each
    assert tables_naming(material.sha1) == set()
    lying = {path.name for path in own_store.rglob("*") if path.is_file()}
    assert not lying & {material.sha256, view["object_name"]}
    assert ExactSignal.objects.get() == shared
    tombstone = DisposedMaterial.objects.get()
    assert (tombstone.series, tombstone.added_by) == (membership.series, membership.added_by)
    assert DisposedDecision.objects.get().decision_id == decision.pk
    event = InboxEvent.objects.get(act="submission.disposed")
    assert event.objects_named == [submission.pk, material.pk]
    assert event.country_id == cast.owner.unit.country_id
    disposal = Disposal.objects.get()
    assert (disposal.sha256, disposal.is_last, disposal.cause) == (material.sha256, True, "withdrawn")
    assert disposal.cleared_at is not None
    kinds = CustodyEvent.objects.filter(submission_id=submission.pk).values_list("kind", "detail")
    assert {kind for kind, _ in kinds} == {"received", "hashed", "stored", "withdrawn", "disposed"}
    assert all(detail == {"sha256": material.sha256} for _, detail in kinds)


def test_what_another_country_holds_stays_theirs(cast: Cast, second: Officer) -> None:
    mine = hand_in(cast.owner, photo("JPEG"))
    theirs = hand_in(cast.partner, photo("JPEG"))
    withdraw(cast.analyst, second, mine)

    assert dispose_later() == 1

    assert not Submission.objects.filter(pk=mine.pk).exists()
    assert [key.country_id for key in MaterialKey.objects.all()] == [cast.partner.unit.country_id]
    assert bytes_of(theirs.material) == photo("JPEG")
    assert not Disposal.objects.get().is_last
    with served(cast.partner):
        assert Material.objects.visible_to(cast.partner).get() == theirs.material


def test_the_key_stays_while_the_country_has_another_submission(cast: Cast, second: Officer) -> None:
    first, again = hand_in(cast.owner, photo("JPEG")), hand_in(cast.owner, photo("JPEG"))
    withdraw(cast.analyst, second, first)
    dispose_later()
    assert MaterialKey.objects.count() == 1
    withdraw(cast.analyst, second, again)
    dispose_later()
    assert not MaterialKey.objects.exists()
    assert not Material.objects.exists()


def test_nothing_goes_before_its_time_and_held_never(cast: Cast, second: Officer) -> None:
    submission, held = hand_in(cast.owner, photo("JPEG")), handed_in(cast.owner)
    with served(cast.analyst):
        hold(by=cast.analyst, submission_ids=[held.pk], reason="appeal")
    Retention.objects.filter(pk=held.pk).update(retain_until=timezone.now().date() - timedelta(days=9))
    withdraw(cast.analyst, second, submission)

    with database_role("icse_engine"):
        done = dispose()
    assert (done.ended, done.submissions) == (0, 0)
    dispose_later()
    assert list(Submission.objects.all()) == [held]


def test_a_period_that_is_over_withdraws_by_itself(cast: Cast, second: Officer) -> None:
    submission = hand_in(cast.owner, photo("JPEG"))
    yesterday = timezone.now().date() - timedelta(days=1)
    Retention.objects.filter(pk=submission.pk).update(retain_until=yesterday)

    with database_role("icse_engine"):
        assert dispose().ended == 1

    assert Retention.objects.get().standing == Standing.WITHDRAWN
    event = InboxEvent.objects.get(act="retention.period_ended")
    assert (event.country_id, event.officer_id) == (cast.owner.unit.country_id, None)
    assert event.objects_named == [submission.pk, submission.material_id]
    with served(cast.owner):
        assert not Material.objects.visible_to(cast.owner).exists()
    with served(second):
        until = timezone.now().date() + timedelta(days=30)
        keep(by=second, submission_ids=[submission.pk], reason="still needed", retain_until=until)
    with database_role("icse_engine"):
        assert dispose().ended == 0
    with served(cast.owner):
        assert Material.objects.visible_to(cast.owner).exists()


def test_the_same_file_handed_in_anew_is_new_and_stays(cast: Cast, second: Officer) -> None:
    first = hand_in(cast.owner, photo("JPEG"))
    withdraw(cast.analyst, second, first)
    dispose_later()

    again = hand_in(cast.third, photo("JPEG"))

    assert again.verdict == "new"
    assert again.material_id == first.material_id  # as where somebody else had held it
    Disposal.objects.update(cleared_at=None)  # as after a crash between rows and bytes
    with database_role("icse_engine"):
        assert clear_store() == 1
    assert bytes_of(again.material) == photo("JPEG")


def test_withdrawn_and_handed_in_again_before_it_goes(cast: Cast, second: Officer) -> None:
    first = hand_in(cast.owner, photo("JPEG"))
    withdraw(cast.analyst, second, first)
    again = hand_in(cast.owner, photo("JPEG"))
    assert again.verdict == "new"
    dispose_later()
    assert bytes_of(again.material) == photo("JPEG")
    assert MaterialKey.objects.count() == 1


def test_bytes_wait_for_a_store_that_is_away(
    cast: Cast, second: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = hand_in(cast.owner, photo("JPEG"))
    sha256 = submission.material.sha256
    withdraw(cast.analyst, second, submission)

    def away(*_: object) -> None:
        raise StoreAway("no answer")

    with monkeypatch.context() as broken:
        broken.setattr(type(store()), "destroy", away)
        assert dispose_later() == 1
    assert store().holds(Shelf.ORIGINALS, sha256)
    assert Disposal.objects.get().cleared_at is None
    with database_role("icse_engine"):
        assert clear_store() == 1
    assert not store().holds(Shelf.ORIGINALS, sha256)


def test_without_its_key_a_copy_of_the_store_is_noise(cast: Cast, second: Officer, own_store: Path) -> None:
    submission = hand_in(cast.owner, photo("JPEG"))
    material = submission.material
    withdraw(cast.analyst, second, submission)
    lying = next(path for path in own_store.rglob(material.sha256) if path.is_file())
    copy = lying.read_bytes()
    dispose_later()
    lying.parent.mkdir(parents=True, exist_ok=True)
    lying.write_bytes(copy)
    with pytest.raises(KeyUnavailable):
        bytes_of(material)
    assert hashlib.sha256(copy).hexdigest() != material.sha256


def test_one_that_cannot_go_holds_no_other_up_and_raises_an_alarm(
    cast: Cast, second: Officer, valkey_server: str
) -> None:
    stuck, goes = hand_in(cast.owner, photo("JPEG")), hand_in(cast.owner, photo("PNG"))
    withdraw(cast.analyst, second, stuck, goes)
    with connection.cursor() as cursor:  # as a new table that forgot to let go
        cursor.execute(
            "CREATE TABLE clings (submission_id uuid REFERENCES evidence_submission (id));"
            "INSERT INTO clings VALUES (%s)",
            [stuck.pk],
        )
    assert dispose_later() == 1
    assert list(Submission.objects.all()) == [stuck]

    Retention.objects.update(withdrawn_at=timezone.now() - timedelta(days=2))
    with served(cast.administrator):
        assert count_overdue() == 1
    client = Client()
    client.force_login(cast.administrator)
    queues_alive()
    assert b"1 withdrawn file was not disposed of within a day" in client.get("/platform/").content
