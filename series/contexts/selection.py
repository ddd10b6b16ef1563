"""What an officer can do with materials selected in a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icse.common.access import allows
from series.policies import check_can_start_series
from series.queries.listing import list_series

if TYPE_CHECKING:
    from accounts.models import Officer


def selection_context(officer: Officer) -> dict[str, Any]:
    """Return whether the officer may keep series, and the series of their country that they may add to."""
    may_curate = allows(check_can_start_series, officer)
    own = list_series(officer).of_country_of(officer) if may_curate else []
    return {"may_curate": may_curate, "own_series": list(own)}
