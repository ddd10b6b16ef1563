"""What is proposed: for a series, and for the analyst's queue."""

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Officer
from accounts.queries import audience_for
from evidence.models import Material
from media_analysis.models import ExactSignal
from media_analysis.queries.matches import get_match
from series.models import Series, Verdict
from series.pairs import Pair
from series.queries.proposals import Proposal, propose_for_series
from series.queries.queue import QueuedMatch, proposals_to_decide
from series.services.decisions import decide_match
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.media_analysis import connect, share_signal
from tests.factories.series import DecisionFactory, SeriesFactory, SeriesMaterialFactory
from tests.roles import served

pytestmark = pytest.mark.django_db

Kind = ExactSignal.Kind


def series_of(officer: Officer, *materials: Material) -> Series:
    series: Series = SeriesFactory.create(created_by=officer)
    for material in materials:
        SeriesMaterialFactory.create(series=series, material=material)
    return series


def proposals(officer: Officer, series: Series) -> list[Proposal]:
    with served(officer):
        return propose_for_series(officer, series)


def queued(officer: Officer) -> list[QueuedMatch]:
    with served(officer):
        queue = proposals_to_decide(officer)
        return queue[0 : len(queue)]


def waiting(officer: Officer) -> list[tuple[str, bool]]:
    return [(each.match.kind, each.is_urgent) for each in queued(officer)]


def test_proposals_come_with_reasons_strongest_first(cast: Cast) -> None:
    member, copy, face, device = (submitted(cast.owner) for _ in range(4))
    series = series_of(cast.analyst, member)
    connect(member, face, "face", distance=0.3)
    connect(copy, member, "copy")
    connect(copy, member, "face", distance=0.1)
    share_signal(Kind.BODY_SERIAL, "4711", member, device)
    found = proposals(cast.analyst, series)
    assert [each.material for each in found] == [copy, face, device]
    assert [reason.kind for reason in found[0].reasons] == ["copy", "face"]
    assert {reason.member for each in found for reason in each.reasons} == {member.pk}
    with served(cast.analyst):
        assert get_match(cast.analyst, found[2].reasons[0].match_id).kind == "device"


def test_proposals_leave_out_members_and_strangers(cast: Cast) -> None:
    one, other, foreign = submitted(cast.owner), submitted(cast.owner), submitted(cast.partner)
    submitted(cast.owner)
    series = series_of(cast.analyst, one, other)
    connect(one, other, "face")
    connect(one, foreign, "face")
    share_signal(Kind.PIXELS, "same", one, foreign)
    share_signal(Kind.BODY_SERIAL, "4711", one, other)
    assert proposals(cast.analyst, series) == []


def test_proposals_of_an_invisible_member_are_not_shown(cast: Cast) -> None:
    hidden, shared = submitted(cast.owner), submitted(cast.owner, sharing="members")
    series = series_of(cast.analyst, hidden)
    series.audience = audience_for("national", cast.partner.unit.country)
    series.save()
    connect(hidden, shared, "face")
    assert proposals(cast.partner, series) == []


@pytest.mark.parametrize(("verdict", "stays"), [("not_same", False), ("unsure", True), ("same", True)])
@pytest.mark.parametrize("kind", ["face", "device"])
def test_proposals_honour_decisions(cast: Cast, verdict: str, kind: str, *, stays: bool) -> None:
    member, outsider = submitted(cast.owner), submitted(cast.owner)
    series = series_of(cast.analyst, member)
    if kind == "device":
        share_signal(Kind.BODY_SERIAL, "4711", member, outsider)
    else:
        connect(member, outsider, kind)
    DecisionFactory.about(cast.analyst, member, outsider, kind=kind, verdict=verdict)
    found = proposals(cast.analyst, series)
    assert [each.reasons[0].verdict for each in found] == ([verdict] if stays else [])


def test_proposals_of_a_device_are_rows_of_its_pictures_not_of_its_pairs(cast: Cast) -> None:
    members = [submitted(cast.owner) for _ in range(4)]
    outsiders = [submitted(cast.owner) for _ in range(4)]
    share_signal(Kind.BODY_SERIAL, "4711", *members, *outsiders)
    found = proposals(cast.analyst, series_of(cast.analyst, *members))
    assert {each.material.pk for each in found} == {each.pk for each in outsiders}
    assert all(len(each.reasons) == 1 for each in found)


def test_proposals_take_the_same_number_of_queries(cast: Cast) -> None:
    def queries(size: int) -> int:
        member = submitted(cast.owner)
        for _ in range(size):
            connect(member, submitted(cast.owner), "face")
        series = series_of(cast.analyst, member)
        with CaptureQueriesContext(connection) as captured:
            assert len(proposals(cast.analyst, series)) == size
        return len(captured)

    queries(1)
    assert queries(2) == queries(9)


def test_queue_holds_kinds_to_decide_urgent_first(cast: Cast) -> None:
    urgent, one, other = (
        submitted(cast.owner, priority="urgent"),
        submitted(cast.owner),
        submitted(cast.owner),
    )
    connect(one, other, "copy")
    connect(one, other, "scene")
    connect(one, other, "face")
    connect(urgent, other, "scene")
    share_signal(Kind.BODY_SERIAL, "4711", one, other)
    share_signal(Kind.LENS_SERIAL, "LENS-4711", one, other)
    share_signal(Kind.BODY_SERIAL, "4712", one, urgent)
    share_signal(Kind.PIXELS, "same", one, other)
    assert waiting(cast.analyst) == [
        ("scene", True), ("device", True), ("face", False), ("scene", False), ("device", False),
    ]  # fmt: skip


def test_queue_cuts_pages_over_all_its_lists(cast: Cast) -> None:
    urgent, one, other = (
        submitted(cast.owner, priority="urgent"),
        submitted(cast.owner),
        submitted(cast.owner),
    )
    connect(urgent, one, "scene")
    connect(one, other, "scene")
    connect(one, other, "face")
    share_signal(Kind.BODY_SERIAL, "4711", urgent, one, other)
    whole = queued(cast.analyst)
    with served(cast.analyst):
        pages = Paginator(proposals_to_decide(cast.analyst), 2)
        assert [each for page in pages for each in page.object_list] == whole
    assert len(whole) == len({each.match.id for each in whole}) == 5


def test_queue_names_matches_that_can_be_read(cast: Cast) -> None:
    one, other = submitted(cast.owner), submitted(cast.owner)
    connect(one, other, "scene")
    share_signal(Kind.BODY_SERIAL, "4711", one, other)
    for each in queued(cast.analyst):
        with served(cast.analyst):
            match = get_match(cast.analyst, each.match.id)
        assert (match.kind, match.left, match.right) == (each.match.kind, each.match.left, each.match.right)


def test_queue_touches_own_material_and_shows_what_is_visible(cast: Cast) -> None:
    own = submitted(cast.owner, sharing="members")
    shared, hidden = submitted(cast.partner, sharing="members"), submitted(cast.partner)
    connect(own, shared, "face")
    connect(own, hidden, "face")
    connect(shared, hidden, "scene")
    share_signal(Kind.BODY_SERIAL, "4711", own, hidden)
    assert waiting(cast.analyst) == [("face", False)]
    assert waiting(cast.partner_analyst) == [
        ("face", False), ("face", False), ("scene", False), ("device", False),
    ]  # fmt: skip
    assert waiting(cast.third) == []


def test_decided_match_leaves_the_queue_of_its_country(cast: Cast) -> None:
    one, other = submitted(cast.owner, sharing="members"), submitted(cast.partner, sharing="members")
    connect(one, other, "face")
    share_signal(Kind.BODY_SERIAL, "4711", one, other)
    for kind in ("face", "device"):
        decide_match(by=cast.analyst, pair=Pair.of(kind, one.pk, other.pk), verdict=Verdict.UNSURE)
    assert waiting(cast.analyst) == []
    assert waiting(cast.partner_analyst) == [("face", False), ("device", False)]


def test_queue_page_takes_the_same_number_of_queries(cast: Cast) -> None:
    def queries(more: int) -> int:
        for number in range(more):
            one, other = submitted(cast.owner), submitted(cast.owner)
            connect(one, other, "face")
            share_signal(Kind.BODY_SERIAL, f"{more}-{number}", one, other)
        with CaptureQueriesContext(connection) as captured:
            assert queued(cast.analyst)
        return len(captured)

    queries(1)
    assert queries(1) == queries(6)
