"""Which of the faces that were searched with fits, as a sentence; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def fit_of(numbers: Sequence[int], distances: Sequence[float], threshold: float, *, together: bool) -> str:
    """Say how near a result is, and to which of the faces that were asked for, the nearest first.

    `numbers` count those faces from 1, as the page does; none are given where only one was asked for.
    """
    meaning = f"strangers rarely come below {threshold:.2f}."
    if not numbers:
        return f"Distance {distances[0]:.2f}: {meaning}"
    pairs = zip(numbers, distances, strict=True)
    first, *others = (f"face {number} at {distance:.2f}" for number, distance in pairs)
    if together:
        return f"Each has a face of its own here: {', '.join((first, *others))}; {meaning}"
    also = f", also {', '.join(others)}" if others else ""
    return f"Fits {first}{also}: {meaning}"
