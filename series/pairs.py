"""Two materials and how they are connected: what a decision is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Pair:
    """Two different materials under one kind of match; the left id is the smaller one."""

    kind: str
    left: UUID
    right: UUID

    @classmethod
    def of(cls, kind: str, one: UUID, other: UUID) -> Pair:
        """Return the pair of two materials, whichever is named first.

        Raises:
            ValueError: The same material is named twice.
        """
        if one == other:
            message = "a material has no match with itself"
            raise ValueError(message)
        return cls(kind, min(one, other), max(one, other))
