"""The time ranges that two films share, as they are said on a page; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from series.wording import clock_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

LEFT_RIGHT: Final = ("left", "right")
OWN_OTHER: Final = ("own", "other")
"""The sides of a match as a pair, and as seen from one of them."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time range of a video."""

    start_ms: int
    end_ms: int

    def __str__(self) -> str:
        """Return it as it is written, from when to when."""
        return f"{clock_ms(self.start_ms)}\N{EN DASH}{clock_ms(self.end_ms)}"


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """What one film shows within the first span another one shows within the second."""

    first: Span
    second: Span


def shared_passages(regions: Mapping[str, Any], sides: tuple[str, str]) -> list[SharedPassage]:
    """Return the passages that a match names, by the names of its sides: `LEFT_RIGHT` or `OWN_OTHER`."""
    first, second = (regions.get(f"{side}_ranges_ms", []) for side in sides)
    return [SharedPassage(Span(*one), Span(*other)) for one, other in zip(first, second, strict=True)]


def is_of_films(regions: Mapping[str, Any]) -> bool:
    """Tell whether a match is between two videos: both of its sides have a place in time."""
    return any(
        all(regions.get(f"{side}_at_ms") is not None for side in sides) for sides in (LEFT_RIGHT, OWN_OTHER)
    )
