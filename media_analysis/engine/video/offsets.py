"""Vote on how far one film is shifted against another.

Each frame of the one names the frames of the other that look like it most, and with them how far the films
would be shifted. A frame has one vote, which it divides among all that it names: a still that fills the
beginning of both films has little to say on any shift, and much that is in motion agrees on one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.video.sampled import SampledFilm, all_distances

VOTE_BITS: Final = 64
"""Farther frames do not vote. Twice the distance of copies: samples of fast motion lie up to a quarter of a
second apart, where most differ by more than 31 bits; frames cropped by 3 % on each side differ by 34 to 72; a
mirrored hash is not exact. Of unrelated pictures half of the 256 bits differ (`bench/bench_films.py`)."""

VOTE_MARGIN: Final = 8
"""A frame names those that are nearly as near as its nearest one: neighbours of a slow scene do not vote."""

FRAMES_COMPARED: Final = 3000
"""So many frames of the one film, spread evenly, are compared with all of the other: 25 minutes without a
repeat are compared whole."""

LEAST_OVERLAP_MS: Final = 150
"""Of samples half a second apart the right one overlaps by half of that; 100 ms are to spare."""

MOST_NAMED: Final = 200
BIN_MS: Final = 100

_PAIRS_AT_ONCE: Final = 2_000_000
_LEAST_SUPPORT: Final = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Ballot:
    """Votes (v,): each for every shift of the other film against this one from `low_ms` to `high_ms`."""

    low_ms: NDArray[np.int64]
    high_ms: NDArray[np.int64]
    weight: NDArray[np.float64]

    def winner(self) -> tuple[int, int] | None:
        """Return from where to where the best supported shift lies, in ms; None where hardly one vote is."""
        if not len(self.weight):
            return None
        first = int(self.low_ms.min())
        low, high = ((bound - first) // BIN_MS for bound in (self.low_ms, self.high_ms))
        steps = np.zeros(int(high.max()) + 2)
        np.add.at(steps, low, self.weight)
        np.add.at(steps, high + 1, -self.weight)
        support = np.cumsum(steps)
        best = int(support.argmax())
        if support[best] < _LEAST_SUPPORT:
            return None
        below = np.flatnonzero(support[best:] < support[best] - 1e-6)
        return first + best * BIN_MS, first + (best + int(below[0]) - 1) * BIN_MS

    def without(self, shift_ms: int) -> "Ballot":
        """Return the votes that were for other shifts."""
        rest = (self.high_ms < shift_ms - BIN_MS) | (self.low_ms > shift_ms + BIN_MS)
        return Ballot(self.low_ms[rest], self.high_ms[rest], self.weight[rest])


def vote(own: SampledFilm, other: SampledFilm) -> Ballot:
    """Let the frames of a film vote on its shift; plain ones do not. At most 600 000 votes."""
    voters = np.flatnonzero(~own.is_plain)
    if len(voters) > FRAMES_COMPARED:
        voters = voters[np.linspace(0, len(voters) - 1, FRAMES_COMPARED).astype(int)]
    named = np.flatnonzero(~other.is_plain)
    pairs: list[tuple[int, NDArray[np.intp]]] = []
    rows = max(1, _PAIRS_AT_ONCE // max(1, len(named)))
    for begin in range(0, len(voters) if len(named) else 0, rows):
        some = voters[begin : begin + rows]
        for voter, bits in zip(some, all_distances(own.hashes[some], other.hashes[named]), strict=True):
            pairs.append((int(voter), named[_nearest(bits)]))
    return _ballot(own, other, [(voter, chosen) for voter, chosen in pairs if len(chosen)])


def _nearest(bits: NDArray[np.int16]) -> NDArray[np.intp]:
    best = int(bits.min())
    near = np.flatnonzero(bits <= min(VOTE_BITS, best + VOTE_MARGIN))
    if len(near) > MOST_NAMED:
        near = near[np.argpartition(bits[near], MOST_NAMED)[:MOST_NAMED]]
    return near


def _ballot(own: SampledFilm, other: SampledFilm, pairs: list[tuple[int, NDArray[np.intp]]]) -> Ballot:
    if not pairs:
        nothing = np.zeros(0, np.int64)
        return Ballot(nothing, nothing, nothing.astype(np.float64))
    counts = np.array([len(chosen) for _, chosen in pairs])
    voters = np.repeat([voter for voter, _ in pairs], counts)
    chosen = np.concatenate([each for _, each in pairs])
    # What is shown for long can lie anywhere within: its vote is for all shifts that let both overlap well.
    low_ms = other.starts_ms[chosen] - own.ends_ms()[voters] + LEAST_OVERLAP_MS
    high_ms = other.ends_ms()[chosen] - own.starts_ms[voters] - LEAST_OVERLAP_MS
    return Ballot(
        low_ms=np.minimum(low_ms, high_ms),
        high_ms=np.maximum(low_ms, high_ms),
        weight=np.repeat(1.0 / counts, counts),
    )
