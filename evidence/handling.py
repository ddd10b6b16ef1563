"""How strict conditions of use are, and which of them keep an original on the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evidence.models import Handling

if TYPE_CHECKING:
    from collections.abc import Iterable

STRICTEST_FIRST: Final = (
    Handling.TLP_RED,
    Handling.ASK_FIRST,
    Handling.TLP_AMBER_STRICT,
    Handling.INTELLIGENCE_ONLY,
    Handling.TLP_AMBER,
    Handling.TLP_GREEN,
)

CLOSED_TO_OTHERS: Final = frozenset({Handling.TLP_RED, Handling.ASK_FIRST})
"""Another country's original may not leave under these: TLP 2.0 (FIRST) keeps RED to its recipients."""


def strictest_first(handlings: Iterable[Handling]) -> tuple[Handling, ...]:
    """Return the conditions in order of strictness, each once."""
    return tuple(sorted(set(handlings), key=STRICTEST_FIRST.index))
