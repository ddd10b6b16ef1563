from collections.abc import Iterable

import numpy as np

from media_analysis.engine.decoding.results import VideoFrame
from media_analysis.engine.pictures import Pixels
from media_analysis.engine.video.shots import Shot, representative_frames
from tests.hostile.made import scenery

WIDTH, HEIGHT = 320, 180


def film(pictures: Iterable[Pixels]) -> list[VideoFrame]:
    """Return pictures as frames, two a second."""
    return [VideoFrame(pixels, at / 2, is_key=False) for at, pixels in enumerate(pictures)]


def shots_of(pictures: Iterable[Pixels]) -> list[Shot]:
    return list(representative_frames(film(pictures)))


def bounds(shots: list[Shot]) -> list[tuple[float, float]]:
    return [(shot.start_s, shot.end_s) for shot in shots]


def scene(seed: int) -> Pixels:
    return scenery(WIDTH, HEIGHT, seed)


def mixed(share: float, left: Pixels, right: Pixels) -> Pixels:
    return (left * (1 - share) + right * share).astype(np.uint8)


def test_shots_end_at_cuts() -> None:
    shots = shots_of([scene(1)] * 4 + [scene(2)] * 3 + [scene(3)])

    assert bounds(shots) == [(0.0, 1.5), (2.0, 3.0), (3.5, 3.5)]


def test_a_standing_camera_is_one_shot() -> None:
    noise = np.random.default_rng(3)
    pictures = (scene(1) + noise.normal(0, 6, scene(1).shape) for _ in range(9))

    assert len(shots_of(np.clip(noisy, 0, 255).astype(np.uint8) for noisy in pictures)) == 1


def test_a_slow_pan_is_one_shot() -> None:
    wide = scenery(WIDTH * 4, HEIGHT, 4)

    assert len(shots_of(wide[:, step : step + WIDTH] for step in range(0, 80, 8))) == 1


def test_a_flash_is_no_cut() -> None:
    pictures = [scene(1)] * 3
    pictures[1] = np.clip(pictures[1].astype(int) + 60, 0, 255).astype(np.uint8)

    assert len(shots_of(pictures)) == 1


def test_a_fade_leads_to_another_view() -> None:
    night, day = scene(1) // 3, scene(2) // 3 + 160
    steps = [mixed(share / 12, night, day) for share in range(13)]

    shots = shots_of([night] * 3 + steps + [day] * 3)

    assert len(shots) > 1
    assert shots[0].start_s == 0
    assert shots[-1].end_s == 9.0


def test_the_sharpest_frame_stands_for_a_shot() -> None:
    sharp = scene(1).copy()
    sharp[::8, ::8] = 255
    shots = shots_of([scene(1), sharp, scene(1)])

    assert [shot.frame.at_s for shot in shots] == [0.5]


def test_no_frames_are_no_shots() -> None:
    assert shots_of([]) == []
