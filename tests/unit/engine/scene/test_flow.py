import cv2
import numpy as np
import pytest

from media_analysis.engine.pictures import Picture, Pixels
from media_analysis.engine.scene.flow import (
    Flow,
    greatest_common_shift,
    largest_patch,
    measure_flow,
    relative_correction,
)
from media_analysis.engine.scene.overlay import Overlay, lay
from tests.drawn.photos import photo
from tests.drawn.rooms import Camera, drawn_room, photograph

RIGHT, DOWN = 0.6, -0.4


def _shifted(pixels: Pixels, right: float, down: float) -> Pixels:
    matrix = np.array([[1, 0, right], [0, 1, down]], dtype=np.float64)
    size = (pixels.shape[1], pixels.shape[0])
    moved = cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, dtype=np.uint8)


def _overlay(canvas: Pixels, other: Pixels) -> Overlay:
    return lay(Picture(canvas), Picture(other), np.eye(3), zoom=1.0)


def _flow(overlay: Overlay) -> Flow:
    found = measure_flow(overlay)
    assert found is not None
    return found


def _patch(overlay: Overlay, *, coarser_px: float = 512, ignored: bool = False) -> float:
    everywhere = np.full(overlay.covered.shape, ignored)
    return largest_patch(_flow(overlay), coarser_px=coarser_px, ignored=everywhere)


def _moved_face() -> Overlay:
    """Shift the middle of a photograph by a pixel and leave the rest where it is."""
    still = photo("astronaut")
    moved = still.copy()
    moved[60:180, 150:290] = _shifted(still, 1.0, 0.0)[60:180, 150:290]
    return _overlay(still, moved)


def test_common_shift_is_found_to_a_fraction_of_a_pixel() -> None:
    pixels = photo("astronaut")
    overlay = _overlay(pixels, _shifted(pixels, RIGHT, DOWN))
    flow = _flow(overlay)
    scale = 512 / max(pixels.shape)
    centre = np.array([overlay.covered.shape[1] / 2, overlay.covered.shape[0] / 2, 1])
    assert flow.common @ centre == pytest.approx((RIGHT * scale, DOWN * scale), abs=0.1)
    assert greatest_common_shift(flow, overlay) == pytest.approx(np.hypot(RIGHT, DOWN) * scale, abs=0.1)


def test_correction_takes_the_common_shift_away() -> None:
    pixels = photo("astronaut")
    moved = _shifted(pixels, RIGHT, DOWN)
    before = _overlay(pixels, moved)
    correction = relative_correction(_flow(before), before)
    after = lay(Picture(pixels), Picture(moved), correction, zoom=1.0)
    assert greatest_common_shift(_flow(after), after) < 0.1


@pytest.mark.parametrize("edit", [lambda pixels: pixels // 2, lambda pixels: 255 - (255 - pixels) // 2])
def test_change_of_brightness_and_contrast_moves_nothing(edit) -> None:  # type: ignore[no-untyped-def]
    assert _patch(_overlay(photo("astronaut"), edit(photo("astronaut")))) < 6


def test_noise_of_a_sensor_moves_nothing() -> None:
    room = drawn_room(3)
    frames = [photograph(room, Camera(), noise_seed=seed) for seed in range(2)]
    assert _patch(_overlay(*frames)) < 6


def test_part_that_moved_by_a_pixel_is_one_patch() -> None:
    assert _patch(_moved_face()) >= 6


def test_patch_below_what_was_pasted_is_ignored() -> None:
    assert _patch(_moved_face(), ignored=True) == 0


def test_patch_of_a_coarse_picture_counts_by_its_own_pixels() -> None:
    overlay = _moved_face()
    assert _patch(overlay, coarser_px=160) == pytest.approx(_patch(overlay) / 4)


@pytest.mark.parametrize("shape", [(1, 1), (30, 30), (2, 400)])
def test_flow_of_pictures_that_hardly_overlap_is_unknown(shape: tuple[int, int]) -> None:
    empty = np.zeros((*shape, 3), np.float32)
    assert measure_flow(Overlay(empty, empty, np.ones(shape, np.bool_))) is None
    large = np.zeros((200, 200, 3), np.float32)
    assert measure_flow(Overlay(large, large, np.zeros((200, 200), np.bool_))) is None


def test_plain_pictures_have_no_patch() -> None:
    plain = np.full((200, 300, 3), 128, np.uint8)
    assert _patch(_overlay(plain, plain)) == 0
