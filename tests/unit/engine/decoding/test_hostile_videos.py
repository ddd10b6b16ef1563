from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icse.common.sealing import SealedFile, new_key
from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.decoding.errors import Refused, Unsupported
from tests.hostile.made import clip, scenes
from tests.hostile.photos import Hostile
from tests.hostile.videos import hostile_videos, playlist_of

BAD = list(hostile_videos())
# How long a video is, only the plan asks.
BAD_FRAMES = [bad for bad in BAD if bad.reason != "too_long"]
GOOD = {container: clip(container, frames=scenes(2, 5)) for container in ("mp4", "matroska", "avi")}
CHANGE = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255))


def all_frames(decoder: Decoder, path: Path) -> None:
    for _ in decoder.video_frames(path, start_s=0, end_s=60, frames_per_second=1):
        pass


def all_key_frames(decoder: Decoder, path: Path) -> None:
    for _ in decoder.video_keyframes(path):
        pass


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_hostile_video_has_no_plan(decoder: Decoder, tmp_path: Path, bad: Hostile) -> None:
    server = decoder.server_pid
    path = tmp_path / "bad"
    path.write_bytes(bad.make())

    with pytest.raises(bad.refusal) as refused:
        decoder.video_plan(path)

    assert refused.value.reason == bad.reason
    assert refused.value.message.endswith(".")
    assert decoder.server_pid == server


@pytest.mark.parametrize("read", [all_frames, all_key_frames])
@pytest.mark.parametrize("bad", BAD_FRAMES, ids=lambda bad: bad.name)
def test_hostile_video_yields_no_frame(
    decoder: Decoder, tmp_path: Path, bad: Hostile, read: Callable[[Decoder, Path], None]
) -> None:
    path = tmp_path / "bad"
    path.write_bytes(bad.make())

    with pytest.raises(bad.refusal) as refused:
        read(decoder, path)

    assert refused.value.reason == bad.reason


@pytest.mark.parametrize("bad", BAD_FRAMES, ids=lambda bad: bad.name)
def test_hostile_video_leaves_no_half_written_proxy(decoder: Decoder, tmp_path: Path, bad: Hostile) -> None:
    path, folder = tmp_path / "bad", tmp_path / "store"
    folder.mkdir()
    path.write_bytes(bad.make())

    with pytest.raises(bad.refusal):
        decoder.proxy(path, SealedFile(folder / "proxy.mp4", new_key()))

    assert not list(folder.iterdir())


def test_playlist_named_mp4_is_not_followed(decoder: Decoder, tmp_path: Path) -> None:
    other, path = tmp_path / "other.mp4", tmp_path / "film.mp4"
    other.write_bytes(clip())
    path.write_bytes(playlist_of(other))

    with pytest.raises(Unsupported, match="unknown_format"):
        decoder.video_plan(path)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(container=st.sampled_from(sorted(GOOD)), changes=st.lists(CHANGE, min_size=1, max_size=8))
def test_damaged_video_is_planned_or_refused(
    decoder: Decoder, tmp_path: Path, container: str, changes: list[tuple[float, int]]
) -> None:
    content = bytearray(GOOD[container])
    for share, value in changes:
        content[int(share * len(content))] = value
    path = tmp_path / "damaged"
    path.write_bytes(content)
    server = decoder.server_pid

    try:
        decoder.video_plan(path)
        all_frames(decoder, path)
        outcome = "read"
    except Refused as refused:
        outcome = refused.reason

    assert outcome
    assert decoder.server_pid == server
