"""The page of one match: what it says, deciding, going on, taking back."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence.models import Material
from media_analysis.models import Match
from series.models import Decision
from tests.cast import Cast
from tests.factories.evidence import DerivativeFactory, MaterialFactory, submitted
from tests.factories.media_analysis import connect

pytestmark = pytest.mark.django_db


def photo(cast: Cast) -> Material:
    made = submitted(cast.owner, analyzed_at=timezone.now())
    DerivativeFactory.create(material=made)
    return made


@pytest.fixture
def match(cast: Cast) -> Match:
    """Return the strongest of the undecided matches."""
    regions = {"left": [[0.1, 0.1, 0.5, 0.5]], "right": [[0, 0, 1, 1]], "points": [[0.5, 0.5, 0.25, 0.75]]}
    return connect(photo(cast), photo(cast), kind="scene", score=90.0, threshold=10.0, regions=regions)


@pytest.fixture
def weaker(cast: Cast) -> Match:
    """Return the undecided match that follows."""
    return connect(photo(cast), photo(cast), kind="scene", score=20.0, threshold=10.0)


def page_of(match: Match, query: str = "") -> str:
    return reverse("match", args=[match.pk]) + query


def decide(client: Client, match: Match, verdict: str, **told: object) -> str:
    answer = client.post(reverse("decide", args=[match.pk]), {"verdict": verdict, **told})
    assert answer.status_code == 302
    return answer.headers["Location"]


def standing(cast: Cast) -> list[str]:
    return list(Decision.objects.visible_to(cast.analyst).current().values_list("verdict", flat=True))


def test_match_draws_the_reason_on_both_sides(client: Client, cast: Cast, match: Match) -> None:
    client.force_login(cast.analyst)

    left, right = client.get(page_of(match)).context["panes"]

    assert left.boxes == ((64, 48, 320, 240),)
    assert left.points == ((320, 240),)
    assert right.points == ((160, 360),)


def test_match_says_what_an_answer_means(client: Client, cast: Cast, match: Match) -> None:
    client.force_login(cast.analyst)

    page = client.get(page_of(match)).content.decode()

    assert "90 points agree, 10 needed." in page
    assert "Is this the same room or object?" in page


def test_deciding_leads_to_the_next_undecided_match(
    client: Client, cast: Cast, match: Match, weaker: Match
) -> None:
    client.force_login(cast.analyst)

    after = decide(client, match, "same", place=0)

    assert after == page_of(weaker, "?place=0")
    assert standing(cast) == ["same"]


def test_deciding_the_last_one_leads_home(client: Client, cast: Cast, match: Match) -> None:
    client.force_login(cast.analyst)

    assert decide(client, match, "unsure") == reverse("queue")


def test_deciding_along_a_material_stays_with_it(
    client: Client, cast: Cast, match: Match, weaker: Match
) -> None:
    other = connect(match.left, photo(cast), kind="scene", score=11.0)
    client.force_login(cast.analyst)

    after = decide(client, match, "not_same", of=match.left_id)

    assert after == page_of(other, f"?of={match.left_id}&place=0")


def test_deciding_twice_keeps_one_answer(client: Client, cast: Cast, match: Match) -> None:
    client.force_login(cast.analyst)
    decide(client, match, "same")
    decide(client, match, "same")

    assert Decision.objects.count() == 1


def test_later_passes_over_a_match_undecided(client: Client, cast: Cast, match: Match, weaker: Match) -> None:
    client.force_login(cast.analyst)

    after = client.get(reverse("decide_later", args=[match.pk]), {"place": 0})

    assert after.headers["Location"] == page_of(weaker, "?place=1")
    assert standing(cast) == []


def test_undo_takes_answers_back_one_by_one(client: Client, cast: Cast, match: Match, weaker: Match) -> None:
    client.force_login(cast.analyst)
    decide(client, match, "same")
    decide(client, weaker, "same")

    first = client.post(reverse("undo_decision"))
    second = client.post(reverse("undo_decision"))

    assert first.headers["Location"] == page_of(weaker)
    assert second.headers["Location"] == page_of(match)
    assert standing(cast) == []


def test_undo_brings_the_former_answer_back(client: Client, cast: Cast, match: Match) -> None:
    client.force_login(cast.analyst)
    decide(client, match, "same", reason="the window")
    decide(client, match, "not_same")

    client.post(reverse("undo_decision"))

    (decision,) = Decision.objects.visible_to(cast.analyst).current()
    assert (decision.verdict, decision.reason) == ("same", "the window")


def test_undo_with_nothing_to_take_back_leads_home(client: Client, cast: Cast) -> None:
    client.force_login(cast.analyst)

    assert client.post(reverse("undo_decision")).headers["Location"] == reverse("queue")


def test_officer_sees_no_answers_to_give_and_cannot_give_them(
    client: Client, cast: Cast, match: Match
) -> None:
    client.force_login(cast.owner)

    page = client.get(page_of(match))
    refused = client.post(reverse("decide", args=[match.pk]), {"verdict": "same"})

    assert b'name="verdict"' not in page.content
    assert refused.status_code == 403
    assert standing(cast) == []


def test_match_of_another_country_is_missing(client: Client, cast: Cast, match: Match) -> None:
    client.force_login(cast.partner_analyst)

    assert client.get(page_of(match)).status_code == 404
    assert client.post(reverse("decide", args=[match.pk]), {"verdict": "same"}).status_code == 404


def test_unknown_verdict_is_refused(client: Client, cast: Cast, match: Match) -> None:
    client.force_login(cast.analyst)

    assert client.post(reverse("decide", args=[match.pk]), {"verdict": "perhaps"}).status_code == 400


@pytest.fixture
def shared(cast: Cast) -> Match:
    """Return a match of two videos that share two passages."""
    videos = [MaterialFactory.create(kind="video", duration=120.0) for _ in range(2)]
    films = [submitted(cast.owner, material=each, analyzed_at=timezone.now()) for each in videos]
    for film in films:
        for at_ms in (0, 3_000, 12_000, 63_000):
            DerivativeFactory.create(material=film, at_ms=at_ms, is_for_match=at_ms > 0)
    regions = {
        "left": [[0, 0, 1, 1]],
        "right": [[0, 0, 1, 1]],
        "left_at_ms": 3_000,
        "right_at_ms": 3_000,
        "left_ranges_ms": [[3_000, 9_000], [12_000, 47_000]],
        "right_ranges_ms": [[3_000, 9_000], [63_000, 98_000]],
    }
    return connect(films[0], films[1], kind="frame", score=90.0, threshold=10.0, regions=regions)


def test_match_of_videos_says_which_range_is_which(client: Client, cast: Cast, shared: Match) -> None:
    client.force_login(cast.analyst)

    page = client.get(page_of(shared)).content.decode()

    assert "0:12\N{EN DASH}0:47 on the left is 1:03\N{EN DASH}1:38 on the right" in page
    assert f"{reverse('material', args=[shared.left_id])}?at_ms=12000" in page
    assert f"{reverse('material', args=[shared.right_id])}?at_ms=63000" in page
    assert "Shared passage of two videos" in page


@pytest.mark.parametrize(
    ("asked", "shown"), [("2", (12_000, 63_000)), ("3", (3_000, 3_000)), ("x", (3_000, 3_000))]
)
def test_passage_that_was_asked_for_is_shown_from_its_beginning(
    client: Client, cast: Cast, shared: Match, asked: str, shown: tuple[int, int]
) -> None:
    client.force_login(cast.analyst)

    left, right = client.get(page_of(shared, f"?passage={asked}")).context["panes"]

    assert (left.at_ms, right.at_ms) == shown


def test_link_to_a_passage_begins_the_video_there(client: Client, cast: Cast, shared: Match) -> None:
    client.force_login(cast.analyst)

    page = client.get(reverse("material", args=[shared.right_id]), {"at_ms": 63_000}).content.decode()

    assert 'data-begin-ms="63000"' in page
    assert 'value="63000"' in page


def test_api_names_the_passages_of_videos(client: Client, cast: Cast, shared: Match) -> None:
    client.force_login(cast.analyst)

    (found,) = client.get(f"/api/v1/materials/{shared.right_id}/matches/").json()["results"]

    assert found["passages"][1] == {
        "own_start_ms": 63_000,
        "own_end_ms": 98_000,
        "other_start_ms": 12_000,
        "other_end_ms": 47_000,
    }
