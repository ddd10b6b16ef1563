from pathlib import Path

import av
import numpy as np
import pytest

from icse.common.sealing import SealedFile, new_key
from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.decoding.video_proxy import proxy_size
from tests.hostile.made import clip, scenery


@pytest.mark.parametrize(
    ("container", "codec", "sound"),
    [("matroska", "libx265", "libopus"), ("avi", "mpeg4", "libmp3lame"), ("mov", "libx264", "aac")],
)
def test_proxy_plays_in_browsers_and_shows_the_same(
    decoder: Decoder, tmp_path: Path, container: str, codec: str, sound: str
) -> None:
    path, proxy = tmp_path / "film", SealedFile(tmp_path / "proxy.mp4", new_key())
    path.write_bytes(clip(container, codec, with_sound=sound))

    decoder.proxy(path, proxy)

    plan = decoder.video_plan(proxy)
    assert plan.is_web_playable
    assert plan.audio_codec == "aac"
    assert plan.duration_s == pytest.approx(3.0, abs=0.1)
    (frame, *_) = decoder.video_keyframes(proxy)
    assert np.corrcoef(frame.pixels.ravel(), scenery(176, 144, 0).ravel())[0, 1] > 0.95


def test_proxy_never_lies_plain_on_the_disk(decoder: Decoder, tmp_path: Path) -> None:
    path, proxy = tmp_path / "film", SealedFile(tmp_path / "proxy.mp4", new_key())
    path.write_bytes(clip("matroska"))

    decoder.proxy(path, proxy)

    with proxy.open() as stream:
        content = stream.read()
    assert b"moov" in content
    assert b"moov" not in proxy.path.read_bytes()
    assert content[1000:1032] not in proxy.path.read_bytes()


def test_proxy_of_a_turned_video_is_shown_upright(decoder: Decoder, tmp_path: Path) -> None:
    path, proxy = tmp_path / "film", SealedFile(tmp_path / "proxy.mp4", new_key())
    path.write_bytes(clip(frames=[scenery(64, 48)] * 3, turned=90))

    decoder.proxy(path, proxy)

    plan = decoder.video_plan(proxy)
    assert (plan.width, plan.height) == (48, 64)


def test_proxy_sound_lasts_as_long_as_its_pictures(decoder: Decoder, tmp_path: Path) -> None:
    path, proxy = tmp_path / "film", SealedFile(tmp_path / "proxy.mp4", new_key())
    path.write_bytes(clip("matroska", with_sound="libopus"))

    decoder.proxy(path, proxy)

    with proxy.open() as stream, av.open(stream, "r") as container:
        seconds = sum(frame.samples for frame in container.decode(audio=0)) / 48_000
    assert seconds == pytest.approx(3.0, abs=0.1)


def test_proxy_replaces_nothing_when_it_fails(decoder: Decoder, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        decoder.proxy(tmp_path / "missing", SealedFile(tmp_path / "proxy.mp4", new_key()))

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1920, 1080), (1280, 720)),
        ((1080, 1920), (720, 1280)),
        ((3840, 1600), (1280, 534)),
        ((641, 361), (640, 360)),
        ((1, 1), (2, 2)),
        ((1600, 1200), (960, 720)),
    ],
)
def test_proxy_size_is_even_and_within_720p(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert proxy_size(*size) == expected
