"""Who may decide matches and keep series, and in which state a series can be changed."""

from accounts.models import Officer
from accounts.policies import Permission, check_has_permission
from accounts.queries import scopes_of
from icse.common.errors import AccessDenied
from series.errors import MergeAcrossCountries, SeriesIsMerged, SharedDifferently
from series.models import Series


def check_can_see_series(officer: Officer, series: Series) -> None:
    """Check that a series is shared with the officer; the twin of `SeriesQuerySet.visible_to`.

    Raises:
        AccessDenied: It is not. Interfaces answer as if there were no such series.
    """
    if not set(series.audience) & set(scopes_of(officer)):
        raise AccessDenied("Not found.")


def check_can_decide_match(officer: Officer) -> None:
    """Check the right to say what a match is; raises AccessDenied."""
    check_has_permission(officer, Permission.MATCH_DECIDE)


def check_can_start_series(officer: Officer) -> None:
    """Check the right to keep series; raises AccessDenied."""
    check_has_permission(officer, Permission.SERIES_CURATE)


def check_can_curate_series(officer: Officer, series: Series) -> None:
    """Check the right to change a series: an analyst's, in the country that keeps it.

    Raises:
        AccessDenied: Of another role, or of another country.
    """
    check_can_start_series(officer)
    if series.country_id != officer.unit.country_id:
        raise AccessDenied("This series is kept by another country: ask them in its forum topic.")


def check_can_grant_series(officer: Officer, series: Series) -> None:
    """Check the right to open a series to an officer or unit: an analyst's, in the country that keeps it.

    Raises:
        AccessDenied: Of another role, or of another country.
    """
    check_has_permission(officer, Permission.ACCESS_GRANT)
    if series.country_id != officer.unit.country_id:
        raise AccessDenied("Only the country that keeps a series may open it to anybody: ask them.")


def check_series_is_open(series: Series) -> None:
    """Check that a series can be changed.

    Raises:
        SeriesIsMerged: It was merged into another one.
    """
    if series.state != Series.State.OPEN:
        raise SeriesIsMerged


def check_series_can_merge(series: Series, other: Series) -> None:
    """Check that two different open series can become one.

    Raises:
        MergeAcrossCountries: They are kept by two countries.
        SharedDifferently: One is open to more readers than the other.
    """
    if series.country_id != other.country_id:
        raise MergeAcrossCountries
    if sorted(series.audience) != sorted(other.audience):
        raise SharedDifferently
