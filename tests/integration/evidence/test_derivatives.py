"""What is made of an original, and which of it stands for the original alone."""

import pytest

from evidence.models import Derivative, Material
from evidence.queries import KeptFrames, kept_frames
from evidence.services import keep_derivative
from tests.cast import Cast
from tests.factories.evidence import submitted

pytestmark = pytest.mark.django_db


def _keep(film: Material, at_ms: int, *, is_for_match: bool) -> None:
    keep_derivative(
        material=film,
        kind=Derivative.Kind.BLURRED,
        content=b"a frame",
        media_type="image/jpeg",
        size_px=(4, 3),
        at_ms=at_ms,
        is_for_match=is_for_match,
    )


def test_frame_of_a_match_is_none_of_the_films_own(cast: Cast) -> None:
    film = submitted(cast.owner)
    _keep(film, 0, is_for_match=False)
    _keep(film, 5000, is_for_match=True)
    assert kept_frames(cast.owner, [film.pk]) == {film.pk: KeptFrames(own=(0,), every=(0, 5000))}


@pytest.mark.parametrize("order", [(True, False), (False, True)])
def test_frame_that_the_films_analysis_chose_stays_its_own(cast: Cast, order: tuple[bool, bool]) -> None:
    film = submitted(cast.owner)
    for is_for_match in order:
        _keep(film, 5000, is_for_match=is_for_match)
    assert kept_frames(cast.owner, [film.pk])[film.pk].own == (5000,)
