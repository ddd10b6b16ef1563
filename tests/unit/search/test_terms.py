"""The address holds the whole search, whatever is typed into it."""

from random import Random

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from search.terms import FACETS, SearchTerms

TEXTS = st.text(max_size=60)
PAIRS = st.lists(st.tuples(st.sampled_from(["q", *FACETS, "page", "other"]), TEXTS), max_size=12)


def asked(pairs: list[tuple[str, str]]) -> SearchTerms:
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    return SearchTerms.from_querydict(query)


@given(PAIRS)
def test_terms_survive_their_address(pairs: list[tuple[str, str]]) -> None:
    terms = asked(pairs)
    assert SearchTerms.from_querydict(QueryDict(terms.to_query())) == terms


@given(PAIRS, st.randoms(use_true_random=False))
def test_address_does_not_depend_on_the_order_of_clicks(pairs: list[tuple[str, str]], random: Random) -> None:
    words = [pair for pair in pairs if pair[0] == "q"]
    clicks = [pair for pair in pairs if pair[0] != "q"]
    random.shuffle(clicks)
    assert asked(words + clicks).to_query() == asked(pairs).to_query()


@given(PAIRS, st.sampled_from(FACETS), TEXTS.filter(str.strip))
def test_toggle_twice_is_no_change(pairs: list[tuple[str, str]], facet: str, value: str) -> None:
    terms = asked(pairs)
    assert terms.toggled(facet, value).toggled(facet, value) == terms


def test_toggle_and_without() -> None:
    terms = asked([("q", " blue  room "), ("kind", "photo"), ("kind", "photo"), ("country", "BB")])
    assert (terms.text, terms.values("kind")) == ("blue room", ("photo",))
    assert terms.toggled("kind", "video").values("kind") == ("photo", "video")
    assert terms.toggled("kind", "photo").values("kind") == ()
    assert terms.without("country").to_query() == "q=blue+room&kind=photo"


@pytest.mark.parametrize(
    ("pairs", "is_empty"), [([("q", " \x00 ")], True), ([("page", "2")], True), ([("kind", "x")], False)]
)
def test_is_empty(pairs: list[tuple[str, str]], *, is_empty: bool) -> None:
    assert asked(pairs).is_empty is is_empty
