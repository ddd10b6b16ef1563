"""The log holds: what happened is chained, and whatever is done to it afterwards is found."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.audit.errors import NoteNotSigned, NotOnRecord
from accounts.audit.models import NO_COUNTRY, Checkpoint, InboxEvent, SealedEvent
from accounts.audit.recording import Circumstances, note, record, under, write_gathered
from accounts.audit.sealing import make_checkpoints, open_note, private_key, seal
from accounts.audit.verification import Fault, verify_chains, verify_checkpoints
from accounts.models import Officer
from tests.cast import Cast
from tests.conftest import RoleSwitch, ServedSwitch

pytestmark = pytest.mark.django_db

KEY = private_key(settings.AUDIT_KEY)


@pytest.fixture
def sealed(cast: Cast) -> list[SealedEvent]:
    """Return six sealed events of one country, in their order."""
    for number in range(6):
        record("material.view", uuid4(), by=cast.owner, place=number)
    seal()
    return list(SealedEvent.objects.order_by("number"))


def _tamper(statement: str, *parameters: UUID | int) -> None:
    """Do what only the owner of the tables can do."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_sealedevent DISABLE TRIGGER USER")
        cursor.execute(statement, [str(each) for each in parameters])
        cursor.execute("ALTER TABLE audit_sealedevent ENABLE TRIGGER USER")


def _rehash() -> None:
    """Fit every link of the log anew, as whoever altered it would."""
    _tamper("UPDATE audit_sealedevent SET previous = decode(repeat('00', 32), 'hex') WHERE number = 1")
    for event in SealedEvent.objects.order_by("number"):
        _tamper(
            "UPDATE audit_sealedevent AS e SET digest = sha256(e.previous || audit_canonical(e))"
            " WHERE number = %s",
            event.number,
        )
        _tamper(
            "UPDATE audit_sealedevent SET previous ="
            " (SELECT digest FROM audit_sealedevent WHERE number = %s) WHERE number = %s",
            event.number,
            event.number + 1,
        )


def test_each_country_has_a_chain_of_its_own(cast: Cast) -> None:
    record("sign_in", by=cast.owner)
    record("sign_in", by=cast.partner)
    record("sign_in")
    record("sign_out", by=cast.owner)
    assert seal() == 4
    assert seal() == 0
    chains = SealedEvent.objects.order_by("chain", "number").values_list("chain", "number")
    assert set(chains) == {
        (cast.owner.unit.country_id, 1),
        (cast.owner.unit.country_id, 2),
        (cast.partner.unit.country_id, 1),
        (NO_COUNTRY, 1),
    }
    assert verify_chains() == []


def test_chain_goes_on_from_where_it_was_sealed(cast: Cast, sealed: list[SealedEvent]) -> None:
    record("sign_out", by=cast.owner)
    seal()
    assert bytes(SealedEvent.objects.get(number=7).previous) == bytes(sealed[-1].digest)
    assert verify_chains() == []


@pytest.mark.parametrize(
    ("damage", "number", "what"),
    [
        ("UPDATE audit_sealedevent SET act = 'sign_in' WHERE number = 3", 3, "altered"),
        ("UPDATE audit_sealedevent SET digest = sha256('x') WHERE number = 6", 6, "altered"),
        ("DELETE FROM audit_sealedevent WHERE number = 4", 4, "missing"),
        ("DELETE FROM audit_sealedevent WHERE number = 1", 1, "missing"),
        (
            "UPDATE audit_sealedevent AS e SET detail = o.detail FROM audit_sealedevent AS o"
            " WHERE e.number + o.number = 7 AND e.number IN (3, 4)",
            3,
            "altered",
        ),
    ],
)
def test_damage_is_named_at_its_first_place(
    sealed: list[SealedEvent], damage: str, number: int, what: str
) -> None:
    _tamper(damage)
    assert verify_chains() == [Fault(sealed[0].chain, number, what)]


def test_truncated_tail_is_found_by_a_checkpoint(sealed: list[SealedEvent]) -> None:
    make_checkpoints(KEY)
    _tamper("DELETE FROM audit_sealedevent WHERE number > 4")
    assert verify_chains() == []
    assert verify_checkpoints(KEY.public_key()) == [Fault(sealed[0].chain, 6, "truncated")]


def test_rehashed_log_is_found_by_a_checkpoint(sealed: list[SealedEvent]) -> None:
    make_checkpoints(KEY)
    _tamper("UPDATE audit_sealedevent SET officer_id = %s WHERE number = 2", uuid4())
    _rehash()
    assert verify_chains() == []
    assert verify_checkpoints(KEY.public_key()) == [Fault(sealed[0].chain, 6, "rewritten")]


def test_checkpoint_of_another_key_is_none(sealed: list[SealedEvent]) -> None:
    other = private_key("B" * 42 + "A")
    (checkpoint,) = make_checkpoints(other)
    with pytest.raises(NoteNotSigned):
        open_note(checkpoint.note, KEY.public_key())
    assert verify_checkpoints(KEY.public_key()) == [Fault(sealed[0].chain, 6, "unsigned")]


def test_altered_note_is_none(sealed: list[SealedEvent]) -> None:
    (checkpoint,) = make_checkpoints(KEY)
    assert open_note(checkpoint.note, KEY.public_key())[:2] == (sealed[0].chain, 6)
    with pytest.raises(NoteNotSigned):
        open_note(checkpoint.note.replace("\n6\n", "\n5\n"), KEY.public_key())


def test_checkpoints_are_made_only_of_what_has_grown(sealed: list[SealedEvent]) -> None:
    assert len(make_checkpoints(KEY)) == 1
    assert make_checkpoints(KEY) == []
    assert Checkpoint.objects.get().number == 6


def test_command_names_the_first_bad_event(
    sealed: list[SealedEvent], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("seal_audit", "--once")
    kept = tmp_path / "witness.txt"
    kept.write_text(Checkpoint.objects.get().note, encoding="utf-8")
    call_command("verify_audit", "--witness", str(kept))
    assert "6 events hold." in capsys.readouterr().out
    _tamper("UPDATE audit_sealedevent SET act = 'x' WHERE number = 5")
    with pytest.raises(CommandError, match=f"chain {sealed[0].chain}: event 5 is altered"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    "command", ["UPDATE audit_sealedevent SET act = 'x'", "DELETE FROM audit_sealedevent"]
)
def test_not_even_the_owner_changes_the_log_in_passing(sealed: list[SealedEvent], command: str) -> None:
    with (
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="only ever added to"),
        transaction.atomic(),
    ):
        cursor.execute(command)


def test_application_and_engine_cannot_change_the_log(
    sealed: list[SealedEvent], cast: Cast, as_app: ServedSwitch, as_engine: RoleSwitch
) -> None:
    for role in (as_app(cast.owner), as_engine()):
        with role, pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            SealedEvent.objects.update(act="x")


def test_nobody_records_in_anothers_name(cast: Cast, as_app: ServedSwitch) -> None:
    with as_app(cast.owner):
        record("material.view", uuid4())
        with pytest.raises(NotOnRecord), transaction.atomic():
            record("material.view", uuid4(), by=cast.partner)
    assert InboxEvent.objects.get().officer_id == cast.owner.pk


class _Broken(Exception):
    """What breaks a transaction here."""


def _break_after(write: Callable[..., None], *what: object, by: Officer) -> None:
    with suppress(_Broken), transaction.atomic():
        write(*what, by=by)
        raise _Broken


def test_event_of_a_change_falls_with_it(cast: Cast) -> None:
    _break_after(record, "series.created", uuid4(), by=cast.analyst)
    assert not InboxEvent.objects.exists()


def test_what_was_read_outlives_a_rollback(cast: Cast) -> None:
    with under(Circumstances(address="192.0.2.7", via="session 1")) as circumstances:
        _break_after(note, "material.view", uuid4(), by=cast.owner)
        write_gathered(circumstances)
    event = InboxEvent.objects.get()
    assert (event.address, event.via) == ("192.0.2.7", "session 1")
    assert event.country_id == cast.owner.unit.country_id


@pytest.mark.parametrize(
    ("part", "count"),
    [
        ("owner", 1),
        ("colleague", 1),
        ("partner", 1),
        ("national_administrator", 2),
        ("auditor", 3),
        ("third", 0),
    ],
)
def test_everybody_reads_their_own_part(cast: Cast, as_app: ServedSwitch, part: str, count: int) -> None:
    for officer in (cast.owner, cast.colleague, cast.partner):
        record("sign_in", by=officer)
    seal()
    with as_app(getattr(cast, part)):
        assert SealedEvent.objects.count() == count
