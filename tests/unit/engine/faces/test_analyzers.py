from itertools import combinations

import cv2
import numpy as np
import pytest

from media_analysis.engine.faces.face import DIMENSIONS, FaceAnalyzer, distance
from media_analysis.engine.faces.registry import ANALYZERS, DEFAULT, analyzer
from media_analysis.engine.pictures import Picture
from tests.unit.engine.faces.portraits import portrait, turned
from tests.unit.engine.pictures import drawn_picture

ADULTS = ("adult_a_1", "adult_b_1", "adult_c_1", "adult_d_1")


@pytest.fixture(params=sorted(ANALYZERS), scope="module")
def faces(request: pytest.FixtureRequest) -> FaceAnalyzer:
    return analyzer(request.param)


def test_analyse_knows_one_adult_in_two_portraits(faces: FaceAnalyzer) -> None:
    (first,) = faces.analyse(portrait("adult_a_1"))
    (second,) = faces.analyse(portrait("adult_a_2"))

    assert distance(first.embedding, second.embedding) < faces.model.candidate_distance


def test_analyse_keeps_different_adults_apart(faces: FaceAnalyzer) -> None:
    embeddings = [faces.analyse(portrait(name))[0].embedding for name in ADULTS]

    apart = [distance(left, right) for left, right in combinations(embeddings, 2)]
    assert min(apart) > faces.model.candidate_distance


def test_analyse_places_box_and_landmarks_in_the_picture(faces: FaceAnalyzer) -> None:
    (face,) = faces.analyse(portrait("adult_b_1"))

    x, y, width, height = face.box
    assert 0 < x < x + width < 1
    assert 0 < y < y + height < 1
    assert len(face.landmarks) == 5
    assert all(x < across < x + width and y < down < y + height for across, down in face.landmarks)


def test_analyse_gives_unit_vectors_and_shares(faces: FaceAnalyzer) -> None:
    (face,) = faces.analyse(portrait("adult_c_1"))

    assert face.embedding.shape == (DIMENSIONS,)
    assert face.embedding.dtype == np.float32
    assert np.linalg.norm(face.embedding) == pytest.approx(1.0, abs=1e-5)
    assert 0 < face.score <= 1
    assert 0 < face.quality <= 1


def test_analyse_finds_no_face_where_none_is(faces: FaceAnalyzer) -> None:
    assert faces.analyse(drawn_picture(1)) == ()


def test_analyse_lists_the_largest_face_first(faces: FaceAnalyzer) -> None:
    large = portrait("adult_c_1").pixels
    small = portrait("adult_b_1").at_long_side(300).pixels
    sheet = np.full((700, 1100, 3), 200, dtype=np.uint8)
    sheet[30 : 30 + small.shape[0], 30 : 30 + small.shape[1]] = small
    sheet[30 : 30 + large.shape[0], 500 : 500 + large.shape[1]] = large

    first, second = faces.analyse(Picture(sheet))

    assert first.box[0] > 0.4 > second.box[0]


def test_analyse_says_that_a_blurred_face_is_worse(faces: FaceAnalyzer) -> None:
    sharp = portrait("adult_a_2")
    blurred = Picture(np.asarray(cv2.GaussianBlur(sharp.pixels, (0, 0), 4), dtype=np.uint8))

    assert faces.analyse(blurred)[0].quality < faces.analyse(sharp)[0].quality


def test_model_ids_and_versions_differ_between_analyzers() -> None:
    known = [analyzer(name) for name in ANALYZERS]

    assert len({each.model_id for each in known}) == len({each.version() for each in known}) == len(known)


def test_analyzer_is_loaded_once_and_sface_is_the_default() -> None:
    assert analyzer() is analyzer()
    assert analyzer().model_id == analyzer(DEFAULT).model_id
    with pytest.raises(KeyError):
        analyzer("unheard of")


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
@pytest.mark.parametrize("name", ADULTS)
def test_sface_knows_a_turned_face(name: str, quarter_turns: int) -> None:
    upright = portrait(name)

    (face,) = analyzer().analyse(upright)
    (found,) = analyzer().analyse(turned(upright, quarter_turns))

    assert distance(face.embedding, found.embedding) < 0.2


def test_sface_places_a_turned_face_where_it_is() -> None:
    upright = portrait("adult_d_1")

    (face,) = analyzer().analyse(upright)
    (found,) = analyzer().analyse(turned(upright, 1))

    expected = [(y, 1 - x) for x, y in face.landmarks]
    assert np.abs(np.array(found.landmarks) - np.array(expected)).max() < 0.02


def test_sface_finds_a_turned_face_that_fills_its_picture() -> None:
    upright = portrait("adult_b_1")
    x, y, width, height = analyzer().analyse(upright)[0].box
    top, left = int(y * upright.height), int(x * upright.width)
    tight = upright.pixels[top : top + int(height * upright.height), left : left + int(width * upright.width)]

    assert len(analyzer().analyse(turned(Picture(np.ascontiguousarray(tight)), 1))) == 1


def test_sface_finds_a_small_face_in_a_large_picture() -> None:
    small = portrait("adult_b_1").at_long_side(90).pixels
    scene = drawn_picture(3, width=2560, height=1920).pixels.copy()
    scene[900 : 900 + small.shape[0], 1200 : 1200 + small.shape[1]] = small

    (face,) = analyzer().analyse(Picture(scene))

    assert face.box[2] * 2560 < 50
