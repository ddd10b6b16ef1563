import cv2
import numpy as np
import pytest

from bench.attacks import clue, crop, turn
from media_analysis.engine.pictures import Picture, Pixels
from media_analysis.engine.scene.places import UPRIGHT, Matrix, Pose, moved
from media_analysis.engine.scene.subjects import Subject, packed_levels, subject
from media_analysis.engine.scene.verification import Verification, verify
from tests.drawn.photos import photo
from tests.drawn.rooms import Camera, drawn_room, papered_wall, photograph, true_homography

FRONT = Camera()
SIDE = Camera(right=0.7, distance=2.6, turned=-12, rolled=4)


def _verify(query: Pixels, candidate: Pixels) -> Verification | None:
    return verify(subject(Picture(query)), subject(Picture(candidate)))


def _errors(found: Verification, truth: Matrix, candidate: Pixels) -> np.ndarray:
    """Return how far each drawn point lies from its true position, in pixels of the candidate."""
    expected = moved(found.query_points, truth)
    size = (candidate.shape[1], candidate.shape[0])
    return np.asarray(np.linalg.norm((expected - found.candidate_points) * size, axis=1))


def test_second_angle_of_a_room_is_proven_with_points_on_their_true_places() -> None:
    room = drawn_room(1)
    front, side = photograph(room, FRONT), photograph(room, SIDE, noise_seed=1)
    found = _verify(front, side)
    assert found is not None
    assert found.inliers > 100
    errors = _errors(found, true_homography(FRONT, SIDE), side)
    assert np.median(errors) < 3
    # Points on what stands before the wall are right, but not where the wall's homography puts them.
    assert np.mean(errors < 8) > 0.9


def test_homography_maps_whole_pictures_though_a_tile_proved_it() -> None:
    pixels = photo("coffee")
    part = np.ascontiguousarray(pixels[100:220, 60:240])
    found = _verify(part, pixels)
    assert found is not None
    height, width = pixels.shape[:2]
    corners = moved(np.array([[0, 0], [1, 1]], dtype=np.float32), found.homography)
    truth = [[60 / width, 100 / height], [240 / width, 220 / height]]
    np.testing.assert_allclose(corners, truth, atol=0.015)


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize("is_mirrored", [False, True])
def test_posed_query_is_proven_and_its_points_are_in_its_own_frame(
    quarters: int, *, is_mirrored: bool
) -> None:
    pixels = photo("astronaut")
    posed = np.ascontiguousarray(np.rot90(pixels[:, ::-1] if is_mirrored else pixels, quarters))
    found = _verify(posed, pixels)
    assert found is not None
    back = np.rot90(
        np.arange(pixels[..., 0].size).reshape(pixels.shape[:2])[:, :: -1 if is_mirrored else 1], quarters
    )
    rows = (found.query_points * (posed.shape[1], posed.shape[0])).round().astype(int)
    rows = np.clip(rows, 0, np.array(back.shape[::-1]) - 1)
    down, across = np.divmod(back[rows[:, 1], rows[:, 0]], pixels.shape[1])
    shown = found.candidate_points * (pixels.shape[1], pixels.shape[0])
    assert np.median(np.hypot(shown[:, 0] - across, shown[:, 1] - down)) < 3


@pytest.mark.parametrize("degrees", [-25, 25])
def test_turned_mirrored_crop_is_proven(degrees: float) -> None:
    pixels = photo("motorcycle_left")
    part = turn(crop(pixels, 0.6, np.random.default_rng(1)), degrees)
    assert _verify(np.ascontiguousarray(part[:, ::-1]), pixels) is not None


def test_clues_are_proven_against_the_picture_they_were_cut_from() -> None:
    proven = 0
    for seed in range(2):
        for name in ("coffee", "motorcycle_left"):
            found = _verify(clue(photo(name), np.random.default_rng(seed)), photo(name))
            proven += found is not None
    assert proven >= 3


@pytest.mark.parametrize("stretch", [(1.3, 1.0), (1.0, 1.25)])
def test_stretched_picture_agrees_though_its_shape_changed(stretch: tuple[float, float]) -> None:
    pixels = photo("astronaut")
    stretched = cv2.resize(pixels, None, fx=stretch[0], fy=stretch[1], interpolation=cv2.INTER_CUBIC)
    found = _verify(np.asarray(stretched, dtype=np.uint8), pixels)
    assert found is not None
    assert found.agreement.share >= 0.99


def test_unrelated_pictures_prove_nothing() -> None:
    for one, other in (("coffee", "chelsea"), ("rocket", "astronaut"), ("motorcycle_left", "coffee")):
        assert _verify(photo(one), photo(other)) is None


def test_plain_pictures_prove_nothing() -> None:
    plain = np.full((200, 300, 3), 128, np.uint8)
    assert _verify(plain, photo("coffee")) is None
    assert _verify(plain, plain) is None


@pytest.mark.parametrize("likely", [UPRIGHT, Pose(is_mirrored=True)])
@pytest.mark.parametrize("seed", [1, 3, 5])
def test_mirrored_wallpaper_is_proven_mirrored(seed: int, likely: Pose) -> None:
    """Its pattern finds itself upright as well, by over a hundred points, but agrees only mirrored."""
    pixels = photograph(papered_wall(seed), FRONT)
    mirrored = subject(Picture(np.ascontiguousarray(pixels[:, ::-1])))
    found = verify(mirrored, subject(Picture(pixels)), likely=likely)
    assert found is not None
    assert found.pose.is_mirrored
    assert found.agreement.share >= 0.99


@pytest.mark.parametrize("rooms", [(1, 3), (1, 9), (3, 8), (3, 9), (4, 7)])
def test_rooms_with_paper_of_one_pattern_are_not_one_scene(rooms: tuple[int, int]) -> None:
    """Up to 53 places fit each other, but many more that are as alike do not."""
    one, other = (photograph(drawn_room(seed), FRONT) for seed in rooms)
    assert _verify(one, other) is None


@pytest.mark.parametrize(
    "camera",
    [
        Camera(right=1.2, distance=2.6, turned=-22, rolled=4),
        Camera(right=0.9, distance=1.6, turned=-12, rolled=-8),
        Camera(right=-0.9, distance=4, turned=25, rolled=10),
    ],
    ids=["aside", "near", "far"],
)
@pytest.mark.parametrize("seed", [0, 3])
def test_room_is_proven_from_far_aside(seed: int, camera: Camera) -> None:
    room = drawn_room(seed)
    assert _verify(photograph(room, camera, noise_seed=1), photograph(room, FRONT)) is not None


def test_stored_features_prove_what_the_picture_proves() -> None:
    room = drawn_room(1)
    query, candidate = photograph(room, SIDE, noise_seed=1), Picture(photograph(room, FRONT))
    fresh = verify(subject(Picture(query)), subject(candidate))
    stored = verify(subject(Picture(query)), Subject(lambda: candidate, packed=packed_levels(candidate)))
    assert fresh is not None
    assert stored is not None
    np.testing.assert_array_equal(stored.candidate_points, fresh.candidate_points)


def test_pixels_of_what_promises_nothing_are_never_loaded() -> None:
    def load() -> Picture:
        pytest.fail("A plain picture was loaded to be compared.")

    plain = Picture(np.full((200, 300, 3), 128, np.uint8))
    candidate = Subject(load, packed=packed_levels(plain))
    assert verify(subject(Picture(photo("coffee"))), candidate) is None
