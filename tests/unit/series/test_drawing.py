from hypothesis import given
from hypothesis import strategies as st

from series.drawing import Sheet

SHARES = st.floats(min_value=0, max_value=1)


def test_box_is_in_pixels_of_the_picture() -> None:
    assert Sheet.over(640, 480).box([0.25, 0.5, 0.5, 0.25]) == (160, 240, 320, 120)


def test_point_is_in_pixels_of_the_picture() -> None:
    assert Sheet.over(640, 480).point(0.5, 0.25) == (320, 120)


def test_unmeasured_picture_is_drawn_on_as_a_square() -> None:
    sheet = Sheet.over(None, None)

    assert sheet.width == sheet.height


@given(x=SHARES, y=SHARES, width=SHARES, height=SHARES)
def test_around_stays_in_the_picture_and_is_never_empty(
    x: float, y: float, width: float, height: float
) -> None:
    view = Sheet.over(640, 480).around([x, y, width, height])

    assert view.x >= 0
    assert view.y >= 0
    assert view.x + view.width <= 640 + 1
    assert view.y + view.height <= 480 + 1
    assert min(view.width, view.height) >= 1


def test_around_holds_the_box() -> None:
    sheet = Sheet.over(1000, 1000)
    view, box = sheet.around([0.4, 0.4, 0.2, 0.2]), sheet.box([0.4, 0.4, 0.2, 0.2])

    assert view.x < box.x
    assert view.x + view.width > box.x + box.width
