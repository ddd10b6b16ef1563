"""Starting, watching, restarting and stopping of programs, shown with small shell scripts."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from icse.embedded.leftovers import end_leftovers, remember
from icse.embedded.service import Service, ServiceFailed
from icse.embedded.supervisor import Supervisor
from tests.processes import is_alive, wait_until


def _service(folder: Path, script: str, *, name: str = "sample", ready_seconds: float = 5.0) -> Service:
    """Return a service that is ready as soon as its script has made the file `ready`."""
    return Service(
        name=name,
        command=["/bin/sh", "-c", script],
        log=folder / f"{name}.log",
        is_ready=(folder / "ready").exists,
        environment={"PATH": os.defpath, "FOLDER": str(folder)},
        stop_seconds=1.0,
        ready_seconds=ready_seconds,
    )


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, lines: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path / "services.json", lines.append)
    yield supervisor
    supervisor.stop()


def test_start_reports_one_line_when_ready(tmp_path: Path, supervisor: Supervisor, lines: list[str]) -> None:
    supervisor.start(_service(tmp_path, "touch $FOLDER/ready; exec sleep 60"))
    assert len(lines) == 1
    assert lines[0].split()[:2] == ["sample", "ready"]


def test_start_names_service_that_ends(tmp_path: Path, supervisor: Supervisor) -> None:
    with pytest.raises(ServiceFailed, match=r"sample ended with code 3; see .*sample\.log"):
        supervisor.start(_service(tmp_path, "echo out of luck; exit 3"))
    assert "out of luck" in (tmp_path / "sample.log").read_text()


def test_start_names_service_that_is_too_slow(tmp_path: Path, supervisor: Supervisor) -> None:
    with pytest.raises(ServiceFailed, match="sample is not ready after 0 s"):
        supervisor.start(_service(tmp_path, "exec sleep 60", ready_seconds=0.2))


def test_stop_goes_backwards(tmp_path: Path, supervisor: Supervisor, lines: list[str]) -> None:
    for name in ("first", "second"):
        supervisor.start(_service(tmp_path, "touch $FOLDER/ready; exec sleep 60", name=name))
    supervisor.stop()
    assert [line.split() for line in lines[2:]] == [["second", "stopped"], ["first", "stopped"]]
    assert not (tmp_path / "services.json").exists()


def test_stop_kills_what_does_not_listen(tmp_path: Path, supervisor: Supervisor, lines: list[str]) -> None:
    script = (
        "trap '' TERM; sleep 60 & echo $! > $FOLDER/child; touch $FOLDER/ready; while :; do sleep 1; done"
    )
    supervisor.start(_service(tmp_path, script))
    child = int((tmp_path / "child").read_text())
    supervisor.stop()
    assert "killed" in lines[-1]
    wait_until(lambda: not is_alive(child))


def test_watch_restarts_what_crashes(tmp_path: Path, supervisor: Supervisor, lines: list[str]) -> None:
    script = "echo $$ >> $FOLDER/pids; touch $FOLDER/ready; exec sleep 60"
    supervisor.start(_service(tmp_path, script))
    pids = tmp_path / "pids"

    class Enough(Exception):
        pass

    def crash_then_stop() -> None:
        os.kill(int(pids.read_text()), signal.SIGKILL)
        wait_until(lambda: any("restarted" in line for line in lines))
        os.kill(os.getpid(), signal.SIGUSR1)

    def leave(*_: object) -> None:
        raise Enough

    before = signal.signal(signal.SIGUSR1, leave)
    thread = threading.Thread(target=crash_then_stop)
    thread.start()
    try:
        with pytest.raises(Enough):
            supervisor.watch()
    finally:
        thread.join()
        signal.signal(signal.SIGUSR1, before)
    assert "crashed   code -9, restart in 1 s" in lines[1]
    assert len(pids.read_text().split()) == 2


def test_leftover_of_killed_launcher_is_ended(tmp_path: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "60"], start_new_session=True) as process:
        remember(tmp_path / "services.json", [process.pid])
        reaper = threading.Thread(target=process.wait)
        reaper.start()
        assert end_leftovers(tmp_path / "services.json") == 1
        reaper.join()
        assert process.returncode == -signal.SIGINT


def test_leftover_number_given_to_another_program_is_spared(tmp_path: Path) -> None:
    record = tmp_path / "services.json"
    with subprocess.Popen(["/bin/sleep", "60"], start_new_session=True) as process:
        record.write_text(f'{{"{process.pid}": "12345"}}')
        assert end_leftovers(record) == 0
        assert process.poll() is None
        process.kill()


def test_no_record_means_no_leftovers(tmp_path: Path) -> None:
    assert end_leftovers(tmp_path / "services.json") == 0
