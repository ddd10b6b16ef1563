import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_analysis.engine.decoding.results import VideoFrame
from media_analysis.engine.pictures import Pixels
from media_analysis.engine.video.analyzer import NAME, version
from media_analysis.engine.video.selection import select_frames
from tests.hostile.made import scenery

ROOM = scenery(1024, 576, 1)


def selected(*pictures: Pixels) -> list[int]:
    """Return the positions of the frames that are kept."""
    frames = [VideoFrame(pixels, float(at), is_key=False) for at, pixels in enumerate(pictures)]
    return [int(frame.at_s) for frame in select_frames(frames)]


def with_something_at(left: int, size: int) -> Pixels:
    room = ROOM.copy()
    room[300 : 300 + size, left : left + size] = 255 - room[300 : 300 + size, left : left + size]
    return room


def test_repeats_are_left_out() -> None:
    assert selected(ROOM, ROOM, ROOM) == [0]


@pytest.mark.parametrize("size", [32, 48, 120])
def test_something_small_that_moves_is_seen(size: int) -> None:
    assert selected(with_something_at(100, size), with_something_at(400, size)) == [0, 1]


def test_sensor_noise_is_not_seen() -> None:
    noise = np.random.default_rng(5).normal(0, 6, ROOM.shape)

    assert selected(ROOM, np.clip(ROOM + noise, 0, 255).astype(np.uint8)) == [0]


def test_a_change_too_slow_for_two_neighbours_is_seen_in_the_end() -> None:
    darker = [np.clip(ROOM.astype(int) - 2 * step, 0, 255).astype(np.uint8) for step in range(8)]

    kept = selected(*darker)

    assert kept[0] == 0
    assert 1 < len(kept) < len(darker)


@given(st.lists(st.integers(0, 3), max_size=12))
def test_neighbours_that_are_kept_differ(seeds: list[int]) -> None:
    kept = selected(*(scenery(64, 48, seed) for seed in seeds))

    changes = [at for at, seed in enumerate(seeds) if at == 0 or seeds[at - 1] != seed]
    assert kept == changes


def test_analyzer_names_its_version() -> None:
    assert NAME == "motion"
    assert len(version()) == 12
