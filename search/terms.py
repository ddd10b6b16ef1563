"""What a search asks for. The address of a result page holds all of it and nothing else. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

FACETS: Final = ("country", "kind", "camera", "taken", "state", "urgency", "in_series")
"""What a search can be narrowed by; in an address each stands under its own name, once for each value."""

TEXT_LENGTH: Final = 500
VALUE_LENGTH: Final = 300
VALUES_EACH: Final = 50

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """The words typed, and the values chosen under each facet, sorted.

    Values of one facet widen each other; facets narrow each other.
    """

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_querydict(cls, query: QueryDict) -> SearchTerms:
        """Read an address; what PostgreSQL could not take, and what is too long, is cut away."""
        chosen = {facet: _clean_values(query.getlist(facet)) for facet in FACETS}
        return cls(
            text=_clean(query.get("q", ""), TEXT_LENGTH),
            chosen={facet: values for facet, values in chosen.items() if values},
        )

    def to_query(self) -> str:
        """Return the address's query, the same for the same search whatever the order of clicks."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(facet, value) for facet in FACETS for value in self.values(facet)]
        return urlencode(pairs)

    def told(self) -> dict[str, Any]:
        """Return the search as the audit log keeps it: the words, and what was chosen under each facet."""
        return {"words": self.text, **{facet: list(values) for facet, values in self.chosen.items()}}

    def values(self, facet: str) -> tuple[str, ...]:
        """Return the values chosen under a facet."""
        return self.chosen.get(facet, ())

    def toggled(self, facet: str, value: str) -> SearchTerms:
        """Return the search with a facet's value chosen, or taken back if it was."""
        values = set(self.values(facet)) ^ {value}
        chosen = {name: kept for name, kept in self.chosen.items() if name != facet}
        return replace(self, chosen=chosen | ({facet: tuple(sorted(values))} if values else {}))

    def without(self, facet: str) -> SearchTerms:
        """Return the search without anything chosen under a facet."""
        return replace(self, chosen={name: kept for name, kept in self.chosen.items() if name != facet})

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is asked for."""
        return not self.text and not self.chosen


def _clean(text: str, length: int) -> str:
    return " ".join(_CONTROLS.sub(" ", text)[:length].split())


def _clean_values(values: list[str]) -> tuple[str, ...]:
    cleaned = {_clean(value, VALUE_LENGTH) for value in values[:VALUES_EACH]}
    return tuple(sorted(cleaned - {""}))
