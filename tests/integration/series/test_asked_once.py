"""Copies are asked about once: a pair of stacks, by its strongest match, decided for all of them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Officer
from evidence.models import Material
from media_analysis.models import ExactSignal
from series.models import Decision, Verdict
from series.pairs import Pair
from series.queries.decisions import find_decision
from series.queries.queue import QueuedMatch, further_pairs, proposals_to_decide
from series.services.decisions import decide_match, withdraw_decision
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.media_analysis import connect, share_signal
from tests.factories.series import DecisionFactory, make_stack
from tests.roles import served

pytestmark = pytest.mark.django_db


def queued(officer: Officer) -> list[QueuedMatch]:
    with served(officer):
        queue = proposals_to_decide(officer)
        found = queue[0 : len(queue)]
    assert len(found) == len(queue)
    return found


def stack(officer: Officer, copies: int, **fields: object) -> list[Material]:
    """Return a hub and its copies."""
    members = [submitted(officer, **fields) for _ in range(copies + 1)]
    make_stack(*members)
    return members


@pytest.mark.parametrize("kind", ["scene", "face", "frame", "near_in_time"])
def test_pair_of_stacks_is_asked_once_by_its_strongest_match(cast: Cast, kind: str) -> None:
    rooms, others = stack(cast.owner, 2), stack(cast.owner, 1)
    matches = {
        score: connect(one, other, kind, score=score)
        for score, (one, other) in enumerate(((one, other) for one in rooms for other in others), start=20)
    }
    (asked,) = queued(cast.analyst)
    assert asked.match.id == str(matches[max(matches)].pk)
    assert asked.further == len(matches) - 1
    assert further_pairs(cast.analyst, asked.match) == len(matches) - 1


def test_kinds_are_asked_apart(cast: Cast) -> None:
    (room, copy), other = stack(cast.owner, 1), submitted(cast.owner)
    connect(room, other, "scene")
    connect(copy, other, "face")
    assert [(each.match.kind, each.further) for each in queued(cast.analyst)] == [("face", 0), ("scene", 0)]


def test_copies_are_not_asked_about_each_other(cast: Cast) -> None:
    room, copy = stack(cast.owner, 1)
    connect(room, copy, "face")
    share_signal(ExactSignal.Kind.BODY_SERIAL, "4711", room, copy)
    assert queued(cast.analyst) == []


def test_device_of_copies_is_asked_once(cast: Cast) -> None:
    (photo, copy), other = stack(cast.owner, 1), submitted(cast.owner)
    share_signal(ExactSignal.Kind.BODY_SERIAL, "4711", photo, copy, other)
    assert [each.match.kind for each in queued(cast.analyst)] == ["device"]


def test_pair_is_urgent_where_one_of_its_copies_is(cast: Cast) -> None:
    room, copy = submitted(cast.owner), submitted(cast.owner, priority="urgent")
    make_stack(room, copy)
    other, calm = submitted(cast.owner), submitted(cast.owner)
    connect(room, other, "scene", score=90.0)
    connect(copy, other, "scene", score=20.0)
    connect(other, calm, "scene", score=99.0)
    assert [(each.match.score, each.is_urgent) for each in queued(cast.analyst)] == [
        (90.0, True), (99.0, False),
    ]  # fmt: skip


@pytest.mark.parametrize("verdict", Verdict)
def test_decision_stands_for_the_copies(cast: Cast, verdict: Verdict) -> None:
    (room, copy), (other, twin) = stack(cast.owner, 1), stack(cast.owner, 1)
    connect(room, other, "scene")
    connect(copy, twin, "scene")
    said = decide_match(by=cast.analyst, pair=Pair.of("scene", copy.pk, other.pk), verdict=verdict)
    assert queued(cast.analyst) == []
    assert find_decision(cast.owner, Pair.of("scene", twin.pk, room.pk)) == said


def test_later_match_of_a_new_copy_is_not_asked_again(cast: Cast) -> None:
    (room, copy), other = stack(cast.owner, 1), submitted(cast.owner)
    connect(room, other, "scene")
    decide_match(by=cast.analyst, pair=Pair.of("scene", room.pk, other.pk), verdict=Verdict.NOT_SAME)
    connect(copy, other, "scene")
    assert queued(cast.analyst) == []


def test_country_holds_one_decision_of_two_stacks(cast: Cast) -> None:
    (room, copy), other = stack(cast.owner, 1), submitted(cast.owner)
    pairs = [Pair.of("scene", each.pk, other.pk) for each in (room, copy)]
    decide_match(by=cast.analyst, pair=pairs[0], verdict=Verdict.SAME)
    with served(cast.analyst):
        decide_match(by=cast.analyst, pair=pairs[1], verdict=Verdict.NOT_SAME)
    (standing,) = Decision.objects.current()
    assert (standing.verdict, find_decision(cast.analyst, pairs[0])) == ("not_same", standing)
    with served(cast.analyst):
        withdraw_decision(by=cast.analyst, pair=pairs[0])
    assert not Decision.objects.current().exists()


def test_same_words_about_a_copy_change_nothing(cast: Cast) -> None:
    (room, copy), other = stack(cast.owner, 1), submitted(cast.owner)
    first, again = (
        decide_match(by=cast.analyst, pair=Pair.of("scene", each.pk, other.pk), verdict=Verdict.SAME)
        for each in (room, copy)
    )
    assert first == again


def test_copies_that_a_country_saw_apart_are_asked_apart(cast: Cast) -> None:
    (room, copy), other = stack(cast.owner, 1), submitted(cast.owner)
    DecisionFactory.about(cast.analyst, room, copy, kind="copy", verdict="not_same")
    for each in (room, copy):
        connect(each, other, "scene")
    assert [each.further for each in queued(cast.analyst)] == [0, 0]


def test_copies_that_an_officer_may_not_see_are_not_counted(cast: Cast) -> None:
    hidden, other = submitted(cast.partner), submitted(cast.owner)
    room, copy = (submitted(cast.owner) for _ in range(2))
    make_stack(room, copy, hidden)
    for score, each in enumerate((room, copy, hidden), start=20):
        connect(each, other, "scene", score=score)
    (asked,) = queued(cast.analyst)
    assert (asked.further, asked.match.score) == (1, 21)
    assert hidden not in (asked.match.left, asked.match.right)
    assert further_pairs(cast.analyst, asked.match) == 1


def test_members_of_an_invisible_hub_are_asked_apart(cast: Cast) -> None:
    hub, other = submitted(cast.partner), submitted(cast.owner)
    members = [submitted(cast.owner) for _ in range(2)]
    make_stack(hub, *members)
    for each in members:
        connect(each, other, "scene")
    assert [each.further for each in queued(cast.analyst)] == [0, 0]


def test_queue_takes_the_same_number_of_queries_however_many_copies(cast: Cast) -> None:
    def queries(copies: int) -> int:
        members, other = stack(cast.owner, copies), submitted(cast.owner)
        for each in members:
            connect(each, other, "scene")
        with CaptureQueriesContext(connection) as captured:
            queued(cast.analyst)
        return len(captured)

    queries(1)
    assert queries(1) == queries(6)


def test_queue_and_match_say_for_how_many_pairs_an_answer_stands(client: Client, cast: Cast) -> None:
    (room, copy), other = stack(cast.owner, 1), submitted(cast.owner)
    connect(room, other, "scene", score=30.0)
    match = connect(copy, other, "scene", score=40.0)
    client.force_login(cast.analyst)
    assert "Stands for 1 further pair of their copies" in client.get(reverse("queue")).content.decode()
    page = client.get(reverse("match", args=[match.pk])).content.decode()
    assert "it also settles 1 further pair of copies of these two" in page
    (told,) = client.get("/api/v1/proposals/").json()["results"]
    assert (told["id"], told["further"]) == (str(match.pk), 1)


def test_match_of_a_copy_shows_the_decision(client: Client, cast: Cast) -> None:
    (room, copy), other = stack(cast.owner, 1), submitted(cast.owner)
    match = connect(copy, other, "scene")
    decide_match(
        by=cast.analyst, pair=Pair.of("scene", room.pk, other.pk), verdict=Verdict.SAME, reason="same lamp"
    )
    client.force_login(cast.colleague)
    page = client.get(reverse("match", args=[match.pk])).content.decode()
    assert "Your country: same" in page
    assert "Decided for its copies" in page
    assert "same lamp" in page
