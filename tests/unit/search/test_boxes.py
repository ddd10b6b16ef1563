"""A part cut out of a picture, and its places seen from the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_analysis.engine.pictures import Picture
from search.boxes import WHOLE, Box, box_in_whole, cut_out, points_in_whole


@pytest.fixture(scope="module")
def picture() -> Picture:
    """Return a picture, 80 wide and 40 high, whose red is the column and green the row."""
    rows, columns = np.mgrid[0:40, 0:80]
    return Picture(np.dstack([columns, rows, rows]).astype(np.uint8))


def test_cut_out_takes_the_marked_pixels(picture: Picture) -> None:
    part = cut_out(picture, (0.25, 0.5, 0.5, 0.25)).pixels
    assert part.shape == (10, 40, 3)
    assert part[0, 0].tolist() == [20, 20, 20]


def test_cut_out_of_the_whole_is_the_picture(picture: Picture) -> None:
    assert np.array_equal(cut_out(picture, WHOLE).pixels, picture.pixels)


@given(st.tuples(st.floats(0, 0.999), st.floats(0, 0.999), st.floats(0, 1), st.floats(0, 1)))
def test_cut_out_is_never_empty(box: Box) -> None:
    assert cut_out(Picture(np.zeros((7, 5, 3), np.uint8)), box).pixels.size > 0


def test_places_of_a_part_are_told_of_the_whole() -> None:
    part = (0.2, 0.4, 0.5, 0.5)
    assert box_in_whole(part, WHOLE) == list(part)
    assert box_in_whole(part, (0.5, 0.5, 0.2, 0.2)) == pytest.approx([0.45, 0.65, 0.1, 0.1])
    assert points_in_whole(part, [(0.0, 1.0, 0.3, 0.4)]) == [pytest.approx([0.2, 0.9, 0.3, 0.4])]
