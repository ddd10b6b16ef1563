import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_analysis.engine.hashes.analyzer import ORIENTATIONS, compute_hashes, dihedral_pdq
from media_analysis.engine.hashes.bands import hamming
from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene.places import RIGHT_ANGLES, WHOLE, Pose, is_inside, moved, view_of
from tests.drawn.rooms import Camera, drawn_room, photograph

PICTURE = Picture(photograph(drawn_room(5), Camera(), width=480, height=320))


@pytest.mark.parametrize(
    ("pose", "shown"),
    [
        (Pose(), PICTURE.gray),
        (Pose(is_mirrored=True), PICTURE.gray[:, ::-1]),
        (Pose(90), np.rot90(PICTURE.gray)),
        (Pose(180), np.rot90(PICTURE.gray, 2)),
        (Pose(-90, is_mirrored=True), np.rot90(PICTURE.gray[:, ::-1], -1)),
    ],
)
def test_view_of_right_angle_is_exact(pose: Pose, shown: np.ndarray) -> None:
    view = view_of(PICTURE, pose=pose, long_side=480)
    assert view.gray.shape == shown.shape
    assert np.abs(view.gray.astype(int) - shown).max() <= 1


def test_view_of_box_has_the_asked_long_side_and_its_own_box() -> None:
    view = view_of(PICTURE, box=(0.25, 0.5, 0.5, 0.25), long_side=640)
    assert max(view.gray.shape) == 640
    assert view.box == pytest.approx((0.25, 0.5, 0.5, 0.25))


@given(
    degrees=st.floats(-180, 180),
    is_mirrored=st.booleans(),
    left=st.floats(0, 0.5),
    top=st.floats(0, 0.5),
)
def test_view_middle_is_the_middle_of_its_box(
    *, degrees: float, is_mirrored: bool, left: float, top: float
) -> None:
    view = view_of(PICTURE, box=(left, top, 0.4, 0.4), pose=Pose(degrees, is_mirrored), long_side=200)
    height, width = view.gray.shape
    middle = np.array([[(width - 1) / 2, (height - 1) / 2]], dtype=np.float32)
    expected = (left + 0.2, top + 0.2)
    np.testing.assert_allclose(moved(middle, view.to_whole)[0], expected, atol=0.006)


def test_is_inside_leaves_out_the_edge() -> None:
    points = np.array([[0.001, 0.5], [0.5, 0.5], [1.2, 0.5]], dtype=np.float32)
    assert is_inside(points, WHOLE).tolist() == [True, True, False]
    assert is_inside(points, WHOLE, edge=0.01).tolist() == [False, True, False]


@pytest.mark.parametrize("number", range(len(ORIENTATIONS)))
def test_right_angles_are_those_that_are_hashed_in_the_same_order(number: int) -> None:
    gray = view_of(PICTURE, pose=RIGHT_ANGLES[number], long_side=480).gray
    posed = compute_hashes(Picture(np.repeat(gray[..., None], 3, axis=2))).pdq
    assert posed is not None
    distances = [hamming(posed, orientation) for orientation in dihedral_pdq(PICTURE)]
    assert distances.index(min(distances)) == number
    assert min(distances) <= 10
