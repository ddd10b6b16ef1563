import numpy as np
import pytest
import simplejpeg
from hypothesis import given
from hypothesis import strategies as st

from media_analysis.engine.pictures import Picture, blurred, encode_jpeg, preview, reduce_to, thumbnail


def drawn(width: int, height: int) -> Picture:
    rows, columns = np.mgrid[0:height, 0:width]
    return Picture(np.dstack([rows % 256, columns % 256, (rows + columns) % 256]).astype(np.uint8))


@given(width=st.integers(1, 400), height=st.integers(1, 400), side=st.integers(1, 500))
def test_at_long_side_keeps_the_aspect_and_never_enlarges(width: int, height: int, side: int) -> None:
    smaller = drawn(width, height).at_long_side(side)

    assert smaller.long_side == min(side, max(width, height))
    assert abs(smaller.width / smaller.long_side - width / max(width, height)) <= 1 / smaller.long_side
    assert min(smaller.width, smaller.height) >= 1


def test_at_long_side_is_made_once() -> None:
    picture = drawn(300, 200)

    assert picture.at_long_side(100) is picture.at_long_side(100)


def test_at_long_side_does_not_depend_on_the_order_of_asking() -> None:
    first, second = drawn(999, 777), drawn(999, 777)
    second.at_long_side(512)

    assert np.array_equal(first.at_long_side(100).pixels, second.at_long_side(100).pixels)


def test_gray_weighs_the_colours_after_bt601() -> None:
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], dtype=np.uint8)

    assert Picture(colours).gray.tolist() == [[76, 150, 29]]


def test_gray_is_made_once() -> None:
    picture = drawn(30, 20)

    assert picture.gray is picture.gray


def test_reduce_to_averages_an_area() -> None:
    checkers = np.zeros((4, 4, 3), dtype=np.uint8)
    checkers[::2, ::2] = checkers[1::2, 1::2] = 200

    assert np.unique(reduce_to(checkers, 2)).tolist() == [100]


@pytest.mark.parametrize(("width", "height"), [(1, 1), (65000, 1), (1, 65000), (4000, 3000)])
def test_derivatives_of_any_shape_are_jpegs_within_their_size(width: int, height: int) -> None:
    picture = drawn(width, height)

    sides = [max(simplejpeg.decode_jpeg_header(made(picture))[:2]) for made in (thumbnail, blurred, preview)]

    assert sides == [min(side, max(width, height)) for side in (256, 32, 2048)]


def test_blurred_leaves_no_edge() -> None:
    pixels = np.zeros((320, 320, 3), dtype=np.uint8)
    pixels[:, 160:] = 255

    soft = simplejpeg.decode_jpeg(blurred(Picture(pixels)), colorspace="GRAY")[16, :, 0].astype(int)

    assert np.abs(np.diff(soft)).max() < 80


def test_encode_jpeg_keeps_colours_in_order() -> None:
    red = np.zeros((16, 16, 3), dtype=np.uint8)
    red[..., 0] = 255

    decoded = simplejpeg.decode_jpeg(encode_jpeg(red, 95))

    assert np.abs(decoded.astype(int) - red).max() <= 4
