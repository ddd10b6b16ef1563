import numpy as np
import pytest

from bench.attacks import blur, caption, reencode, stamp
from media_analysis.engine.pictures import Picture, Pixels
from media_analysis.engine.scene.agreement import NO_OVERLAP, Agreement, measure_agreement
from media_analysis.engine.scene.overlay import shown_share
from tests.drawn.photos import photo


def _agreement(query: Pixels, candidate: Pixels, homography: np.ndarray | None = None) -> Agreement:
    matrix = np.eye(3) if homography is None else homography
    return measure_agreement(Picture(query), Picture(candidate), matrix)


def _with_moved_patch(pixels: Pixels, by: int) -> Pixels:
    """Shift the middle of a picture sideways: what moves between two frames."""
    moved = pixels.copy()
    moved[100:220, 100 + by : 260 + by] = pixels[100:220, 100:260]
    return moved


@pytest.mark.parametrize("edit", [blur, lambda pixels: reencode(pixels, 20), lambda pixels: pixels // 2])
def test_agreement_of_an_edited_picture_is_full(edit) -> None:  # type: ignore[no-untyped-def]
    found = _agreement(edit(photo("astronaut")), photo("astronaut"))
    assert found.share >= 0.99
    assert found.moved <= 0.01


@pytest.mark.parametrize("paste", [caption, stamp])
def test_pasted_parts_are_counted_and_bring_their_own_colours(paste) -> None:  # type: ignore[no-untyped-def]
    found = _agreement(paste(photo("astronaut")), photo("astronaut"))
    assert 0.6 < found.share < 0.95
    assert found.rearranged < 0.6


def test_what_moved_is_counted_and_keeps_its_colours() -> None:
    pixels = photo("astronaut")
    found = _agreement(_with_moved_patch(pixels, 4), pixels)
    assert found.moved > 0.05
    assert found.rearranged > 0.605


def test_agreement_of_different_pictures_is_nearly_none() -> None:
    found = _agreement(photo("coffee"), photo("chelsea"))
    assert found.cells > 100
    assert found.share < 0.1


def test_agreement_is_of_the_same_cells_whichever_picture_asks() -> None:
    pixels = photo("coffee")
    part = np.ascontiguousarray(pixels[40:240, 50:350])
    height, width = pixels.shape[:2]
    into = np.array([[300 / width, 0, 50 / width], [0, 200 / height, 40 / height], [0, 0, 1]])
    there, back = _agreement(part, pixels, into), _agreement(pixels, part, np.linalg.inv(into))
    assert there.share == back.share
    assert there.cells == back.cells
    assert (there.query_overlap, there.candidate_overlap) == (back.candidate_overlap, back.query_overlap)


def test_agreement_corrects_an_alignment_that_is_a_little_off() -> None:
    off = np.array([[1.004, 0.0, 0.004], [0.0, 0.997, -0.003], [0.0, 0.0, 1.0]])
    assert _agreement(photo("astronaut"), photo("astronaut"), off).share > 0.95


def test_pictures_that_do_not_meet_have_no_agreement() -> None:
    beside = np.array([[1.0, 0, 2.0], [0, 1, 0], [0, 0, 1]])
    assert _agreement(photo("coffee"), photo("coffee"), beside) == NO_OVERLAP


def test_plain_pictures_have_no_cells() -> None:
    plain = np.full((200, 300, 3), 128, np.uint8)
    assert _agreement(plain, plain).cells == 0


def test_shown_share_of_a_half_shifted_picture_is_half() -> None:
    assert shown_share(np.array([[1.0, 0, 0.5], [0, 1, 0], [0, 0, 1]])) == pytest.approx(0.5)


@pytest.mark.parametrize("shape", [(1, 1), (2, 400), (400, 2)])
def test_agreement_takes_any_shape(shape: tuple[int, int]) -> None:
    line = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert _agreement(line, line).cells == 0


def test_part_that_moved_by_a_pixel_is_a_patch_though_every_cell_is_the_same() -> None:
    pixels = photo("astronaut")
    found = _agreement(_with_moved_patch(pixels, 1), pixels)
    assert found.share >= 0.99
    assert found.patch >= 6


@pytest.mark.parametrize("edit", [blur, lambda pixels: reencode(pixels, 20), caption, stamp])
def test_edited_picture_has_no_patch_and_no_drift(edit) -> None:  # type: ignore[no-untyped-def]
    found = _agreement(edit(photo("astronaut")), photo("astronaut"))
    assert found.patch < 6
    assert not found.has_drifted


def test_gap_is_as_large_as_what_was_pasted_in_one_place() -> None:
    pixels = photo("astronaut")
    edited = pixels.copy()
    edited[200:232, 200:232] = (0, 255, 0)
    assert 4 <= _agreement(edited, pixels).gap <= 16
    assert _agreement(pixels, pixels).gap == 0


def test_view_of_the_same_size_a_pixel_aside_has_drifted_and_a_crop_has_not() -> None:
    pixels = photo("coffee")
    height, width = pixels.shape[:2]
    aside = np.eye(3)
    aside[0, 2] = 2 / (width - 2)
    assert _agreement(pixels[:, :-2], pixels[:, 2:], np.linalg.inv(aside)).has_drifted
    cropped = np.array([[1 - 4 / width, 0, 2 / width], [0, 1 - 4 / height, 2 / height], [0, 0, 1]])
    assert not _agreement(pixels[2:-2, 2:-2], pixels, cropped).has_drifted
