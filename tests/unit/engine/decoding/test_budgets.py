"""What hostile files cost, as the server reports it of each child."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from media_analysis.engine.decoding.errors import Refused
from media_analysis.engine.decoding.limits import Limits
from media_analysis.engine.decoding.memory import PixelMemory
from media_analysis.engine.decoding.results import LONGEST_SIDE
from media_analysis.engine.decoding.server_process import Ending, ServerProcess
from tests.hostile.photos import Hostile, hostile_photos

BOMBS = [bad for bad in hostile_photos() if bad.reason.startswith("too_many") or "400 MB" in bad.name]
# What the libraries themselves take, 80 MB, is in every child; a bomb may add little to it.
MOST_KIB = 200 * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    running = ServerProcess(Limits())
    yield running
    running.close()


def cost(server: ServerProcess, path: Path) -> Ending:
    """Return what it cost to refuse a file."""
    memory, source = PixelMemory(LONGEST_SIDE), os.open(path, os.O_RDONLY)
    job = server.submit("still", Limits().still, {"options": {}, "keys": {}}, source, memory.descriptor)
    with pytest.raises(Refused):
        job.receive()
    os.close(source)
    memory.close()
    return job.finish()


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_a_bomb_costs_little_memory_and_time(server: ServerProcess, tmp_path: Path, bomb: Hostile) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(bomb.make())

    ending = cost(server, path)

    assert ending.signal == 0
    assert ending.peak_kib < MOST_KIB
    assert ending.cpu_seconds < 5
