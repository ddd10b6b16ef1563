"""The grid of all material."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator

from icse.common.access import allows
from search.contexts.narrowing import narrowing_context
from search.queries.words import text_search
from series.contexts.cards import cards_of
from series.policies import check_can_start_series
from series.queries.listing import list_series
from series.queries.stacks import collapse_stacks

if TYPE_CHECKING:
    from accounts.models import Officer
    from search.terms import SearchTerms

PAGE_SIZE: Final = 60


def grid_context(officer: Officer, terms: SearchTerms, page: str) -> dict[str, Any]:
    """Return one page of visible material, copies shown as one, with facets and bulk actions."""
    search = text_search(officer, terms)
    shown = Paginator(collapse_stacks(officer, search.materials()), PAGE_SIZE).get_page(page)
    return (
        {
            "page": shown,
            "cards": cards_of(officer, list(shown)),
        }
        | narrowing_context(search, terms)
        | selection_context(officer)
    )


def selection_context(officer: Officer) -> dict[str, Any]:
    """Return what an officer can do with selected material."""
    may_curate = allows(check_can_start_series, officer)
    own = list_series(officer).of_country_of(officer) if may_curate else []
    return {"may_curate": may_curate, "own_series": list(own)}
