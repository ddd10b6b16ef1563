"""Prove passages of two films by pixels: frames of the same instant are copies of each other.

Hashes of samples tell a shift within a quarter of a second, and frames that far apart are near in time at
best. So the frames of the other film are decoded around the instant; the one most alike names the shift to a
frame.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence.objects import lent_original
from media_analysis.engine import copies
from media_analysis.engine.decoding.errors import DecodeError
from media_analysis.engine.hashes.analyzer import compute_hashes, dihedral_pdq
from media_analysis.engine.hashes.bands import hamming
from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene.places import RIGHT_ANGLES
from media_analysis.engine.scene.subjects import subject
from media_analysis.engine.scene.verification import verify
from media_analysis.services.pictures import FRAME_SIDE, frame_or_photo, keep_views
from media_analysis.services.workbench import decoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evidence.models import Material
    from media_analysis.engine.scene.verification import Verification
    from media_analysis.engine.video.passages import Anchor, Passage
    from media_analysis.engine.video.sampled import Range

logger = logging.getLogger(__name__)

MOST_PROVEN = 6
"""At most so many passages of two films are put to the proof, the longest ones."""

BURST_S = 0.4
"""Decoded around an instant, on either side; the samples may be a quarter of a second off."""

BURST_RATE = 25.0


@dataclass(frozen=True, slots=True)
class Place:
    """Two frames of one instant in two films: their times, and what they have in common.

    `contrast` tells how surely the instant was found: by how many bits the frames around it are farther.
    `is_copy` says that they are copies; else they are near in time, which strong compression makes of copies.
    """

    left_ms: int
    right_ms: int
    bits: int
    contrast: int
    picture: Picture
    proof: Verification
    is_copy: bool


@dataclass(frozen=True, slots=True)
class ProvenPassage:
    """The same in two films, from when until when, and the place that shows it best."""

    left: Range
    right: Range
    shown: Place


def prove_passages(
    left: Material, right: Material, passages: Sequence[Passage], turn: int
) -> list[ProvenPassage]:
    """Return the passages whose frames are copies, in the order in which they come."""
    longest = sorted(passages, key=lambda each: -each.length_ms)[:MOST_PROVEN]
    proven = (_prove(left, right, each, turn) for each in longest)
    return sorted((each for each in proven if each is not None), key=lambda each: each.left)


def _prove(left: Material, right: Material, passage: Passage, turn: int) -> ProvenPassage | None:
    """Prove a passage at two places, of which one is a copy, else one camera filmed one room twice."""
    places = [_place(left, right, anchor, passage.shift_ms, turn) for anchor in _tried(passage)]
    proven = [each for each in places if each is not None]
    if len(proven) < len(places) or not any(each.is_copy for each in proven):
        return None
    surest = max(proven, key=lambda each: each.contrast)
    shift_ms = surest.right_ms - surest.left_ms
    start, end = passage.own
    start = max(start, -shift_ms)
    return ProvenPassage((start, end), (start + shift_ms, end + shift_ms), surest)


def _tried(passage: Passage) -> Iterator[Anchor]:
    """Yield the two frames most like their fellows, one of either half of a passage."""
    middle = len(passage.anchors) // 2
    for half in (passage.anchors[:middle], passage.anchors[middle:]):
        if half:
            yield min(half, key=lambda anchor: anchor.bits)


def _place(left: Material, right: Material, anchor: Anchor, shift_ms: int, turn: int) -> Place | None:
    picture = frame_or_photo(left.pk, at_ms=anchor.own_ms)
    hashes = dihedral_pdq(picture) if picture is not None else ()
    if picture is None or not hashes:
        return None
    burst = [
        (hamming(hashes[turn], pdq), at_ms, frame)
        for at_ms, frame in _burst(right, anchor.own_ms + shift_ms)
        if (pdq := compute_hashes(frame).pdq) is not None
    ]
    if not burst:
        return None
    bits, right_ms, frame = min(burst, key=lambda it: (it[0], abs(it[1] - anchor.own_ms - shift_ms)))
    proof = verify(subject(picture), subject(frame), likely=RIGHT_ANGLES[turn])
    kind = copies.decide(bits, proof)
    if proof is None or kind not in (copies.Kind.COPY, copies.Kind.NEAR_IN_TIME):
        return None
    farthest = max(each for each, _, _ in burst)
    return Place(anchor.own_ms, right_ms, bits, farthest - bits, frame, proof, kind is copies.Kind.COPY)


def _burst(material: Material, around_ms: int) -> Iterator[tuple[int, Picture]]:
    """Yield the frames of a film around an instant with their times; none where it cannot be read."""
    middle = around_ms / 1000
    try:
        with lent_original(material) as file:
            for frame in decoder().video_frames(
                file,
                start_s=max(0.0, middle - BURST_S),
                end_s=middle + BURST_S,
                frames_per_second=BURST_RATE,
                long_side=FRAME_SIDE,
            ):
                yield round(frame.at_s * 1000), Picture(frame.pixels)
    except DecodeError:
        logger.warning("No frame around %s ms of material %s can be read.", around_ms, material.pk)


def keep_posters(left: Material, right: Material, proven: Sequence[ProvenPassage]) -> None:
    """Keep the frames that the passages begin with, and those that prove them, to be looked at."""
    for passage in proven:
        keep_views(right, passage.shown.picture, at_ms=passage.shown.right_ms, is_for_match=True)
        frame_or_photo(left.pk, at_ms=passage.left[0])
        frame_or_photo(right.pk, at_ms=passage.right[0])
