"""A film as its hashes tell it: what is in the picture from when until when."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.hashes.turning import UPRIGHT, Hashes, turned

STEP_MS: Final = 250
"""Films are compared at this step, half of that at which they are sampled."""

Times = NDArray[np.int64]
Flags = NDArray[np.bool_]
Range = tuple[int, int]
"""From when until before when, in milliseconds."""


@dataclass(frozen=True, slots=True, eq=False)
class SampledFilm:
    """The n frames of a film that were kept, each shown until the next one.

    `starts_ms` (n,) ascend; `hashes` are n x 32 bytes of PDQ; `is_plain` (n,) tells which frames are too
    plain (black, one colour) for their hash to mean anything. The last frame is shown until `end_ms`.
    """

    starts_ms: Times
    hashes: Hashes
    is_plain: Flags
    end_ms: int

    def __len__(self) -> int:
        """Return how many frames were kept."""
        return len(self.starts_ms)

    def at(self, times_ms: Times) -> NDArray[np.intp]:
        """Return the number of the frame that is shown at each time."""
        shown = np.searchsorted(self.starts_ms, times_ms, side="right") - 1
        return np.clip(shown, 0, max(0, len(self) - 1))

    def ends_ms(self) -> Times:
        """Return until when each frame is shown, (n,)."""
        return np.append(self.starts_ms[1:], max(self.end_ms, int(self.starts_ms[-1]) + STEP_MS))

    def turned(self, orientation: int) -> "SampledFilm":
        """Return the film in another of the eight orientations, nearly (`engine/hashes/turning.py`)."""
        if orientation == UPRIGHT:
            return self
        return replace(self, hashes=turned(self.hashes, orientation))


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a film some ranges hold; plain time, which shows nothing, is not counted."""

    share: float  # of the time that shows something
    longest_gap_ms: int  # the longest stretch outside that shows something


def coverage(film: SampledFilm, ranges: list[Range]) -> Coverage:
    """Return how much of a film the ranges hold."""
    if not len(film):
        return Coverage(0.0, 0)
    times = np.arange(0, int(film.ends_ms()[-1]), STEP_MS, dtype=np.int64)
    shows = ~film.is_plain[film.at(times)]
    inside = np.zeros(len(times), np.bool_)
    for start, end in ranges:
        inside |= (times >= start) & (times < end)
    outside = shows & ~inside
    share = 1.0 - outside.sum() / shows.sum() if shows.any() else 0.0
    return Coverage(float(share), longest_run(outside) * STEP_MS)


def longest_run(flags: Flags) -> int:
    """Return the length of the longest run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def distances(left: Hashes, right: Hashes) -> NDArray[np.int64]:
    """Return the bits in which hashes differ, row by row, (n,)."""
    return np.asarray(np.bitwise_count(_words(left) ^ _words(right)).sum(axis=1), dtype=np.int64)


def all_distances(left: Hashes, right: Hashes) -> NDArray[np.int16]:
    """Return the bits in which each of n hashes differs from each of m, (n, m)."""
    found = np.zeros((len(left), len(right)), np.int16)
    for one, other in zip(_words(left).T, _words(right).T, strict=True):
        found += np.bitwise_count(one[:, None] ^ other[None, :])
    return found


def count_distinct(hashes: Hashes, *, radius: int, limit: int) -> int:
    """Return how many pictures, each farther than `radius` bits from all others counted; at most `limit`."""
    left, found = hashes, 0
    while len(left) and found < limit:
        found += 1
        left = left[distances(left, np.broadcast_to(left[0], left.shape)) > radius]
    return found


def _words(hashes: Hashes) -> NDArray[np.uint64]:
    return np.ascontiguousarray(hashes).view(np.uint64)
