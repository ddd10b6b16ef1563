"""What is made of an original, and which of it stands for the original alone."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Officer, Sharing
from evidence.models import Derivative, MatchFrame, Material
from evidence.queries import KeptFrames, kept_frames
from evidence.services import keep_derivative
from tests.cast import Cast
from tests.factories.evidence import SubmissionFactory, submitted
from tests.factories.media_analysis import connect
from tests.kept import give_key
from tests.roles import served
from tests.world import body_of

pytestmark = pytest.mark.django_db


def _keep(film: Material, at_ms: int, *, is_for_match: bool) -> None:
    give_key(film)
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
    _match_at(film, submitted(cast.owner), 5000)
    assert kept_frames(cast.owner, [film.pk]) == {film.pk: KeptFrames(own=(0,), every=(0, 5000))}


@pytest.mark.parametrize("order", [(True, False), (False, True)])
def test_frame_that_the_films_analysis_chose_stays_its_own(cast: Cast, order: tuple[bool, bool]) -> None:
    film = submitted(cast.owner)
    for is_for_match in order:
        _keep(film, 5000, is_for_match=is_for_match)
    assert kept_frames(cast.owner, [film.pk])[film.pk].own == (5000,)


def _match_at(film: Material, other: Material, at_ms: int) -> None:
    side = "left" if film.pk < other.pk else "right"
    connect(film, other, kind="frame", regions={f"{side}_at_ms": at_ms})


def _asked(officer: Officer, film: Material, at_ms: int) -> int:
    client = Client()
    client.force_login(officer)
    answer = client.get(reverse("evidence:derivative", args=[film.pk, "blurred"]), {"at_ms": at_ms})
    body_of(answer)
    return answer.status_code


def test_frame_of_a_match_is_served_to_who_sees_both_materials(cast: Cast) -> None:
    """Whoever guesses its millisecond would learn that something unseen matches the film there."""
    film, hidden = submitted(cast.owner, sharing=Sharing.MEMBERS), submitted(cast.owner)
    _keep(film, 0, is_for_match=False)
    _keep(film, 5000, is_for_match=True)
    _match_at(film, hidden, 5000)

    assert [_asked(cast.colleague, film, at_ms) for at_ms in (0, 5000)] == [200, 200]
    assert [_asked(cast.partner, film, at_ms) for at_ms in (0, 5000)] == [200, 404]
    assert kept_frames(cast.partner, [film.pk])[film.pk].every == (0,)


def test_frame_that_was_looked_at_in_vain_is_served_to_nobody(cast: Cast) -> None:
    film = submitted(cast.owner)
    _keep(film, 5000, is_for_match=True)

    assert _asked(cast.owner, film, 5000) == 404


def test_floor_keeps_frames_of_matches_from_who_sees_one_side(cast: Cast) -> None:
    film, hidden = submitted(cast.owner, sharing=Sharing.MEMBERS), submitted(cast.owner)
    _keep(film, 0, is_for_match=False)
    _keep(film, 5000, is_for_match=True)
    _match_at(film, hidden, 5000)

    for officer, seen, named in ((cast.colleague, {0, 5000}, 1), (cast.partner, {0}, 0)):
        with served(officer):
            assert set(Derivative.objects.values_list("at_ms", flat=True)) == seen
            assert MatchFrame.objects.count() == named


def test_frame_waits_until_the_askers_own_analysis_of_the_other_is_through(cast: Cast) -> None:
    film, other = submitted(cast.owner, sharing=Sharing.MEMBERS), submitted(cast.owner)
    _keep(film, 5000, is_for_match=True)
    _match_at(film, other, 5000)
    own = SubmissionFactory.create(officer=cast.partner, material=other, analyzed_at=None)
    before = _asked(cast.partner, film, 5000)
    own.analyzed_at = timezone.now()
    own.save()

    assert (before, _asked(cast.partner, film, 5000)) == (404, 200)
