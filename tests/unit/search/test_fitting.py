"""What a result by face says of itself."""

import pytest

from search.fitting import fit_of

MEANING = "strangers rarely come below 0.61."


@pytest.mark.parametrize(
    ("numbers", "distances", "together", "said"),
    [
        ([], [0.311], False, f"Distance 0.31: {MEANING}"),
        ([2], [0.311], False, f"Fits face 2 at 0.31: {MEANING}"),
        (
            [2, 1],
            [0.3, 0.4],
            False,
            f"Fits face 2 at 0.30, also face 1 at 0.40: {MEANING}",
        ),
        (
            [1, 2],
            [0.3, 0.4],
            True,
            f"Each has a face of its own here: face 1 at 0.30, face 2 at 0.40; {MEANING}",
        ),
    ],
)
def test_fit_names_the_faces(
    numbers: list[int], distances: list[float], said: str, *, together: bool
) -> None:
    assert fit_of(numbers, distances, 0.61, together=together) == said
