"""Which poses of a query, and which size of a picture, promise something; the rest is never aligned."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.scene.features import LocalFeatures
from media_analysis.engine.scene.levels import Levels
from media_analysis.engine.scene.matching import LEAST_LIKENESS

SCREENED: Final = 100
"""So many of each pose's best features are looked for: no true pair of `bench/bench_matching.py` was lost."""

FEWEST_FOUND: Final = 4
"""Of the screened features, so many must be found. The least of a true pair was 15."""


def promising(poses: Sequence[LocalFeatures], levels: Levels, *, most: int) -> list[tuple[int, int]]:
    """Return (pose, level) of the at most `most` pairs of which most features are found, best first."""
    found = np.stack([_found(poses, level) for level in levels], axis=1)
    ranked = np.argsort(-found, axis=None, kind="stable")[:most]
    pairs = [divmod(int(place), len(levels)) for place in ranked]
    return [(pose, level) for pose, level in pairs if found[pose, level] >= FEWEST_FOUND]


def _found(poses: Sequence[LocalFeatures], level: LocalFeatures) -> NDArray[np.int64]:
    """Return for each pose how many features of the level its best features are like enough to.

    All poses in one product of matrices. One direction only: that features be each other's nearest is
    asked when a pair is aligned.
    """
    kept = [pose.descriptors[:SCREENED] for pose in poses]
    counts = np.zeros(len(kept), dtype=np.int64)
    if not len(level.descriptors):
        return counts
    likeness = np.concatenate(kept) @ level.descriptors.T
    nearest = likeness.argmax(axis=1)
    is_like = likeness[np.arange(len(nearest)), nearest] >= LEAST_LIKENESS
    ends = np.cumsum([len(each) for each in kept])
    for pose, (start, end) in enumerate(zip(ends - [len(each) for each in kept], ends, strict=True)):
        counts[pose] = len(np.unique(nearest[start:end][is_like[start:end]]))
    return counts
