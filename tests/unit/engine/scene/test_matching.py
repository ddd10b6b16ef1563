import numpy as np
import pytest

from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene.features import FeatureExtractor, LocalFeatures
from media_analysis.engine.scene.matching import align, is_believable, pair
from media_analysis.engine.scene.places import Pose, view_of
from tests.drawn.rooms import Camera, drawn_room, photograph


@pytest.fixture(scope="module")
def features() -> LocalFeatures:
    picture = Picture(photograph(drawn_room(3), Camera(), width=480, height=320))
    return FeatureExtractor().extract(view_of(picture, long_side=480), most=1000)


def _some(count: int) -> LocalFeatures:
    points = np.zeros((count, 2), np.float32)
    return LocalFeatures(points, points, np.eye(max(count, 1), 64, dtype=np.float32)[:count], np.eye(3))


def test_extract_finds_many_unit_descriptors_inside(features: LocalFeatures) -> None:
    assert len(features.points) > 200
    np.testing.assert_allclose(np.linalg.norm(features.descriptors, axis=1), 1, atol=1e-5)
    assert features.places.min() > 0
    assert features.places.max() < 1


def test_extract_finds_nothing_on_a_plain_wall() -> None:
    plain = Picture(np.full((200, 300, 3), 90, np.uint8))
    assert len(FeatureExtractor().extract(view_of(plain, long_side=320), most=1000).points) == 0


def test_extract_places_lie_in_the_box_of_a_turned_view() -> None:
    picture = Picture(photograph(drawn_room(3), Camera(), width=480, height=320))
    view = view_of(picture, box=(0.2, 0.2, 0.5, 0.5), pose=Pose(20), long_side=400)
    places = FeatureExtractor().extract(view, most=1000).places
    assert len(places) > 50
    assert places.min() >= 0.2
    assert places.max() <= 0.7


def test_pair_is_mutual(features: LocalFeatures) -> None:
    rows, columns = pair(features, features)
    np.testing.assert_array_equal(rows, columns)


@pytest.mark.parametrize("count", [0, 3])
def test_align_of_too_few_is_nothing(features: LocalFeatures, count: int) -> None:
    assert align(_some(count), _some(count)) is None
    assert align(_some(0), features) is None


def test_align_of_a_picture_with_itself_is_the_identity(features: LocalFeatures) -> None:
    alignment = align(features, features)
    assert alignment is not None
    np.testing.assert_allclose(alignment.matrix, np.eye(3), atol=1e-3)


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        (np.eye(3), True),
        (np.diag([3.0, 3.0, 1.0]), True),
        (np.diag([-1.0, 1.0, 1.0]), False),
        (np.diag([9.0, 9.0, 1.0]), False),
        (np.diag([3.0, 0.3, 1.0]), False),
        (np.array([[1.0, 0, 0], [0, 1, 0], [-0.02, 0, 1]]), False),
    ],
    ids=["same", "enlarged", "mirrored", "too large", "squeezed", "through the horizon"],
)
def test_is_believable_of(matrix: np.ndarray, *, expected: bool) -> None:
    points = np.array([[10, 10], [90, 20], [80, 90], [20, 70]], dtype=np.float32)
    assert is_believable(matrix, points) is expected
