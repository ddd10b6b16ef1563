"""When two countries' decisions speak against each other; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from series.models import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

_OPPOSED: Final = frozenset({Verdict.SAME, Verdict.NOT_SAME})


def is_disputed(verdicts: Iterable[str]) -> bool:
    """Tell whether one of the verdicts says the same and another not the same; unsure speaks against none."""
    return {Verdict(verdict) for verdict in verdicts} >= _OPPOSED
