"""Find the films that share passages with one: shortlist by hash, alignment in time, proof by pixels.

All frames of a film are looked up in few calls that answer with films (`neighbours.film_neighbours`). Each
film of the shortlist is laid over it in memory (`engine/video/passages.py`), and what agrees is proven on
frames decoded at the same instant (`film_proof.py`). A pair is always looked at from its smaller id, so that
the same is found whichever film came last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from evidence.models import Material
from media_analysis.engine import copies
from media_analysis.engine.hashes.pdq import ORIENTATIONS
from media_analysis.engine.hashes.turning import MIRRORED, UPRIGHT
from media_analysis.engine.video.passages import find_passages
from media_analysis.engine.video.sampled import SampledFilm, coverage, distances
from media_analysis.models import MatchKind, PictureHash
from media_analysis.services.film_proof import ProvenPassage, keep_posters, prove_passages
from media_analysis.services.looking import POINTS_DRAWN, Finding
from media_analysis.services.neighbours import film_neighbours

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

FRAMES_SEARCHED = 3000
SHOTS_TURNED = 60
"""So many frames of a film are looked up as they are, and so many shots in the seven other orientations; of
longer films evenly chosen ones."""

FILMS_ALIGNED = 12
"""So many films with the most near frames are laid over the film; a stack shows more through its hub."""

SEEN_BITS = 8
"""Of neighbouring frames that differ by no more than a codec's noise one is looked up."""

COPY_SHARE = 0.8
COPY_GAP_MS = 3000
"""A film is a copy where the passages hold 80 % of both (as many as vPDQ asks for, ThreatExchange
`vpdq/README.md`), and no part of either that lasts longer than this is outside: a stack hides all but one
film, and nothing that an officer has not seen may be hidden with it."""

ALGORITHM = "pdq offsets+xfeat"

_INVERSE = {
    ORIENTATIONS.index("turned_clockwise"): ORIENTATIONS.index("turned_counter_clockwise"),
    ORIENTATIONS.index("turned_counter_clockwise"): ORIENTATIONS.index("turned_clockwise"),
}


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Another film, and the orientation in which this one may show the same."""

    material_id: UUID
    turn: int


def look_up_film(
    material: Material, shots: Sequence[Sequence[bytes]], *, leave_out: Collection[UUID]
) -> list[Finding]:
    """Return the films that share passages with a video, one finding a film.

    `shots` are the hashes of its shots in all eight orientations.
    """
    film = read_film(material)
    asked = [(pdq, UPRIGHT) for pdq in _searched(film)] + _turned(shots)
    near = film_neighbours(asked, without={material.pk, *leave_out}, limit=FILMS_ALIGNED)
    return _first_of_each(material, film, [_Candidate(each.material_id, each.turn) for each in near])


def look_up_suspects(material: Material, suspects: Iterable[UUID]) -> list[Finding]:
    """Return which films share passages with a video, of those that another signal connects with it.

    A film that was cropped by a few per cent is too far for the index of hashes, and not for this.
    """
    candidates = [_Candidate(each, turn) for each in suspects for turn in (UPRIGHT, MIRRORED)]
    return _first_of_each(material, read_film(material), candidates[: 2 * FILMS_ALIGNED])


def _first_of_each(material: Material, film: SampledFilm, candidates: list[_Candidate]) -> list[Finding]:
    found: dict[UUID, Finding] = {}
    for candidate in candidates:
        if candidate.material_id not in found:
            finding = _compare(material, film, candidate)
            if finding is not None:
                found[candidate.material_id] = finding
    return list(found.values())


def read_film(material: Material) -> SampledFilm:
    """Return a video as the hashes of its frames tell it."""
    rows = PictureHash.objects.filter(material=material.pk, at_ms__isnull=False).order_by("at_ms")
    frames = list(rows.values_list("at_ms", "pdq"))
    written = b"".join(int(pdq, 2).to_bytes(32, "big") if pdq else bytes(32) for _, pdq in frames)
    return SampledFilm(
        starts_ms=np.array([at_ms for at_ms, _ in frames], np.int64),
        hashes=np.frombuffer(written, np.uint8).reshape(-1, 32),
        is_plain=np.array([pdq is None for _, pdq in frames], np.bool_),
        end_ms=round((material.duration or 0.0) * 1000),
    )


def _searched(film: SampledFilm) -> list[bytes]:
    """Return the hashes to look up: of frames that show something, and not what the one before showed."""
    shown = film.hashes[~film.is_plain]
    if not len(shown):
        return []
    is_new = np.append(True, distances(shown[1:], shown[:-1]) > SEEN_BITS)
    new = shown[is_new]
    return [new[number].tobytes() for number in _evenly(len(new), FRAMES_SEARCHED)]


def _turned(shots: Sequence[Sequence[bytes]]) -> list[tuple[bytes, int]]:
    return [
        (pdq, turn)
        for number in _evenly(len(shots), SHOTS_TURNED)
        for turn, pdq in enumerate(shots[number])
        if turn != UPRIGHT
    ]


def _evenly(count: int, most: int) -> list[int]:
    """Return at most so many of the numbers below `count`, evenly spread."""
    return [int(each) for each in np.linspace(0, count - 1, min(count, most))]


def _compare(material: Material, film: SampledFilm, candidate: _Candidate) -> Finding | None:
    """Return what a film shares with another, if anything is proven."""
    other = Material.objects.get(pk=candidate.material_id)
    other_film = read_film(other)
    if material.pk < other.pk:
        sides, turn = ((material, film), (other, other_film)), candidate.turn
    else:
        sides, turn = ((other, other_film), (material, film)), _INVERSE.get(candidate.turn, candidate.turn)
    (left, left_film), (right, right_film) = sides
    passages = find_passages(left_film.turned(turn), right_film)
    proven = prove_passages(left, right, passages, turn)
    if not proven:
        return None
    keep_posters(left, right, proven)
    kind = kind_of(left_film, right_film, proven)
    return _finding(other.pk, kind, proven, is_left=left.pk == material.pk)


def kind_of(left: SampledFilm, right: SampledFilm, proven: Sequence[ProvenPassage]) -> MatchKind:
    """Return what two films are to each other: copies where the passages are nearly all of both.

    Otherwise one holds a part of the other. That is proposed and not stacked: the rest of it is not seen.
    """
    covered = [
        coverage(left, [each.left for each in proven]),
        coverage(right, [each.right for each in proven]),
    ]
    is_nearly_all = all(each.share >= COPY_SHARE and each.longest_gap_ms <= COPY_GAP_MS for each in covered)
    return MatchKind.COPY if is_nearly_all else MatchKind.FRAME


def _finding(other: UUID, kind: MatchKind, proven: Sequence[ProvenPassage], *, is_left: bool) -> Finding:
    """Return the passages as seen from one side; what is drawn is the proof that has most pairs of places."""
    shown = max((each.shown for each in proven), key=lambda it: it.proof.inliers)
    boxes: tuple[Sequence[float], Sequence[float]] = copies.common_boxes(shown.proof)
    points = copies.drawn_points(shown.proof, limit=POINTS_DRAWN)
    times = (shown.left_ms, shown.right_ms)
    ranges = ([each.left for each in proven], [each.right for each in proven])
    own, their = (0, 1) if is_left else (1, 0)
    return Finding(
        material_id=other,
        kind=kind,
        score=float(shown.proof.inliers),
        threshold=float(copies.least_inliers(kind.value)),
        algorithm=ALGORITHM,
        own_at_ms=times[own],
        other_at_ms=times[their],
        own=[boxes[own]],
        other=[boxes[their]],
        points=points if is_left else [[x2, y2, x1, y1] for x1, y1, x2, y2 in points],
        own_ranges_ms=ranges[own],
        other_ranges_ms=ranges[their],
        detail={"agreement": round(shown.proof.agreement.share, 3), "pdq_distance": shown.bits},
    )


def between_films(finding: Finding) -> Finding:
    """Return what one frame proves of two films: they show one picture somewhere, and are no copies yet."""
    is_of_films = finding.own_at_ms is not None and finding.other_at_ms is not None
    if is_of_films and finding.kind == MatchKind.COPY:
        return replace(finding, kind=MatchKind.FRAME)
    return finding
