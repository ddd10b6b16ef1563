"""What an analyst says of a match: whose it is, what it supersedes, what is refused."""

import pytest

from icse.common.errors import AccessDenied, NotFound
from series.models import Decision, Verdict
from series.pairs import Pair
from series.queries.decisions import find_decision, get_decision, list_decision_history
from series.services.decisions import decide_match, withdraw_decision
from tests.cast import Cast
from tests.conftest import ServedSwitch
from tests.factories.evidence import submitted
from tests.factories.media_analysis import connect

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(cast: Cast) -> Pair:
    """Return two materials of the owner, shared with all members, under a match of one scene."""
    one, other = (submitted(cast.owner, sharing="members") for _ in range(2))
    connect(one, other, "scene")
    return Pair.of("scene", other.pk, one.pk)


def test_analyst_decides(cast: Cast, pair: Pair, as_app: ServedSwitch) -> None:
    with as_app(cast.analyst):
        decision = decide_match(by=cast.analyst, pair=pair, verdict=Verdict.SAME, reason="same wallpaper")
    assert decision.country == cast.analyst.unit.country
    assert find_decision(cast.colleague, pair) == decision


def test_same_words_again_change_nothing(cast: Cast, pair: Pair) -> None:
    first = decide_match(by=cast.analyst, pair=pair, verdict=Verdict.SAME)
    assert decide_match(by=cast.analyst, pair=pair, verdict=Verdict.SAME) == first
    assert Decision.objects.count() == 1


def test_later_decision_supersedes_and_keeps_the_former(cast: Cast, pair: Pair) -> None:
    decide_match(by=cast.analyst, pair=pair, verdict=Verdict.SAME)
    decide_match(by=cast.analyst, pair=pair, verdict=Verdict.NOT_SAME, reason="another lamp")
    history = list_decision_history(cast.owner, pair)
    assert [each.verdict for each in history] == ["not_same", "same"]
    assert [each.superseded_at is None for each in history] == [True, False]


def test_countries_decide_apart(cast: Cast, pair: Pair) -> None:
    decide_match(by=cast.analyst, pair=pair, verdict=Verdict.SAME)
    decide_match(by=cast.partner_analyst, pair=pair, verdict=Verdict.NOT_SAME)
    assert get_decision(cast.owner, pair).verdict == Verdict.SAME
    assert get_decision(cast.partner, pair).verdict == Verdict.NOT_SAME
    assert find_decision(cast.third, pair) is None


def test_withdrawn_decision_stands_no_more(cast: Cast, pair: Pair, as_app: ServedSwitch) -> None:
    decide_match(by=cast.analyst, pair=pair, verdict=Verdict.SAME)
    with as_app(cast.analyst):
        withdraw_decision(by=cast.analyst, pair=pair)
        withdraw_decision(by=cast.analyst, pair=pair)
    with pytest.raises(NotFound):
        get_decision(cast.owner, pair)
    assert Decision.objects.count() == 1


def test_decision_outlives_its_match(cast: Cast) -> None:
    one, other = submitted(cast.owner), submitted(cast.owner)
    match = connect(one, other, "face")
    pair = Pair.of("face", one.pk, other.pk)
    decide_match(by=cast.analyst, pair=pair, verdict=Verdict.NOT_SAME)
    match.delete()
    connect(one, other, "face", version="2")
    assert get_decision(cast.owner, pair).verdict == Verdict.NOT_SAME


@pytest.mark.parametrize("part", ["owner", "colleague", "partner", "administrator", "auditor"])
def test_other_roles_decide_nothing(cast: Cast, pair: Pair, part: str) -> None:
    officer = getattr(cast, part)
    with pytest.raises(AccessDenied):
        decide_match(by=officer, pair=pair, verdict=Verdict.SAME)
    with pytest.raises(AccessDenied):
        withdraw_decision(by=officer, pair=pair)
    assert not Decision.objects.exists()


def test_half_visible_pair_is_not_found(cast: Cast) -> None:
    own, foreign = submitted(cast.owner), submitted(cast.partner)
    pair = Pair.of("face", own.pk, foreign.pk)
    with pytest.raises(NotFound):
        decide_match(by=cast.analyst, pair=pair, verdict=Verdict.SAME)
    with pytest.raises(NotFound):
        withdraw_decision(by=cast.analyst, pair=pair)
    assert not Decision.objects.exists()


def test_pair_with_itself_is_no_pair(cast: Cast) -> None:
    material = submitted(cast.owner)
    with pytest.raises(ValueError, match="itself"):
        Pair.of("face", material.pk, material.pk)
