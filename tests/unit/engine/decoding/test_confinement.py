import os
import resource
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from media_analysis.engine.decoding.confinement import confine
from media_analysis.engine.decoding.limits import MIB, Budget

BUDGET = Budget(cpu_seconds=7, silent_seconds=1, memory_bytes=64 * MIB, open_files=20)


def confined(act: Callable[[int], object], keep: int, budget: Budget = BUDGET) -> str:
    """Return what `act` returns or raises in a confined child that keeps one descriptor."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if not pid:
        try:
            confine(budget, keep=[keep, theirs.fileno()])
            told = repr(act(keep))
        except BaseException as refused:
            told = type(refused).__name__
        theirs.sendall(told.encode())
        os._exit(0)
    theirs.close()
    os.waitpid(pid, 0)
    with ours:
        return ours.recv(1000).decode()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[int]:
    path = tmp_path / "kept"
    path.write_bytes(b"content")
    descriptor = os.open(path, os.O_RDWR)
    yield descriptor
    os.close(descriptor)


def test_confined_process_reads_what_it_keeps(kept: int) -> None:
    assert confined(lambda descriptor: os.read(descriptor, 7), kept) == "b'content'"


def test_confined_process_has_no_other_descriptor(kept: int, tmp_path: Path) -> None:
    other = os.open(tmp_path, os.O_RDONLY)

    told = confined(lambda _: os.fstat(other), kept)

    os.close(other)
    assert told == "OSError"


def test_confined_process_cannot_write_a_byte(kept: int) -> None:
    assert confined(lambda descriptor: os.write(descriptor, b"x"), kept) == "OSError"


def test_confined_process_writes_as_much_as_its_budget(kept: int) -> None:
    budget = Budget(cpu_seconds=7, silent_seconds=1, memory_bytes=64 * MIB, written_bytes=3)

    assert confined(lambda descriptor: os.pwrite(descriptor, b"12345", 0), kept, budget) == "3"


def test_confined_process_cannot_open_many_files(kept: int) -> None:
    assert confined(lambda _: [os.open("/", os.O_RDONLY) for _ in range(30)], kept) == "OSError"


def test_confined_process_cannot_take_more_memory(kept: int) -> None:
    assert confined(lambda _: len(bytearray(4096 * MIB)), kept) == "MemoryError"


def test_confined_process_gets_what_its_budget_allows(kept: int) -> None:
    assert confined(lambda _: len(bytearray(32 * MIB)), kept) == str(32 * MIB)


@pytest.mark.parametrize(("which", "limits"), [(resource.RLIMIT_CPU, (7, 8)), (resource.RLIMIT_CORE, (0, 0))])
def test_confined_process_is_limited(kept: int, which: int, limits: tuple[int, int]) -> None:
    assert confined(lambda _: resource.getrlimit(which), kept) == repr(limits)


def test_confined_process_gains_no_privileges(kept: int) -> None:
    assert "NoNewPrivs:\\t1" in confined(lambda _: Path("/proc/self/status").read_text()[-700:], kept)
