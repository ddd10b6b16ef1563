from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.decoding.video_plan import SEGMENT_SECONDS, divide, work_per_second
from tests.hostile.made import clip, scenery, scenes

CLIPS = [
    (("mp4", "libx264", "aac"), ("mp4", "h264", "aac", True)),
    (("mp4", "libx264", ""), ("mp4", "h264", None, True)),
    (("mp4", "libx265", ""), ("mp4", "hevc", None, False)),
    (("mp4", "mpeg4", "aac"), ("mp4", "mpeg4", "aac", False)),
    (("mov", "libx264", "aac"), ("mov", "h264", "aac", False)),
    (("matroska", "libx264", "libmp3lame"), ("matroska", "h264", "mp3", False)),
    (("webm", "libvpx", "libopus"), ("webm", "vp8", "opus", True)),
    (("webm", "libvpx-vp9", ""), ("webm", "vp9", None, True)),
    (("avi", "mpeg4", "libmp3lame"), ("avi", "mpeg4", "mp3", False)),
    (("3gp", "mpeg4", "aac"), ("3gp", "mpeg4", "aac", False)),
]


@pytest.mark.parametrize(("made", "found"), CLIPS)
def test_video_plan_says_what_a_clip_holds(
    decoder: Decoder, tmp_path: Path, made: tuple[str, str, str], found: tuple[str, str, str | None, bool]
) -> None:
    container, codec, sound = made
    path = tmp_path / "clip"
    path.write_bytes(clip(container, codec, with_sound=sound))

    plan = decoder.video_plan(path)

    assert (plan.container, plan.video_codec, plan.audio_codec, plan.is_web_playable) == found
    assert (plan.width, plan.height, plan.frame_rate) == (176, 144, 10.0)
    assert plan.duration_s == pytest.approx(3.0, abs=0.11)
    assert plan.key_frame_times[0] == 0
    assert plan.segments == ((0.0, plan.duration_s),)


def test_video_plan_of_a_fragmented_file(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "clip"
    path.write_bytes(clip(options={"movflags": "frag_keyframe+empty_moov"}))

    plan = decoder.video_plan(path)

    assert plan.duration_s == pytest.approx(3.0, abs=0.01)
    assert plan.key_frame_times == (0.0, 1.0, 2.0)


def test_video_plan_of_a_file_that_was_cut_off_covers_what_is_left(decoder: Decoder, tmp_path: Path) -> None:
    content = clip("matroska", frames=scenes(6, 10))
    path = tmp_path / "clip"
    path.write_bytes(content[: len(content) // 2])

    assert 1.0 < decoder.video_plan(path).duration_s < 6.0


@pytest.mark.parametrize(("turn", "size"), [(0, (64, 48)), (90, (48, 64)), (180, (64, 48)), (270, (48, 64))])
def test_video_plan_gives_the_upright_size(
    decoder: Decoder, tmp_path: Path, turn: int, size: tuple[int, int]
) -> None:
    path = tmp_path / "clip"
    path.write_bytes(clip(frames=[scenery(64, 48)], turned=turn))

    plan = decoder.video_plan(path)

    assert (plan.width, plan.height) == size


def test_video_with_full_colour_resolution_is_not_web_playable(decoder: Decoder, tmp_path: Path) -> None:
    path = tmp_path / "clip"
    path.write_bytes(clip(pixel_format="yuv444p"))

    assert not decoder.video_plan(path).is_web_playable


@given(
    duration=st.floats(0.1, 20_000),
    shares=st.lists(st.floats(0, 0.999), max_size=40),
    work=st.floats(0.05, 50),
)
def test_divide_covers_the_video_in_segments_that_begin_at_key_frames(
    duration: float, shares: list[float], work: float
) -> None:
    key_frames = sorted({0.0, *(share * duration for share in shares)})

    segments = divide(duration, key_frames, work)

    assert segments[0][0] == 0
    assert segments[-1][1] == duration
    assert all(left[1] == right[0] for left, right in pairwise(segments))
    assert {start for start, _ in segments} <= set(key_frames)
    for start, end in segments:
        has_key_frame_inside = any(start < at < end for at in key_frames)
        assert (end - start) * work <= SEGMENT_SECONDS * 1.000001 or not has_key_frame_inside


def test_divide_without_key_frames_is_one_segment() -> None:
    assert divide(7.0, [], 1.0) == ((0.0, 7.0),)


def test_work_grows_with_the_pixels() -> None:
    assert work_per_second(3840, 2160, 60) > 4 * work_per_second(1280, 720, 30)
