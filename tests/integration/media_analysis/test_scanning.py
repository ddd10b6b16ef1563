"""A virus scanner is asked before a file is read; it is played by a socket that speaks as clamd does."""

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icse.common.sealing import SealedFile, new_key
from media_analysis.models import PipelineRun, RunState
from media_analysis.queries.progress import progress_of
from media_analysis.services import scanning
from media_analysis.services.pipeline import Outcome, analyze
from media_analysis.services.scanning import MalwareFound, ScannerAway, scan
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.desk import Desk
from tests.hostile.made import clip, photo
from tests.kept import bytes_of
from tests.sealed import sealed_file

MARK: Final = b"known to the scanner"


class Scanner:
    """Speaks as clamd does, and finds `MARK`; or says what it is told to."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.says: bytes | None = None
        self.shown: list[bytes] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(place))
        self._listener.listen()
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Go away."""
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                with caller, caller.makefile("rb") as stream:
                    assert stream.read(10) == b"zINSTREAM\0"
                    content = b""
                    while size := struct.unpack("!I", stream.read(4))[0]:
                        content += stream.read(size)
                    self.shown.append(content)
                    found = b"Drawn.Test-1 FOUND" if MARK in content else b"OK"
                    caller.sendall((self.says or b"stream: " + found) + b"\0")


@pytest.fixture
def scanner(tmp_path: Path, settings: Any) -> Iterator[Scanner]:
    """Return the scanner of this installation."""
    running = Scanner(tmp_path / "clamd")
    settings.CLAMAV_SOCKET = str(running.place)
    yield running
    running.close()


@pytest.mark.django_db
@pytest.mark.parametrize("make", [photo, clip], ids=["photo", "film"])
def test_what_is_found_is_set_aside_with_its_name(
    cast: Cast, desk: Desk, scanner: Scanner, make: Any
) -> None:
    content = make("JPEG" if make is photo else "mp4") + MARK
    material = desk.hand_in(cast.owner, content)

    desk.work_off()

    progress = progress_of(cast.owner, [material.pk])[material.pk]
    assert progress.state == RunState.QUARANTINED
    assert "Drawn.Test-1" in progress.failure
    assert scanner.shown == [content]
    assert bytes_of(material) == content


@pytest.mark.django_db
def test_clean_file_is_read(cast: Cast, desk: Desk, scanner: Scanner) -> None:
    material = desk.hand_in(cast.owner, photo("JPEG"))

    desk.work_off()

    assert progress_of(cast.owner, [material.pk])[material.pk].state == RunState.DONE
    assert len(scanner.shown) == 1


@pytest.mark.django_db
def test_file_waits_for_a_scanner_that_is_away_and_is_not_blamed(
    cast: Cast, desk: Desk, scanner: Scanner, as_engine: RoleSwitch
) -> None:
    scanner.close()
    scanner.place.unlink()
    material = desk.hand_in(cast.owner, photo("JPEG"))

    with as_engine():
        outcomes = {analyze(material.pk, urgent=False) for _ in range(12)}

    run = PipelineRun.objects.get(pk=material.pk)
    assert outcomes == {Outcome.AGAIN}
    assert (run.state, run.starts, run.attempts) == (RunState.ANALYZING, 0, 0)


def test_of_a_long_file_the_beginning_is_shown(
    scanner: Scanner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "SCANNED_BYTES", 1000)
    scan(sealed_file(tmp_path, bytes(5000)))

    assert scanner.shown == [bytes(1000)]


@pytest.mark.parametrize("said", [b"INSTREAM size limit exceeded. ERROR", b"\xff\xfe", b"", b"stream: ERROR"])
def test_strange_answer_is_no_leave_to_read(scanner: Scanner, tmp_path: Path, said: bytes) -> None:
    scanner.says = said or b" "

    with pytest.raises(ScannerAway):
        scan(sealed_file(tmp_path, b"x"))


@given(st.text(min_size=1, max_size=300))
def test_name_of_what_was_found_is_short_and_printable(name: str) -> None:
    answer = f"stream: {name} FOUND".strip()
    found = scanning._FOUND.fullmatch(answer)

    assert found is None or len(MalwareFound(found[1]).message) < 250


def test_without_a_scanner_nothing_is_asked(tmp_path: Path, settings: Any) -> None:
    settings.CLAMAV_SOCKET = ""
    scan(SealedFile(tmp_path / "not even there", new_key()))
