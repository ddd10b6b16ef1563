"""The grid of all material."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator

from search.contexts.narrowing import narrowing_context
from search.queries.words import text_search
from series.contexts.cards import cards_of
from series.contexts.selection import selection_context
from series.queries.stacks import collapse_list

if TYPE_CHECKING:
    from accounts.models import Officer
    from search.terms import SearchTerms

PAGE_SIZE: Final = 60


def grid_context(officer: Officer, terms: SearchTerms, page: str) -> dict[str, Any]:
    """Return one page of visible material, copies shown as one, with facets and bulk actions."""
    search = text_search(officer, terms)
    shown = Paginator(collapse_list(officer, search.materials()), PAGE_SIZE).get_page(page)
    return (
        {
            "page": shown,
            "cards": cards_of(officer, list(shown)),
        }
        | narrowing_context(search, terms)
        | selection_context(officer)
    )
