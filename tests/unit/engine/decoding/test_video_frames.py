from pathlib import Path

import numpy as np
import pytest

from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.decoding.errors import TooLarge
from media_analysis.engine.decoding.limits import Limits
from media_analysis.engine.pictures import Pixels
from tests.hostile.made import clip, photo, scenery, scenes
from tests.unit.engine.decoding.decoders import spare_of


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Return a clip of three scenes of one second each, ten frames a second."""
    path = tmp_path / "film"
    path.write_bytes(clip())
    return path


def likeness(left: Pixels, right: Pixels) -> float:
    return float(np.corrcoef(left.ravel(), right.ravel())[0, 1])


def test_video_keyframes_are_the_scenes_with_their_times(decoder: Decoder, film: Path) -> None:
    frames = list(decoder.video_keyframes(film))

    assert [frame.at_s for frame in frames] == [0.0, 1.0, 2.0]
    assert all(frame.is_key for frame in frames)
    for seed, frame in enumerate(frames):
        assert likeness(frame.pixels, scenery(176, 144, seed)) > 0.97


@pytest.mark.parametrize(("per_second", "expected"), [(1, 3), (2.5, 8), (5, 15), (10, 30), (100, 30)])
def test_video_frames_come_at_the_asked_rate(
    decoder: Decoder, film: Path, per_second: float, expected: int
) -> None:
    frames = list(decoder.video_frames(film, start_s=0, end_s=3, frames_per_second=per_second))

    times = [frame.at_s for frame in frames]
    assert len(times) == expected
    assert times == sorted(set(times))


def test_video_frames_of_a_part_begin_and_end_with_it(decoder: Decoder, film: Path) -> None:
    frames = list(decoder.video_frames(film, start_s=1.0, end_s=2.0, frames_per_second=5))

    assert [frame.at_s for frame in frames] == pytest.approx([1.0, 1.2, 1.4, 1.6, 1.8])
    assert likeness(frames[0].pixels, scenery(176, 144, 1)) > 0.97


def test_video_frames_of_segments_are_those_of_the_whole(decoder: Decoder, film: Path) -> None:
    def times(start: float, end: float) -> list[float]:
        return [
            frame.at_s for frame in decoder.video_frames(film, start_s=start, end_s=end, frames_per_second=2)
        ]

    assert times(0, 1) + times(1, 2) + times(2, 3) == times(0, 3)


def test_video_frames_are_reduced_and_never_enlarged(decoder: Decoder, film: Path) -> None:
    (small, *_) = decoder.video_frames(film, start_s=0, end_s=1, frames_per_second=1, long_side=88)
    (whole, *_) = decoder.video_frames(film, start_s=0, end_s=1, frames_per_second=1, long_side=900)

    assert small.pixels.shape == (72, 88, 3)
    assert whole.pixels.shape == (144, 176, 3)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_video_frames_are_turned_upright(decoder: Decoder, tmp_path: Path, turn: int) -> None:
    path = tmp_path / "film"
    path.write_bytes(clip(frames=[scenery(64, 48)], turned=turn))

    (frame,) = decoder.video_keyframes(path)

    assert likeness(frame.pixels, np.rot90(scenery(64, 48), turn // 90)) > 0.97


def test_video_frames_stay_as_they_were(decoder: Decoder, film: Path) -> None:
    first, second, third = decoder.video_keyframes(film)

    assert likeness(first.pixels, scenery(176, 144, 0)) > 0.97
    assert not first.pixels.flags.writeable
    assert likeness(second.pixels, third.pixels) < 0.9


def test_video_frames_may_be_left_and_other_files_read_meanwhile(
    decoder: Decoder, film: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "picture"
    picture.write_bytes(photo("PNG"))
    server = decoder.server_pid
    frames = decoder.video_frames(film, start_s=0, end_s=3, frames_per_second=10)

    next(frames)
    still = decoder.still(picture)
    second = next(frames)
    frames.close()

    assert np.array_equal(still.pixels, scenery())
    assert second.at_s == pytest.approx(0.1)
    decoder.video_plan(film)
    assert decoder.server_pid == server
    assert spare_of(decoder)  # and no other child is left


def test_video_frames_are_limited_in_number(film: Path) -> None:
    with Decoder(Limits(video_frames=5)) as decoder, pytest.raises(TooLarge, match="too_many_frames"):
        list(decoder.video_frames(film, start_s=0, end_s=3, frames_per_second=10))


def test_video_frames_of_a_variable_rate_keep_their_own_times(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(clip("matroska", frames=scenes(1, 4), at=[0, 1, 15, 16]))

    times = [frame.at_s for frame in decoder.video_frames(path, start_s=0, end_s=9, frames_per_second=10)]

    assert times == pytest.approx([0.0, 0.1, 1.5, 1.6], abs=0.002)
