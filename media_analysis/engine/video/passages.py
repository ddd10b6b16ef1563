"""Find which time ranges of two films show the same.

Frames vote on a shift (`offsets.py`), the films are laid over each other at that shift, and runs that agree
become passages; then the next shift. Only the same speed is followed: of a film that was slowed down by a few
per cent pieces are found, of one that runs at another speed altogether nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.video.offsets import VOTE_BITS, vote
from media_analysis.engine.video.sampled import (
    STEP_MS,
    Flags,
    Range,
    SampledFilm,
    Times,
    count_distinct,
    distances,
)

FEWEST_PICTURES: Final = 3
DISTINCT_BITS: Final = 16
"""A passage shows at least three pictures that differ, in both films: a still title that both begin with is
no passage. Neighbouring samples of motion differ by 16 bits or more, noise of a codec by less."""

SHORTEST_MS: Final = 1_000
WHOLE_SHARE: Final = 0.8
"""Fewer pictures are enough where the passage is this much of both films: a camera that stands in a room."""

BRIDGED_MS: Final = 2_000
"""Disagreement for so long does not end a passage: a flash, a cut between two samples, a caption."""

MOST_PASSAGES: Final = 12
_TRIALS: Final = 24
_PLACES_TRIED: Final = 13
_APART: Final = 256
_SILENT: Final = 257
_ENOUGH: Final = 8
_TIED_BITS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Anchor:
    """Two frames of a passage that look alike: their times, and in how many of 256 bits they differ."""

    own_ms: int
    other_ms: int
    bits: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A time range of a film, and by how much later another film shows the same.

    `pictures` counts pictures that differ, up to eight; `anchors` are the frames of it, each with its fellow.
    """

    own: Range
    shift_ms: int
    pictures: int
    anchors: tuple[Anchor, ...]

    @property
    def other(self) -> Range:
        """Return the time range of the other film."""
        return self.own[0] + self.shift_ms, self.own[1] + self.shift_ms

    @property
    def length_ms(self) -> int:
        """Return how long the passage is."""
        return self.own[1] - self.own[0]


@dataclass(frozen=True, slots=True, eq=False)
class _Track:
    """Two films laid over each other: at each time (t,) the frames shown, and how many bits differ."""

    times: Times
    own: NDArray[np.intp]
    other: NDArray[np.intp]
    bits: NDArray[np.int64]
    shift_ms: int


def find_passages(own: SampledFilm, other: SampledFilm) -> list[Passage]:
    """Return what two films share, in the order of the first one; at most `MOST_PASSAGES`, the surest.

    It takes the time of comparing 3000 frames with all of the other film (`bench/bench_films.py`).
    """
    if not len(own) or not len(other):
        return []
    ballot, found = vote(own, other), list[Passage]()
    for _ in range(_TRIALS):
        winner = ballot.winner()
        if winner is None or len(found) >= MOST_PASSAGES:
            break
        track = _best_track(own, other, winner)
        found += [each for each in _runs(own, other, track, found) if is_enough(own, other, each)]
        ballot = ballot.without((winner[0] + winner[1]) // 2)
    return sorted(found[:MOST_PASSAGES], key=lambda each: each.own)


def is_enough(own: SampledFilm, other: SampledFilm, passage: Passage) -> bool:
    """Say whether a run that agrees is a passage: several pictures, or nearly all of both films."""
    if passage.length_ms >= SHORTEST_MS and passage.pictures >= FEWEST_PICTURES:
        return True
    longer_ms = max(int(own.ends_ms()[-1]), int(other.ends_ms()[-1]))
    return passage.length_ms >= WHOLE_SHARE * longer_ms


def _best_track(own: SampledFilm, other: SampledFilm, winner: tuple[int, int]) -> _Track:
    """Lay the films over each other where, of the shifts that won, they differ least frame by frame.

    Samples do not tell shifts within their distance apart: the middle of those is taken.
    """
    low, high = winner[0] - STEP_MS, winner[1] + STEP_MS
    places = np.unique(np.linspace(low, high, _PLACES_TRIED).astype(int))
    misfits = np.array([_misfit(_track(own, other, int(shift), jitter_ms=0)) for shift in places])
    tied = places[misfits <= misfits.min() + _TIED_BITS]
    return _track(own, other, int(tied[len(tied) // 2]), jitter_ms=STEP_MS)


def _misfit(track: _Track) -> float:
    """Return in how many bits the films differ at a shift, on average of what shows something."""
    spoken = track.bits[track.bits < _SILENT]
    return float(np.minimum(spoken, 2 * VOTE_BITS).mean()) if len(spoken) else float(_SILENT)


def _track(own: SampledFilm, other: SampledFilm, shift_ms: int, *, jitter_ms: int) -> _Track:
    """Lay the films over each other; a frame of the other may be `jitter_ms` early or late."""
    start = max(0, -shift_ms)
    end = min(int(own.ends_ms()[-1]), int(other.ends_ms()[-1]) - shift_ms)
    times = np.arange(start, max(start, end), STEP_MS, dtype=np.int64)
    shown = own.at(times)
    best, bits = other.at(times + shift_ms), np.full(len(times), _APART, np.int64)
    is_silent = own.is_plain[shown] & other.is_plain[best]
    for late in sorted({0, -jitter_ms, jitter_ms}, key=abs):
        fellow = other.at(times + shift_ms + late)
        differing = distances(own.hashes[shown], other.hashes[fellow])
        differing[own.is_plain[shown] | other.is_plain[fellow]] = _APART
        best, bits = np.where(differing < bits, fellow, best), np.minimum(bits, differing)
    bits[is_silent] = _SILENT
    return _Track(times, shown, best, bits, shift_ms)


def _runs(own: SampledFilm, other: SampledFilm, track: _Track, found: list[Passage]) -> Iterator[Passage]:
    """Yield the runs of a track that agree and that no passage holds already."""
    agrees = (track.bits <= VOTE_BITS) & ~_held(track, found)
    places = np.flatnonzero(agrees)
    if not len(places):
        return
    is_against = ~agrees & (track.bits < _SILENT)
    against = np.cumsum(is_against)[places]
    breaks = np.flatnonzero(np.diff(against) * STEP_MS > BRIDGED_MS) + 1
    for run in np.split(places, breaks):
        yield _passage(own, other, track, run)


def _held(track: _Track, found: list[Passage]) -> Flags:
    """Tell at which times both films are within passages that were found before."""
    within_own, within_other = (np.zeros(len(track.times), np.bool_) for _ in range(2))
    for passage in found:
        within_own |= _within(track.times, passage.own)
        within_other |= _within(track.times + track.shift_ms, passage.other)
    return within_own & within_other


def _within(times: Times, bounds: Range) -> Flags:
    return np.asarray((times >= bounds[0]) & (times < bounds[1]))


def _passage(own: SampledFilm, other: SampledFilm, track: _Track, run: NDArray[np.intp]) -> Passage:
    _, first = np.unique(track.own[run], return_index=True)
    anchors = run[first]
    pictures = (
        count_distinct(film.hashes[np.unique(numbers)], radius=DISTINCT_BITS, limit=_ENOUGH)
        for film, numbers in ((own, track.own[run]), (other, track.other[run]))
    )
    return Passage(
        own=(int(track.times[run[0]]), int(track.times[run[-1]]) + STEP_MS),
        shift_ms=track.shift_ms,
        pictures=min(pictures),
        anchors=tuple(
            Anchor(
                int(own.starts_ms[track.own[place]]),
                int(other.starts_ms[track.other[place]]),
                int(track.bits[place]),
            )
            for place in anchors
        ),
    )
