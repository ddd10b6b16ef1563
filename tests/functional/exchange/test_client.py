"""`icse-upload` as a script uses it: arguments in, files handed in, a report and an exit code out."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import pytest

from evidence.models import CustodyEvent, Material, Submission
from evidence.objects import open_object
from evidence.uploads.models import Batch, Upload
from exchange.client import sending
from exchange.client.command import DENIED, DONE, INTERRUPTED, SOME_REFUSED, UNFINISHED, USAGE, main
from exchange.packing import pack
from tests.cast import Cast, make_cast
from tests.factories.accounts import ApiTokenFactory
from tests.functional.exchange.line import BadLine
from tests.hostile.archives import zipped
from tests.integration.uploads.sending import new_picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.live_server_helper import LiveServer

TOKEN: Final = "a-token-of-a-test"

Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def sender(transactional_db: None) -> Cast:
    """Return the cast, whose owner has a token."""
    cast = make_cast()
    ApiTokenFactory.create(officer=cast.owner, text=TOKEN)
    return cast


@pytest.fixture
def line(live_server: LiveServer, settled: None) -> Iterator[BadLine]:
    """Return the line to the platform, a good one until a test spoils it."""
    line = BadLine(live_server.thread.port)
    yield line
    line.close()


@pytest.fixture
def run(sender: Cast, line: BadLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs the command and returns its exit code and report."""
    monkeypatch.setenv("ICSE_SERVER", line.url)
    monkeypatch.setenv("ICSE_TOKEN", TOKEN)
    monkeypatch.setattr(sending, "PIECE", 64 * 1024)
    report = tmp_path / "report.json"

    def run_command(*words: object) -> tuple[int, dict[str, Any]]:
        report.unlink(missing_ok=True)
        code = main([*map(str, words), "--report", str(report), "--quiet"])
        return code, json.loads(report.read_text()) if report.exists() else {}

    return run_command


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Return a folder of three pictures, one of several pieces, one deep down."""
    disk = tmp_path / "Gerät 7"
    (disk / "a b" / "ü").mkdir(parents=True)
    (disk / "one.jpg").write_bytes(new_picture())
    (disk / "a b" / "large.jpg").write_bytes(new_picture(300_000))
    (disk / "a b" / "ü" / "deep.jpg").write_bytes(new_picture())
    return disk


def _digests(folder: Path) -> Counter[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in found)


def _stored() -> Counter[str]:
    """Return the digests of what the store holds, read anew, for each submission."""
    digests: Counter[str] = Counter()
    for submission in Submission.objects.select_related("material"):
        with open_object(submission.material) as stream:
            digests[hashlib.sha256(stream.read()).hexdigest()] += 1
    return digests


def test_folder_is_handed_in_with_its_paths(run: Run, disk: Path) -> None:
    code, report = run(disk, "--case-reference", "K-17", "--priority", "urgent")

    handed_in = Submission.objects.all()
    assert code == DONE
    assert _stored() == _digests(disk)
    assert {each.source_path for each in handed_in} == {
        "Gerät 7/one.jpg", "Gerät 7/a b/large.jpg", "Gerät 7/a b/ü/deep.jpg",
    }  # fmt: skip
    assert {(each.case_reference, each.priority) for each in handed_in} == {("K-17", "urgent")}
    assert {each.batch for each in handed_in} == {Batch.objects.get().pk}
    assert report["totals"]["outcomes"] == {"received": 3}
    assert report["totals"]["verdicts"] == {"new": 3}
    assert {file["sha256"]: 1 for file in report["files"]} == dict(_digests(disk))


def test_what_the_country_holds_is_declared_and_not_sent(run: Run, line: BadLine, disk: Path) -> None:
    run(disk)
    sent = line.sent
    code, report = run(disk)

    assert code == DONE
    assert report["totals"]["outcomes"] == {"declared": 3}
    assert line.sent - sent < 30_000 < sent
    assert CustodyEvent.objects.filter(kind=CustodyEvent.Kind.DECLARED).count() == 3
    assert Material.objects.count() == 3


def test_nothing_is_lost_on_a_line_that_breaks(
    run: Run, line: BadLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_FIRST_WAIT", 0.01)
    disk = tmp_path / "disk"
    disk.mkdir()
    for number in range(40):
        (disk / f"{number}.jpg").write_bytes(new_picture(number * 7_000))
    line.breaks_every = 300_000

    code, report = run(disk)

    assert code == DONE
    assert line.broken > 5
    assert _stored() == _digests(disk)
    assert report["totals"]["outcomes"] == {"received": 40}


def test_dead_line_ends_the_run_and_the_same_command_goes_on(run: Run, line: BadLine, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    for number in range(4):
        (disk / f"{number}.jpg").write_bytes(new_picture(1_000_000))
    line.dies_after = 2_500_000
    code, report = run(disk, "--patience", "0", "--parallel", "2")
    arrived = sum(Upload.objects.values_list("offset", flat=True))
    line.dies_after = None

    again, second = run(disk)

    assert (code, again) == (UNFINISHED, DONE)
    assert report["stopped"]
    assert report["totals"]["outcomes"]["unfinished"] >= 1
    assert arrived > 1_000_000
    assert second["batch"] == report["batch"]
    assert second["totals"]["outcomes"] == {"received": 4}
    assert _stored() == _digests(disk)
    assert line.sent < 4_800_000


def test_refused_files_are_named_and_the_others_handed_in(run: Run, disk: Path) -> None:
    (disk / "notes.txt").write_text("not a picture" * 100)
    (disk / "empty.jpg").touch()
    code, report = run(disk)

    refused = {file["path"]: file["reason"] for file in report["files"] if file["outcome"] == "refused"}
    assert code == SOME_REFUSED
    assert refused.keys() == {"Gerät 7/notes.txt", "Gerät 7/empty.jpg"}
    assert all(refused.values())
    assert Submission.objects.count() == 3


def test_archive_is_handed_in_to_be_unpacked(run: Run, tmp_path: Path) -> None:
    archive = tmp_path / "phone.zip"
    archive.write_bytes(zipped({"DCIM/1.jpg": new_picture()}))

    code, report = run(archive, "--patience", "0")

    assert (code, report["totals"]["outcomes"]) == (DONE, {"unpacking": 1})


def test_file_that_cannot_be_read_is_reported(run: Run, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = open

    def refuse_one(place: object, *rest: Any, **named: Any) -> Any:
        if isinstance(place, bytes) and place.endswith(b"one.jpg"):
            raise OSError(5, "Input/output error")
        return real(place, *rest, **named)  # type: ignore[call-overload]

    monkeypatch.setattr("builtins.open", refuse_one)
    code, report = run(disk)

    assert code == SOME_REFUSED
    assert [(file["path"], "Input/output error" in file["message"]) for file in report["files"]
            if file["outcome"] == "unreadable"] == [("Gerät 7/one.jpg", True)]  # fmt: skip
    assert Submission.objects.count() == 2


def test_wrong_token_is_told_and_shown_nowhere(
    run: Run, disk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ICSE_TOKEN", "no-such-token")
    code, report = run(disk)

    assert (code, report) == (DENIED, {})
    assert "refused" in capsys.readouterr().err
    assert "no-such-token" not in "".join(capsys.readouterr())
    assert Upload.objects.count() == 0


def test_full_day_ends_the_run(run: Run, disk: Path, settings: Any) -> None:
    settings.UPLOAD_OFFICER_DAY = 1000
    code, report = run(disk)

    assert code == UNFINISHED
    assert "day" in report["stopped"]
    assert report["totals"]["outcomes"] == {"unfinished": 3}


def test_two_files_of_one_path_are_refused(run: Run, tmp_path: Path) -> None:
    for top in ("left", "right"):
        (tmp_path / top / "disk").mkdir(parents=True)
        (tmp_path / top / "disk" / "1.jpg").write_bytes(new_picture())

    assert run(tmp_path / "left" / "disk", tmp_path / "right" / "disk") == (USAGE, {})


def test_packed_client_is_interrupted_in_good_order_and_goes_on(
    sender: Cast, line: BadLine, tmp_path: Path
) -> None:
    """It runs as one file, without any library of this environment."""
    disk, packed, report = tmp_path / "disk", tmp_path / "icse-upload.pyz", tmp_path / "report.json"
    disk.mkdir()
    (disk / "film.jpg").write_bytes(new_picture(40_000_000))
    pack(packed)
    words = (sys.executable, "-I", "-S", packed, disk, "--server", line.url, "--report", report)
    command = [str(word) for word in words]
    environment = {"ICSE_TOKEN": TOKEN, "PATH": os.environ["PATH"]}

    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        while not Upload.objects.filter(offset__gt=0).exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        interrupted = process.wait(60)
    told = json.loads(report.read_text())
    finished = subprocess.run(command, env=environment, capture_output=True, check=False)

    assert interrupted == INTERRUPTED
    assert told["totals"]["outcomes"] == {"unfinished": 1}
    assert finished.returncode == DONE, finished.stderr
    assert _stored() == _digests(disk)
    assert line.sent < 55_000_000
