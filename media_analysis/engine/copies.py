"""Whether two pictures are copies, near in time, or of one scene.

A copy is the same photograph, edited; officers see one of a stack of copies, so a wrong one hides evidence.
A perceptual hash alone cannot tell a copy from the next frame, nor inliers from another photograph of the
same room. So agreement after alignment overrules both, and only where it cannot be had does the hash decide.

Thresholds: set on the photographs and films of `bench/bench_copies.py`; `bench/README.md` has the figures,
also of photographs that played no part in setting them.
"""

from enum import StrEnum
from typing import Final

import numpy as np

from media_analysis.engine.hashes.bands import PDQ_THRESHOLD
from media_analysis.engine.scene.agreement import Agreement
from media_analysis.engine.scene.places import Box, Points
from media_analysis.engine.scene.verification import FEWEST_INLIERS, LEAST_INLIERS, Verification

PDQ_COPY_DISTANCE: Final = PDQ_THRESHOLD
PDQ_ALGORITHM: Final = "pdq"
FEATURE_ALGORITHM: Final = "xfeat+magsac"

COPY_SHARE: Final = 0.99
MOST_MOVED: Final = 0.01
"""Of the textured cells of a copy with nothing pasted over it, as many are the same and as few fit better
elsewhere: what an enlarged thumbnail or a blur costs."""

LEAST_PATCH: Final = 6
"""Windows side by side from which something moved: a cup of 45 px of 960, moved by 3, moves six. Of the
doubtful planted copies most had up to 5; one, a photograph of cards at half its size, had 8."""

LEAST_GAP: Final = 2
"""Cells side by side that are not the same, from which something was pasted over, or came and went."""

PASTED_SHARE: Final = 0.5
MOST_REARRANGED: Final = 0.605
MOST_MOVED_PASTED: Final = 0.12
"""A caption or stamp may cover the rest, if it brings colours of its own (see `Agreement.rearranged`); on
its rim cells fit better elsewhere."""

NEAR_SHARE: Final = 0.5
"""Half of the cells unmoved: camera and room stood still. A stereo pair had 0.34."""

LEAST_CELLS: Final = 12
"""Fewer textured cells say nothing for or against a copy; then the hash decides."""

LEAST_OVERLAP: Final = 0.2
"""A copy shows at least this share of the other picture; a smaller detail is of the same scene."""


class Kind(StrEnum):
    """How two pictures are connected; the values are those of a match's kind."""

    COPY = "copy"
    NEAR_IN_TIME = "near_in_time"
    SCENE = "scene"


def decide(pdq_distance: int | None, proof: Verification | None) -> Kind | None:
    """Return how two pictures are connected, if they are.

    `pdq_distance` is the least over all eight orientations, absent where a picture has no hash or none is
    near; `proof` is absent where the same scene could not be proven.
    """
    is_near_by_hash = pdq_distance is not None and pdq_distance <= PDQ_COPY_DISTANCE
    if proof is None or proof.agreement.cells < LEAST_CELLS:
        if is_near_by_hash:
            return Kind.COPY
        return None if proof is None else Kind.SCENE
    if is_copy(proof.agreement):
        return Kind.COPY
    is_near = proof.agreement.share >= NEAR_SHARE and _is_large(proof.agreement)
    return Kind.NEAR_IN_TIME if is_near else Kind.SCENE


def is_copy(agreement: Agreement) -> bool:
    """Say whether nothing differs but what was pasted on, over enough of both pictures."""
    if agreement.cells < LEAST_CELLS or not _is_large(agreement) or _is_moved(agreement):
        return False
    is_same = agreement.share >= COPY_SHARE and agreement.moved <= MOST_MOVED
    if is_same and agreement.gap < LEAST_GAP:
        return True
    is_pasted_over = agreement.rearranged <= MOST_REARRANGED and agreement.moved <= MOST_MOVED_PASTED
    return is_pasted_over and agreement.share >= PASTED_SHARE


def least_inliers(kind: str) -> int:
    """Return how many pairs of places a proof of this kind needs, to show beside how many it has."""
    return LEAST_INLIERS if kind == Kind.SCENE else FEWEST_INLIERS


def common_boxes(proof: Verification) -> tuple[Box, Box]:
    """Return the boxes around the paired places in the query and in the candidate."""
    return _box_around(proof.query_points), _box_around(proof.candidate_points)


def drawn_points(proof: Verification, *, limit: int) -> list[list[float]]:
    """Return at most `limit` pairs as query x, y and candidate x, y, spread over the picture."""
    pairs = np.hstack([proof.query_points, proof.candidate_points])
    # Features come best first, and the best crowd together: even steps along both axes do not.
    ordered = pairs[np.lexsort((pairs[:, 0], np.floor(pairs[:, 1] * 8)))]
    chosen = np.linspace(0, len(ordered) - 1, min(limit, len(ordered))).round().astype(int)
    return [[round(float(value), 5) for value in row] for row in ordered[chosen]]


def _box_around(points: Points) -> Box:
    left, top = (float(value) for value in points.min(axis=0))
    right, bottom = (float(value) for value in points.max(axis=0))
    return left, top, right - left, bottom - top


def _is_large(agreement: Agreement) -> bool:
    return min(agreement.query_overlap, agreement.candidate_overlap) >= LEAST_OVERLAP


def _is_moved(agreement: Agreement) -> bool:
    """Say whether the camera or a thing before it moved, though by less than a cell can tell."""
    return agreement.has_drifted or agreement.patch >= LEAST_PATCH
