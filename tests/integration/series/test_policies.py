"""The rule in Python and the rule in SQL are one: a truth table over the cast."""

import pytest

from accounts.models import Sharing
from icse.common.access import allows
from series.models import Series
from series.policies import (
    check_can_curate_series,
    check_can_decide_match,
    check_can_see_series,
    check_can_start_series,
)
from tests.cast import Cast
from tests.factories.series import SeriesFactory
from tests.factories.sharing import grouped

pytestmark = pytest.mark.django_db

EVERYBODY = {
    "owner", "colleague", "analyst", "national_administrator", "auditor",
    "partner", "partner_analyst", "third", "administrator",
}  # fmt: skip
ANALYSTS = {"analyst", "partner_analyst"}


@pytest.mark.parametrize(
    ("sharing", "readers"),
    [
        (Sharing.NATIONAL, {"owner", "colleague", "analyst"}),
        (Sharing.MEMBERS, {"owner", "colleague", "analyst", "partner", "partner_analyst", "third"}),
    ],
)
def test_policy_and_visible_to_agree(cast: Cast, sharing: Sharing, readers: set[str]) -> None:
    groups = [grouped(cast.analyst).pk]
    series = SeriesFactory.create(created_by=cast.analyst, sharing=sharing, groups=groups)
    parts = dict(cast.officers())
    assert parts.keys() == EVERYBODY
    by_policy = {part for part, officer in parts.items() if allows(check_can_see_series, officer, series)}
    by_query = {part for part, officer in parts.items() if Series.objects.visible_to(officer).exists()}
    assert by_policy == by_query == readers


def test_only_analysts_decide_and_start_series(cast: Cast) -> None:
    for check in (check_can_decide_match, check_can_start_series):
        assert {part for part, officer in cast.officers() if allows(check, officer)} == ANALYSTS


@pytest.mark.parametrize("sharing", Sharing)
def test_only_the_countrys_analysts_curate(cast: Cast, sharing: Sharing) -> None:
    groups = [grouped(cast.analyst).pk]
    series = SeriesFactory.create(created_by=cast.analyst, sharing=sharing, groups=groups)
    curators = {part for part, officer in cast.officers() if allows(check_can_curate_series, officer, series)}
    assert curators == {"analyst"}
