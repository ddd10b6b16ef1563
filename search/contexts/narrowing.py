"""Facets at the left and chips on top: every one of them is an address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from search.queries.facets import Facet, FacetValue
    from search.queries.words import TextSearch
    from search.terms import SearchTerms


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A value of a facet, with the address's query that chooses it or takes it back."""

    value: FacetValue
    query: str


@dataclass(frozen=True, slots=True)
class FacetLinks:
    """A facet with its values as links."""

    facet: Facet
    links: list[FacetLink]


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that the list is narrowed by, with the address's query that takes it back."""

    label: str
    query: str


def narrowing_context(search: TextSearch, terms: SearchTerms) -> dict[str, Any]:
    """Return facets and chips of a search; facets without values are left out."""
    facets = [facet for facet in search.facets() if facet.values]
    return {
        "facets": [FacetLinks(facet, _links(facet, terms)) for facet in facets],
        "chips": [*_text_chip(terms), *(chip for facet in facets for chip in _chips(facet, terms))],
        "terms": terms,
    }


def _links(facet: Facet, terms: SearchTerms) -> list[FacetLink]:
    return [FacetLink(each, terms.toggled(facet.name, each.value).to_query()) for each in facet.values]


def _chips(facet: Facet, terms: SearchTerms) -> list[Chip]:
    chosen = [each for each in facet.values if each.is_chosen]
    return [
        Chip(f"{facet.title}: {each.label}", terms.toggled(facet.name, each.value).to_query())
        for each in chosen
    ]


def _text_chip(terms: SearchTerms) -> list[Chip]:
    return [Chip(f"“{terms.text}”", replace(terms, text="").to_query())] if terms.text else []
