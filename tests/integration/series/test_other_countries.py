"""Decisions of several countries on one match: own first, others' where shared and seen, never merged."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Officer, Role, Sharing
from accounts.queries import audience_for
from media_analysis.models import Match
from series.models import Decision, Verdict
from series.pairs import Pair
from series.queries.decisions import country_decisions, default_sharing, find_decision
from series.services.decisions import decide_match
from tests.cast import Cast
from tests.factories.accounts import OfficerFactory
from tests.factories.evidence import SubmissionFactory, submitted
from tests.factories.media_analysis import connect
from tests.factories.series import DecisionFactory, make_stack
from tests.roles import served

pytestmark = pytest.mark.django_db


@pytest.fixture
def third_analyst(cast: Cast) -> Officer:
    """Return an analyst of the third country."""
    officer: Officer = OfficerFactory.create(unit=cast.third.unit, role=Role.ANALYST)
    return officer


@pytest.fixture
def match(cast: Cast) -> Match:
    """Return a match of two materials that all members may see, each of another country."""
    return connect(
        submitted(cast.owner, sharing="members"), submitted(cast.partner, sharing="members"), "scene"
    )


def pair_of(match: Match) -> Pair:
    return Pair(match.kind, match.left_id, match.right_id)


def heard(officer: Officer, match: Match) -> list[tuple[str, str, bool]]:
    """Return who said what of a match, as an officer hears it, and whether it is against the own country."""
    with served(officer):
        said = country_decisions(officer, pair_of(match))
    return [(each.decision.country.code, each.decision.verdict, each.disagrees) for each in said]


def test_own_decision_comes_first_and_disagreement_is_marked(
    cast: Cast, match: Match, third_analyst: Officer
) -> None:
    for analyst, verdict in (
        (cast.analyst, "same"), (cast.partner_analyst, "not_same"), (third_analyst, "unsure"),
    ):  # fmt: skip
        decide_match(by=analyst, pair=pair_of(match), verdict=Verdict(verdict))
    assert heard(cast.owner, match) == [
        ("AA", "same", False),
        ("BB", "not_same", True),
        ("CC", "unsure", False),
    ]
    assert heard(cast.partner, match) == [
        ("BB", "not_same", False), ("AA", "same", True), ("CC", "unsure", False),
    ]  # fmt: skip
    assert heard(cast.third, match) == [
        ("CC", "unsure", False), ("AA", "same", False), ("BB", "not_same", False),
    ]  # fmt: skip
    assert Decision.objects.current().count() == 3


def test_decision_kept_in_its_country_is_not_heard_elsewhere(cast: Cast, match: Match) -> None:
    decide_match(
        by=cast.analyst, pair=pair_of(match), verdict=Verdict.SAME, sharing=Sharing.NATIONAL, reason="case 12"
    )
    assert heard(cast.colleague, match) == [("AA", "same", False)]
    assert heard(cast.partner_analyst, match) == heard(cast.third, match) == []


def test_roles_without_a_right_to_material_hear_nothing(cast: Cast, match: Match) -> None:
    decide_match(by=cast.analyst, pair=pair_of(match), verdict=Verdict.SAME)
    for officer in (cast.auditor, cast.national_administrator, cast.administrator):
        assert heard(officer, match) == []


def test_decision_about_material_that_is_shared_no_more_is_heard_no_more(cast: Cast, match: Match) -> None:
    decide_match(by=cast.analyst, pair=pair_of(match), verdict=Verdict.SAME)
    for submission in (*match.left.submissions.all(), *match.right.submissions.all()):
        submission.audience = audience_for("national", submission.country)
        submission.save()
    assert heard(cast.partner_analyst, match) == heard(cast.third, match) == []


def test_decision_about_a_copy_is_heard_where_that_copy_is_seen(cast: Cast, match: Match) -> None:
    copy = submitted(cast.owner)
    make_stack(match.left, copy)
    DecisionFactory.about(
        cast.analyst, copy, match.right, kind="scene", verdict="not_same", sharing=Sharing.MEMBERS
    )
    assert heard(cast.partner, match) == heard(cast.third, match) == []
    SubmissionFactory.create(material=copy, officer=cast.third)
    assert heard(cast.third, match) == [("AA", "not_same", False)]


def test_decision_is_as_open_as_both_materials_unless_said_otherwise(cast: Cast, match: Match) -> None:
    assert default_sharing(cast.analyst, pair_of(match)) == Sharing.MEMBERS
    national = Pair.of("scene", match.left_id, submitted(cast.owner).pk)
    assert default_sharing(cast.analyst, national) == Sharing.NATIONAL
    assert decide_match(by=cast.analyst, pair=national, verdict=Verdict.SAME).audience == audience_for(
        "national", cast.analyst.unit.country
    )


def test_opening_a_decision_supersedes_the_closed_one(cast: Cast, match: Match) -> None:
    for sharing in (Sharing.NATIONAL, Sharing.MEMBERS):
        decide_match(by=cast.analyst, pair=pair_of(match), verdict=Verdict.SAME, sharing=sharing)
    assert heard(cast.third, match) == [("AA", "same", False)]
    assert Decision.objects.count() == 2


def test_others_decisions_are_not_the_own_country_s(cast: Cast, match: Match) -> None:
    decide_match(by=cast.analyst, pair=pair_of(match), verdict=Verdict.SAME)
    assert find_decision(cast.partner_analyst, pair_of(match)) is None


def test_match_page_tells_who_disagrees_but_not_who_said_it(client: Client, cast: Cast, match: Match) -> None:
    named = OfficerFactory.create(unit=cast.analyst.unit, role=Role.ANALYST, full_name="Ada Nyqvist")
    decide_match(by=named, pair=pair_of(match), verdict=Verdict.SAME, reason="the same socket")
    decide_match(by=cast.partner_analyst, pair=pair_of(match), verdict=Verdict.NOT_SAME)
    client.force_login(cast.partner)
    page = client.get(reverse("match", args=[match.pk])).content.decode()
    assert "Countries disagree" in page
    assert "Disagrees with your country" in page
    assert "the same socket" in page
    assert "Nyqvist" not in page


def test_answer_on_the_page_can_be_kept_in_the_country(client: Client, cast: Cast, match: Match) -> None:
    client.force_login(cast.analyst)
    page = client.get(reverse("match", args=[match.pk]))
    assert page.context["sharing"] == Sharing.MEMBERS
    client.post(reverse("decide", args=[match.pk]), {"verdict": "same", "sharing": "national"})
    assert heard(cast.third, match) == []
    assert client.get(reverse("match", args=[match.pk])).context["sharing"] == Sharing.NATIONAL


def test_api_lists_decisions_of_all_countries(client: Client, cast: Cast, match: Match) -> None:
    address = f"/api/v1/matches/{match.pk}/decision/"
    client.force_login(cast.partner_analyst)
    told = client.post(address, {"verdict": "not_same"}, content_type="application/json").json()
    assert told["sharing"] == "members"
    client.force_login(cast.analyst)
    client.post(address, {"verdict": "same", "reason": "lamp"}, content_type="application/json")
    said = client.get(f"/api/v1/matches/{match.pk}/decisions/").json()
    assert [(each["country"], each["verdict"], each["is_own"], each["disagrees"]) for each in said] == [
        ("AA", "same", True, False), ("BB", "not_same", False, True),
    ]  # fmt: skip
    assert said[0]["reason"] == "lamp"
    assert "officer" not in said[1]
    client.force_login(cast.auditor)
    assert client.get(f"/api/v1/matches/{match.pk}/decisions/").status_code in {403, 404}
