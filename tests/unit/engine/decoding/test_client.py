import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.decoding.errors import DecoderDied, DecoderTimeout, TooLarge
from media_analysis.engine.decoding.limits import MIB, Budget, Limits
from tests.hostile.made import photo, scenery
from tests.hostile.photos import png_claiming
from tests.processes import children_of, is_alive, wait_until
from tests.unit.engine.decoding.decoders import readers_of, server_of, spare_of


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture"
    path.write_bytes(photo("PNG"))
    return path


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a picture of 90 megapixels, which takes a second or so."""
    path = tmp_path_factory.mktemp("heavy") / "heavy"
    path.write_bytes(png_claiming(9500, 9500, filled=True))
    return path


@contextmanager
def killed_meanwhile(server: int, *, whom: str) -> Iterator[list[int]]:
    """Kill the server, or its child, in the middle of the work inside; yield the children that there were."""

    def kill() -> None:
        wait_until(lambda: readers_of(server))
        children.extend(readers_of(server))
        os.kill(server if whom == "server" else children[0], signal.SIGKILL)

    wait_until(lambda: not readers_of(server))  # of a file before
    children: list[int] = []
    thread = threading.Thread(target=kill)
    thread.start()
    yield children
    thread.join()


def ask(decoder: Decoder, path: Path) -> None:
    """Decode and forget."""
    decoder.still(path)


def test_still_is_decoded_by_a_child_of_another_process(decoder: Decoder, picture: Path) -> None:
    server = server_of(decoder)

    decoder.still(picture)
    decoder.still(picture)

    assert server == server_of(decoder) != os.getpid()
    wait_until(lambda: len(children_of(server)) <= 1)


def test_server_has_none_of_the_workers_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody:secret@nowhere/icse")
    with Decoder() as decoder:
        environment = Path(f"/proc/{decoder.server_pid}/environ").read_text()

    assert "PYTHONPATH" in environment
    assert "secret" not in environment


def test_decoder_starts_its_server_again_when_that_died_between_files(picture: Path) -> None:
    with Decoder() as decoder:
        before = server_of(decoder)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: not is_alive(before))

        still = decoder.still(picture)

        assert np.array_equal(still.pixels, scenery())
        assert server_of(decoder) != before


def test_decoder_reports_a_killed_child_and_goes_on(picture: Path, heavy: Path) -> None:
    with Decoder() as decoder:
        server = server_of(decoder)
        with killed_meanwhile(server, whom="child"), pytest.raises(DecoderDied):
            ask(decoder, heavy)

        assert np.array_equal(decoder.still(picture).pixels, scenery())
        assert server_of(decoder) == server


def test_decoder_reports_a_killed_server_and_goes_on(picture: Path, heavy: Path) -> None:
    with Decoder() as decoder:
        server = server_of(decoder)
        with killed_meanwhile(server, whom="server"), pytest.raises(DecoderDied):
            ask(decoder, heavy)

        assert np.array_equal(decoder.still(picture).pixels, scenery())
        assert server_of(decoder) != server


def test_children_do_not_outlive_their_server(heavy: Path) -> None:
    with Decoder() as decoder:
        server = server_of(decoder)
        with killed_meanwhile(server, whom="server") as children, pytest.raises(DecoderDied):
            ask(decoder, heavy)

    assert children
    wait_until(lambda: not any(is_alive(child) for child in children))


def test_server_ends_with_its_decoder() -> None:
    with Decoder() as decoder:
        server = decoder.server_pid

    assert not is_alive(server)


def test_spare_child_holds_nothing_and_reads_the_next_file(decoder: Decoder, picture: Path) -> None:
    decoder.still(picture)
    spare = spare_of(decoder)

    decoder.still(picture)

    assert spare_of(decoder) != spare  # it lived for one file
    assert not is_alive(spare)


def test_spare_child_that_was_killed_costs_no_file(decoder: Decoder, picture: Path) -> None:
    decoder.still(picture)
    server, spare = server_of(decoder), spare_of(decoder)
    os.kill(spare, signal.SIGKILL)
    wait_until(lambda: not is_alive(spare))

    assert np.array_equal(decoder.still(picture).pixels, scenery())
    assert server_of(decoder) == server
    wait_until(lambda: not Path(f"/proc/{spare}").exists())


def test_spare_child_ends_with_its_server(picture: Path) -> None:
    with Decoder() as decoder:
        decoder.still(picture)
        server, spare = server_of(decoder), spare_of(decoder)
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: not is_alive(spare))


def test_still_that_takes_too_long_is_stopped(heavy: Path) -> None:
    slow = Budget(cpu_seconds=20, silent_seconds=0.1, memory_bytes=1536 * MIB)
    with Decoder(Limits(still=slow)) as decoder:
        server = server_of(decoder)
        with pytest.raises(DecoderTimeout):
            decoder.still(heavy)

        assert not readers_of(server)
        assert server_of(decoder) == server


@pytest.mark.slow
def test_still_that_takes_too_much_processor_time_is_stopped(tmp_path: Path) -> None:
    endless = tmp_path / "endless"
    endless.write_bytes(png_claiming(30_000, 30_000, bits=1, colour=0, filled=True))
    limits = Limits(
        picture_pixels=1_000_000_000,
        still=Budget(cpu_seconds=1, silent_seconds=30, memory_bytes=8192 * MIB),
    )
    with Decoder(limits) as decoder, pytest.raises(DecoderTimeout):
        decoder.still(endless)


def test_still_that_needs_too_much_memory_is_refused(heavy: Path) -> None:
    small = Budget(cpu_seconds=20, silent_seconds=40, memory_bytes=128 * MIB)
    with Decoder(Limits(still=small)) as decoder, pytest.raises(TooLarge) as refused:
        decoder.still(heavy)

    assert refused.value.reason == "too_much_memory"


def test_still_of_no_file_is_an_ordinary_error(decoder: Decoder, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        decoder.still(tmp_path / "missing")


def test_decoder_inherited_by_a_fork_starts_a_server_of_its_own(decoder: Decoder, picture: Path) -> None:
    server = decoder.server_pid
    decoder.still(picture)
    pid = os.fork()
    if not pid:
        is_own = decoder.still(picture) is not None and decoder.server_pid != server
        decoder.close()
        os._exit(0 if is_own else 1)

    assert os.waitpid(pid, 0)[1] == 0
    decoder.still(picture)
    assert decoder.server_pid == server


def test_server_ends_with_a_worker_that_was_killed() -> None:
    reading, writing = os.pipe()
    worker = os.fork()
    if not worker:
        os.write(writing, str(Decoder().server_pid).encode())
        time.sleep(60)
        os._exit(0)
    server = int(os.read(reading, 20))
    os.close(reading)
    os.close(writing)

    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)

    wait_until(lambda: not is_alive(server))
