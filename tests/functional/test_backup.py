"""The drill: an installation is backed up and lost, and an empty machine ends up with every hash."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import Officer
from evidence.keys import KeyFile
from evidence.models import Derivative, Material, StoredObject, Submission
from evidence.receiving import Receiver
from evidence.services import SubmissionDetails, keep_derivative, receive_file
from evidence.store import Shelf, store
from evidence.uploads.models import Upload
from icse.backups import BackupFailed, make_backup, names_of, restore_database
from icse.embedded.tools import tools_of_owner
from tests.cast import Cast, make_cast
from tests.factories.retention import dispose_later, withdraw
from tests.factories.uploads import sending
from tests.functional.stack.platform import Platform
from tests.hostile.made import photo
from tests.kept import bytes_of
from tests.launcher import Launcher, free_port
from tests.roles import database_role, served

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("own_store", "own_keys"),
]

WORDS: Final = "Backed-up case 2026-117"


@pytest.fixture
def cast(own_store: Path) -> Cast:
    """Return the officers, committed."""
    return make_cast()


def hand_in(officer: Officer, kind: str) -> Material:
    receiver = Receiver(store(), "room.jpg")
    receiver.write(photo(kind))
    with served(officer):
        details = SubmissionDetails(case_reference=WORDS)
        material = receive_file(by=officer, upload=receiver.finish(), details=details).material
    with database_role("icse_engine"):
        keep_derivative(
            material=material,
            kind=Derivative.Kind.THUMBNAIL,
            content=f"view of {kind}".encode(),
            media_type="image/jpeg",
            size_px=(1, 1),
        )
    return material


def restore(data_dir: Path, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command for a new installation in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, "manage.py", "restore", str(folder), *arguments],
        cwd=settings.BASE_DIR,
        env={**environment, "DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "icse.settings"},
        check=False,
        capture_output=True,
        text=True,
    )


def new_machine(tmp_path: Path, name: str) -> Path:
    """Return an empty data folder, into which somebody put the keys and the secret of the old one."""
    data_dir = tmp_path / name
    (data_dir / "secrets").mkdir(parents=True)
    shutil.copy(settings.KEY_FILE, data_dir / "secrets" / "evidence-keys")
    (data_dir / "secrets" / "django").write_text("s" * 43)
    (data_dir / "secrets" / "audit").write_text("A" * 43)
    return data_dir


def test_empty_machine_ends_with_every_hash(cast: Cast, own_store: Path, tmp_path: Path) -> None:
    materials = [hand_in(cast.owner, kind) for kind in ("JPEG", "PNG")]
    sending(cast.owner)
    folder = tmp_path / "backups"
    call_command("backup", str(folder))
    later = hand_in(cast.partner, "GIF")
    out = StringIO()
    call_command("backup", str(folder), stdout=out)
    assert "6 objects are in" in out.getvalue()
    lying = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert WORDS.encode() not in lying
    assert len(names_of(folder)) == 2
    assert len([path for path in (folder / "objects").rglob("*") if path.is_file()]) == 6
    wanted = {(each.shelf, each.name): each.sha256 for each in StoredObject.objects.all()}
    shutil.rmtree(own_store)

    data_dir = new_machine(tmp_path, "new")
    done = restore(data_dir, folder)

    assert done.returncode == 0, done.stderr
    assert "6 of 6 objects are whole" in done.stdout
    found = {
        (path.relative_to(data_dir / "evidence").parts[0], path.name): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for shelf in (Shelf.ORIGINALS, Shelf.DERIVATIVES)
        for path in (data_dir / "evidence" / shelf).rglob("*")
        if path.is_file()
    }
    assert found == wanted
    launcher = Launcher(data_dir, free_port(), HTTPS="no")
    try:
        platform = Platform(launcher)
        assert platform.rows("SELECT sha256 FROM evidence_material ORDER BY sha256") == [
            (sha256,) for sha256 in sorted(each.sha256 for each in (*materials, later))
        ]
        assert platform.rows("SELECT count(*) FROM evidence_submission") == [(Submission.objects.count(),)]
        assert platform.rows("SELECT DISTINCT state FROM uploads_upload") == [("expired",)]
        assert platform.rows("SELECT count(*) FROM accounts_officer") == [(Officer.objects.count(),)]
        assert restore(data_dir, folder).returncode == 1  # it is in use
    finally:
        launcher.stop()
    assert Upload.objects.get().state == "open"


@pytest.mark.parametrize("noted_in", ["backup", "store"])
def test_older_backup_brings_nothing_back_that_was_disposed_of(
    cast: Cast, own_store: Path, tmp_path: Path, noted_in: str
) -> None:
    gone, stays = (hand_in(cast.owner, kind) for kind in ("JPEG", "PNG"))
    folder = tmp_path / "backups"
    call_command("backup", str(folder))
    (first,) = names_of(folder)
    sealed = [each.sha256 for each in StoredObject.objects.filter(name=gone.sha256)]
    submission = gone.submissions.get()
    withdraw(cast.owner, cast.analyst, submission)
    assert dispose_later() == 1
    data_dir = new_machine(tmp_path, "new")
    if noted_in == "backup":
        call_command("backup", str(folder))
        assert not [path for path in (folder / "objects").rglob("*") if path.name in sealed]
    else:  # it was lost before another backup was made, but its store was not
        shutil.copytree(own_store / "records", data_dir / "evidence" / "records")

    done = restore(data_dir, folder, "--name", first)

    assert done.returncode == 0, done.stderr
    assert "1 submissions were disposed of since" in done.stdout
    assert "2 of 2 objects are whole" in done.stdout
    lying = {path.name for path in (data_dir / "evidence").rglob("*") if path.is_file()}
    assert gone.sha256 not in lying
    launcher = Launcher(data_dir, free_port(), HTTPS="no")
    try:
        platform = Platform(launcher)
        assert platform.rows("SELECT sha256 FROM evidence_material") == [(stays.sha256,)]
        assert platform.rows("SELECT count(*) FROM evidence_materialkey") == [(1,)]
        assert platform.rows("SELECT submission_id::text, cause FROM retention_disposal") == [
            (str(submission.pk), "withdrawn")
        ]
    finally:
        launcher.stop()


def test_damaged_list_of_disposals_stops_a_restore(cast: Cast, own_store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    call_command("backup", str(folder))
    (folder / "disposals.jsonl").write_text('{"submission"\n')

    done = restore(new_machine(tmp_path, "new"), folder)

    assert done.returncode == 1
    assert "disposals.jsonl is damaged" in done.stderr


def test_what_is_lost_in_store_or_backup_is_named(cast: Cast, own_store: Path, tmp_path: Path) -> None:
    one, other = (hand_in(cast.owner, kind) for kind in ("JPEG", "PNG"))
    folder = tmp_path / "backups"
    store().delete(Shelf.ORIGINALS, one.sha256)
    with pytest.raises(CommandError, match="1 objects are missing or broken"):
        call_command("backup", str(folder))
    (name,) = names_of(folder)
    assert json.loads((folder / "backups" / name / "about.json").read_text())["broken"] == 1
    sealed = StoredObject.objects.get(shelf="originals", name=other.sha256).sha256
    place = folder / "objects" / sealed[:2] / sealed
    spoilt = bytearray(place.read_bytes())
    spoilt[50] ^= 1
    place.write_bytes(spoilt)

    done = restore(new_machine(tmp_path, "new"), folder)

    assert done.returncode == 1
    assert "2 of 4 objects are whole" in done.stdout
    assert f"originals {one.sha256}" in done.stderr
    assert f"originals {other.sha256}" in done.stderr


def test_store_is_mended_from_a_backup_while_all_work(cast: Cast, own_store: Path, tmp_path: Path) -> None:
    """Row 31 of the fault table, to its end."""
    materials = [hand_in(cast.owner, kind) for kind in ("JPEG", "PNG", "GIF")]
    folder = tmp_path / "backups"
    call_command("backup", str(folder))
    wanted = [bytes_of(each) for each in materials]
    store().delete(Shelf.ORIGINALS, materials[0].sha256)
    place = own_store / "originals" / (name := materials[1].sha256)[:2] / name[2:4] / name
    spoilt = bytearray(place.read_bytes())
    spoilt[70] ^= 1
    place.chmod(0o600)
    place.write_bytes(spoilt)
    with pytest.raises(CommandError):
        call_command("scrub_store")
    out = StringIO()

    call_command("mend_store", str(folder), stdout=out)

    assert "2 of 2 missing or broken objects are mended" in out.getvalue()
    assert [bytes_of(each) for each in materials] == wanted
    call_command("scrub_store")
    later = hand_in(cast.owner, "TIFF")
    store().delete(Shelf.ORIGINALS, later.sha256)
    with pytest.raises(CommandError, match=later.sha256):
        call_command("mend_store", str(folder))


def test_without_the_right_keys_nothing_is_restored(cast: Cast, own_store: Path, tmp_path: Path) -> None:
    hand_in(cast.owner, "JPEG")
    folder = tmp_path / "backups"
    make_backup(folder, tools_of_owner())
    data_dir = new_machine(tmp_path, "new")
    key_file = data_dir / "secrets" / "evidence-keys"
    key_file.unlink()

    assert "key file" in restore(data_dir, folder).stderr
    KeyFile(key_file).make()
    done = restore(data_dir, folder)

    assert done.returncode == 1
    assert "cannot be opened with it" in done.stderr
    assert not list((data_dir / "evidence").rglob("originals/*/*"))


def test_backup_is_restored_into_nothing_that_is_there(cast: Cast, own_store: Path, tmp_path: Path) -> None:
    make_backup(tmp_path / "backups", tools_of_owner())
    (name,) = names_of(tmp_path / "backups")
    with pytest.raises(BackupFailed, match="not empty"):
        restore_database(tmp_path / "backups", name, tools_of_owner())
    with pytest.raises(BackupFailed, match=name):
        restore_database(tmp_path / "backups", "20200101T000000Z", tools_of_owner())
