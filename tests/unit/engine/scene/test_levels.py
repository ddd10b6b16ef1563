import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene import levels
from media_analysis.engine.scene.features import FeatureExtractor
from media_analysis.engine.scene.levels import SIZES, find_levels, unpack
from media_analysis.engine.scene.places import view_of
from media_analysis.engine.scene.screening import promising
from tests.drawn.rooms import Camera, drawn_room, photograph

PICTURE = Picture(photograph(drawn_room(3), Camera(), width=480, height=320))


@pytest.fixture(scope="module")
def packed() -> bytes:
    return find_levels(PICTURE, FeatureExtractor())


def test_levels_hold_what_was_found_at_each_size(packed: bytes) -> None:
    for (side, most), kept in zip(SIZES, unpack(packed), strict=True):
        found = FeatureExtractor().extract(view_of(PICTURE, long_side=side), most=most)
        assert len(kept.points) == len(found.points) > 50
        np.testing.assert_allclose(kept.places, found.places, atol=1e-4)
        np.testing.assert_allclose(np.linalg.norm(kept.descriptors, axis=1), 1, atol=1e-5)
        assert (kept.descriptors * found.descriptors).sum(axis=1).min() > 0.97


def test_points_of_a_level_lie_where_its_places_do(packed: bytes) -> None:
    for (side, _), kept in zip(SIZES, unpack(packed), strict=True):
        assert kept.points.max() <= side
        np.testing.assert_allclose(kept.points * np.diag(kept.to_whole)[:2], kept.places, atol=1e-5)


def test_packed_feature_takes_36_bytes(packed: bytes) -> None:
    count = sum(len(level.points) for level in unpack(packed))
    assert len(packed) == 36 * count + 6 * len(SIZES)


def test_plain_picture_packs_no_features() -> None:
    plain = Picture(np.full((200, 300, 3), 128, np.uint8))
    none = unpack(find_levels(plain, FeatureExtractor()))
    assert [len(level.points) for level in none] == [0] * len(SIZES)


@given(st.binary(max_size=200))
def test_unpack_of_anything_else_raises_value_error_or_holds_it(content: bytes) -> None:
    """Bytes that were cut short or never packed are refused, not read past their end."""
    try:
        kept = levels.unpack(content)
    except ValueError:
        return
    assert sum(len(level.points) for level in kept) * 36 <= len(content)


def test_promising_names_the_true_pose_and_size_first(packed: bytes) -> None:
    small, middle, large = unpack(packed)
    stranger = Picture(np.ascontiguousarray(PICTURE.pixels[::-1, :, ::-1]))
    other = FeatureExtractor().extract(view_of(stranger, long_side=640), most=300)
    assert promising([other, middle], (small, middle, large), most=2)[0] == (1, 1)


def test_promising_of_plain_pictures_is_nothing(packed: bytes) -> None:
    plain = unpack(find_levels(Picture(np.full((90, 90, 3), 7, np.uint8)), FeatureExtractor()))
    assert promising(plain, unpack(packed), most=5) == []
    assert promising(unpack(packed), plain, most=5) == []
