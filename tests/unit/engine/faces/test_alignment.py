import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_analysis.engine.faces.alignment import SIDE, align, similarity
from media_analysis.engine.faces.quality import quality_of
from tests.unit.engine.pictures import drawn_picture

TEMPLATE = np.array([(38.3, 51.7), (73.5, 51.5), (56.0, 71.7), (41.5, 92.4), (70.7, 92.2)])


@given(
    angle=st.floats(-3.1, 3.1),
    scale=st.floats(0.2, 20.0),
    across=st.floats(-500, 2000),
    down=st.floats(-500, 2000),
)
def test_similarity_undoes_any_turn_scale_and_shift(
    angle: float, scale: float, across: float, down: float
) -> None:
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    placed = TEMPLATE @ turn.T + np.array([across, down])

    transform = similarity(placed)

    assert placed @ transform[:, :2].T + transform[:, 2] == pytest.approx(TEMPLATE, abs=0.2)


@pytest.mark.parametrize("factor", [0.5, 1.0, 8.0])
def test_align_gives_the_models_input_size(factor: float) -> None:
    aligned = align(drawn_picture(1, width=1200, height=1000), TEMPLATE * factor)

    assert aligned.shape == (SIDE, SIDE, 3)
    assert aligned.dtype == np.uint8


def test_quality_of_a_profile_is_nothing() -> None:
    aligned = align(drawn_picture(2), TEMPLATE)
    profile = TEMPLATE.copy()
    profile[2] = profile[1]

    assert quality_of(aligned, profile) == 0.0
    assert quality_of(aligned, TEMPLATE) > 0.2


def test_quality_of_a_tiny_face_is_lower() -> None:
    aligned = align(drawn_picture(2), TEMPLATE)

    assert quality_of(aligned, TEMPLATE / 4) < quality_of(aligned, TEMPLATE)
