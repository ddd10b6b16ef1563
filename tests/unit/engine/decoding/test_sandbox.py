"""What surrounds the decoder: what it keeps out, and that nothing is decoded differently inside."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from django.conf import settings

from evidence.formats import is_archive
from icse.common.sealing import SealedFile, new_key
from media_analysis.engine.decoding import sandbox as module
from media_analysis.engine.decoding import server_process
from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.decoding.errors import Unreadable
from media_analysis.engine.decoding.sandbox import Level, NoSandbox, Sandbox, wrapped
from tests.hostile.archives import zipped
from tests.hostile.made import clip, photo, scenery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCES: Final = str(settings.BASE_DIR)
_ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "PYTHONPATH": SOURCES}

needs_bubblewrap = pytest.mark.skipif(
    Sandbox().level() != Level.BUBBLEWRAP, reason="bubblewrap does not work on this machine"
)


def _inside(script: str) -> str:
    """Return what a script prints inside bubblewrap."""
    command = wrapped([sys.executable, "-c", script], _ENVIRONMENT)
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return answer.stdout.strip()


def _tried(expression: str) -> str:
    """Return what an expression comes to inside, or the name of what it raises."""
    return _inside(
        "import os, socket, pathlib\n"
        f"try: print({expression})\nexcept Exception as e: print(type(e).__name__)"
    )


@needs_bubblewrap
@pytest.mark.parametrize(
    "place",
    [
        "/etc/passwd",
        "/etc/shadow",
        "/root/.ssh",
        f"{settings.BASE_DIR}/manage.py",
        f"{settings.BASE_DIR}/icse/settings.py",
        f"{settings.BASE_DIR}/evidence",
    ],
)
def test_nothing_of_the_machine_is_seen(place: str) -> None:
    assert _tried(f"os.stat({place!r})") == "FileNotFoundError"


@needs_bubblewrap
def test_canary_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "canary").write_text("secret")

    assert _tried(f"open({str(tmp_path / 'canary')!r}).read()") == "FileNotFoundError"


@needs_bubblewrap
@pytest.mark.parametrize("place", ["/", "/usr/lib", "/dev", f"{SOURCES}/media_analysis/engine"])
def test_nothing_is_written(place: str) -> None:
    assert _tried(f"open({place + '/x'!r}, 'w')") in {"OSError", "PermissionError", "FileNotFoundError"}


@needs_bubblewrap
def test_nobody_is_called() -> None:
    calls: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)

    with http.server.HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        told = _tried(f"socket.create_connection(('127.0.0.1', {server.server_address[1]}), 2)")
        server.shutdown()

    assert told in {"ConnectionRefusedError", "OSError"}
    assert calls == []


@needs_bubblewrap
def test_no_other_process_is_seen() -> None:
    pids = [
        int(pid)
        for pid in _tried("[p for p in os.listdir('/proc') if p.isdigit()]")
        .strip("[]")
        .replace("'", "")
        .split(",")
    ]

    assert len(pids) <= 3
    assert os.getpid() not in pids


@needs_bubblewrap
def test_no_secret_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not-for-you")

    assert "not-for-you" not in _tried("dict(os.environ)")


@needs_bubblewrap
def test_no_rights_are_left() -> None:
    status = _tried("pathlib.Path('/proc/self/status').read_text()")
    effective = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff"))

    assert int(effective, 16) == 0


def test_weak_level_is_refused_where_it_is_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    module._best_level_here.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda _: None)
    try:
        assert Sandbox().level() == Level.LIMITS
        with pytest.raises(NoSandbox, match="bubblewrap"):
            Decoder(sandbox=Sandbox(is_required=True)).still("nothing")  # type: ignore[arg-type]
    finally:
        module._best_level_here.cache_clear()


def test_bubblewrap_that_the_kernel_forbids_is_not_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    forbidden = tmp_path / "bwrap"
    forbidden.write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    forbidden.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    module._best_level_here.cache_clear()
    try:
        assert Sandbox().level() == Level.LIMITS
    finally:
        module._best_level_here.cache_clear()


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Path]:
    """Start the decoder as a service and return its socket."""
    place = tmp_path / "socket"
    with _started(place) as process:
        yield place
        process.kill()


def _started(place: Path) -> subprocess.Popen[bytes]:
    place.unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "media_analysis.engine.decoding.listener", str(place)], env=_ENVIRONMENT
    )
    while not place.exists():
        assert process.poll() is None
    return process


def test_service_decodes_like_a_server_here(listener: Path, tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(photo("PNG"))
    (tmp_path / "clip").write_bytes(clip())
    (tmp_path / "archive").write_bytes(zipped({"a.txt": b"one"}))
    (tmp_path / "bad").write_bytes(b"\xff\xd8\xff nothing")
    with Decoder(sandbox=Sandbox(socket=str(listener), is_required=True)) as decoder:
        still = decoder.still(tmp_path / "photo")
        plan = decoder.video_plan(tmp_path / "clip")
        tags = decoder.metadata(tmp_path / "photo")["tags"]
        decoder.proxy(tmp_path / "clip", SealedFile(tmp_path / "proxy.mp4", new_key()))
        members = [
            (each.name, each.content.read() if each.content else b"")
            for each in decoder.members(tmp_path / "archive", tmp_path, is_archive)
        ]
        with pytest.raises(Unreadable):
            decoder.still(tmp_path / "bad")

    assert np.array_equal(still.pixels, scenery())
    assert plan.duration_s > 0
    assert tags
    assert (tmp_path / "proxy.mp4").stat().st_size > 0
    assert members == [("a.txt", b"one")]


def test_service_serves_several_workers(listener: Path, tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(photo("PNG"))
    behind = Sandbox(socket=str(listener))
    with Decoder(sandbox=behind) as one, Decoder(sandbox=behind) as other:
        one.still(tmp_path / "photo")
        server = one._server
        assert np.array_equal(one.still(tmp_path / "photo").pixels, other.still(tmp_path / "photo").pixels)
        assert one._server is server


def test_worker_waits_for_a_service_that_is_started_again(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(photo("PNG"))
    place = tmp_path / "socket"
    with Decoder(sandbox=Sandbox(socket=str(place))) as decoder:
        for _ in range(2):
            with _started(place) as process:
                assert np.array_equal(decoder.still(tmp_path / "photo").pixels, scenery())
                process.kill()
            place.unlink()


def test_service_that_stays_away_is_no_files_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "photo").write_bytes(photo("PNG"))
    monkeypatch.setattr(server_process, "_AWAY_SECONDS", 0.0)
    place = tmp_path / "socket"
    with Decoder(sandbox=Sandbox(socket=str(place))) as decoder, pytest.raises(ConnectionError):
        decoder.still(tmp_path / "photo")


def test_only_the_same_user_may_connect(listener: Path) -> None:
    assert listener.stat().st_mode & 0o777 == 0o600
