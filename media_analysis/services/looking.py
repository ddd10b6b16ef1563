"""Look a picture up: everything it is connected with, and why.

The same for a material that was analyzed and for a picture that an officer searches with; only the scopes
differ. Copies and scenes are shortlisted by hash and by tile, then proven by local features; faces are
ranked by distance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from media_analysis.engine import copies
from media_analysis.engine.scene.places import RIGHT_ANGLES, UPRIGHT, WHOLE, Pose
from media_analysis.engine.scene.subjects import Subject, features_id, subject
from media_analysis.engine.scene.verification import Verification, verify
from media_analysis.models import MatchKind
from media_analysis.services.neighbours import face_neighbours, hash_neighbours, tile_neighbours
from media_analysis.services.pictures import frame_or_photo
from media_analysis.services.signals import read_features
from media_analysis.services.workbench import face_analyzer, scene_embedder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from media_analysis.engine.faces.face import Embedding, FaceModel
    from media_analysis.engine.pictures import Picture
    from media_analysis.queries.indexes import Scopes
    from media_analysis.services.neighbours import FaceNeighbour, HashNeighbour

SHORTLIST = 12
"""So many pictures are shortlisted by tile and put to the proof; see `bench/README.md` for the recall."""

MOST_TILE_DISTANCE = 0.75
"""Cosine distance beyond which no tile is put to the proof: half of all unrelated pairs of 23 photographs lie
beyond, and none of their planted copies and clue crops (the farthest, a turned screenshot, at 0.73)."""

HASH_SHORTLIST = 50
"""A signal keeps its fifty nearest; a stack shows the rest through its hub."""

FACE_LIMIT = 50
POINTS_DRAWN = 60


@dataclass(frozen=True, slots=True)
class Sight:
    """One picture to look up: a photo (place None), a video's frame, or an officer's query.

    `orientations` are its PDQ hashes in all eight orientations, empty where it is too plain for any.
    """

    picture: Picture
    orientations: Sequence[bytes]
    at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face to look up: where it is, and its vector."""

    box: Sequence[float]
    embedding: Embedding
    at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A material that a picture is connected with; boxes and points are relative, points as x, y, x, y.

    Ranges are of two films: each of the one shows what its fellow of the other shows.
    """

    material_id: UUID
    kind: MatchKind
    threshold: float
    algorithm: str
    score: float | None = None
    distance: float | None = None
    own_at_ms: int | None = None
    other_at_ms: int | None = None
    own: Sequence[Sequence[float]] = ()
    other: Sequence[Sequence[float]] = ()
    points: Sequence[Sequence[float]] = ()
    own_ranges_ms: Sequence[tuple[int, int]] = ()
    other_ranges_ms: Sequence[tuple[int, int]] = ()
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def strength(self) -> float:
        """Return a number by which findings of one kind compare: more is stronger."""
        return self.score if self.score is not None else -(self.distance or 0.0)


@dataclass(frozen=True, slots=True)
class _Candidate:
    material_id: UUID
    at_ms: int | None
    pdq_distance: int | None = None
    pose: Pose = UPRIGHT


def look_up(sight: Sight, scopes: Scopes, *, leave_out: Collection[UUID] = ()) -> list[Finding]:
    """Return the copies of a picture and what shows the same room or object, one finding a material.

    What is left out is known already: the picture's own material, and pictures identical to it.
    """
    query = subject(sight.picture)
    found: dict[UUID, Finding] = {}
    for candidate in _candidates(sight, query, scopes, leave_out):
        finding = _prove(query, sight, candidate)
        if finding is not None:
            _keep_stronger(found, finding)
    return list(found.values())


def _candidates(
    sight: Sight, query: Subject, scopes: Scopes, leave_out: Collection[UUID]
) -> list[_Candidate]:
    """Return what hash and tiles shortlist, those near by hash first."""
    by_hash = hash_neighbours(sight.orientations, scopes)
    near = {(each.material_id, each.at_ms): each for each in by_hash}
    tiles = tile_neighbours(
        query.embedding.vectors, scene_embedder().model_id, scopes, limit=SHORTLIST + len(leave_out)
    )
    nearest = [place for place in near if place[0] not in leave_out][:HASH_SHORTLIST]
    by_tile = [
        (tile.material_id, tile.at_ms)
        for tile in tiles
        if tile.material_id not in leave_out and tile.distance <= MOST_TILE_DISTANCE
    ]
    places = dict.fromkeys(nearest + by_tile[:SHORTLIST])
    return [_candidate(*place, near.get(place)) for place in places]


def _candidate(material_id: UUID, at_ms: int | None, near: HashNeighbour | None) -> _Candidate:
    if near is None:
        return _Candidate(material_id, at_ms)
    return _Candidate(material_id, at_ms, near.distance, RIGHT_ANGLES[near.orientation])


def _prove(query: Subject, sight: Sight, candidate: _Candidate) -> Finding | None:
    try:
        proof = verify(query, _stored(candidate), likely=candidate.pose)
    except _PictureGone:
        proof = None
    kind = copies.decide(candidate.pdq_distance, proof)
    return _finding(_kind(kind, sight, candidate), sight, candidate, proof) if kind is not None else None


def _stored(candidate: _Candidate) -> Subject:
    """Return a candidate by its stored features; its pixels are read where something is promised."""
    material_id, at_ms = candidate.material_id, candidate.at_ms
    packed = read_features(material_id, at_ms=at_ms, features_id=features_id())
    return Subject(partial(_load, material_id, at_ms), packed=packed)


class _PictureGone(LookupError):
    """There is nothing to show of a candidate: its file was set aside, or cannot be read any more."""


def _load(material_id: UUID, at_ms: int | None) -> Picture:
    picture = frame_or_photo(material_id, at_ms=at_ms)
    if picture is None:
        raise _PictureGone
    return picture


def _kind(kind: copies.Kind, sight: Sight, candidate: _Candidate) -> MatchKind:
    """Call a photo that shows what a video shows at the same moment one of its frames."""
    is_one_of_them_a_photo = (sight.at_ms is None) != (candidate.at_ms is None)
    if is_one_of_them_a_photo and kind in (copies.Kind.COPY, copies.Kind.NEAR_IN_TIME):
        return MatchKind.FRAME
    return MatchKind(kind)


def _finding(kind: MatchKind, sight: Sight, candidate: _Candidate, proof: Verification | None) -> Finding:
    place = partial(
        Finding,
        material_id=candidate.material_id,
        own_at_ms=sight.at_ms,
        other_at_ms=candidate.at_ms,
        kind=kind,
    )
    if proof is None:
        return place(
            distance=float(candidate.pdq_distance or 0),
            threshold=float(copies.PDQ_COPY_DISTANCE),
            algorithm=copies.PDQ_ALGORITHM,
            own=[WHOLE],
            other=[WHOLE],
        )
    own, other = copies.common_boxes(proof)
    return place(
        score=float(proof.inliers),
        threshold=float(copies.least_inliers(kind.value)),
        algorithm=copies.FEATURE_ALGORITHM,
        own=[own],
        other=[other],
        points=copies.drawn_points(proof, limit=POINTS_DRAWN),
        detail={"agreement": round(proof.agreement.share, 3), "pdq_distance": candidate.pdq_distance},
    )


def _keep_stronger(found: dict[UUID, Finding], finding: Finding) -> None:
    """Keep one finding a material: the closer kind first, then the stronger proof."""
    known = found.get(finding.material_id)
    if known is None or _rank(finding) < _rank(known):
        found[finding.material_id] = finding


_CLOSENESS = {kind: place for place, kind in enumerate(MatchKind)}


def _rank(finding: Finding) -> tuple[int, float]:
    return (_CLOSENESS[finding.kind], -finding.strength)


@dataclass(frozen=True, slots=True)
class _FacePair:
    number: int
    own: SeenFace
    near: FaceNeighbour


def look_up_faces(
    faces: Iterable[SeenFace], scopes: Scopes, *, leave_out: Collection[UUID] = ()
) -> list[Finding]:
    """Return materials with faces like these, one finding a material, nearest first.

    A candidate is a lead for a person to judge. Where several faces fit, each face of either side is
    paired at most once: faces of one picture are never the same person.
    """
    model = face_analyzer().model
    pairs: dict[UUID, list[_FacePair]] = {}
    for number, face in enumerate(faces):
        for near in face_neighbours(face.embedding, model.model_id, scopes, limit=FACE_LIMIT):
            if near.distance <= model.candidate_distance and near.material_id not in leave_out:
                pairs.setdefault(near.material_id, []).append(_FacePair(number, face, near))
    findings = [_face_finding(model, _each_once(found)) for found in pairs.values()]
    return sorted(findings, key=lambda finding: finding.distance or 0.0)


def _each_once(pairs: list[_FacePair]) -> list[_FacePair]:
    kept: list[_FacePair] = []
    for pair in sorted(pairs, key=lambda each: each.near.distance):
        if all(pair.number != other.number and pair.near.face_id != other.near.face_id for other in kept):
            kept.append(pair)
    return kept


def _face_finding(model: FaceModel, pairs: Sequence[_FacePair]) -> Finding:
    nearest = pairs[0]
    return Finding(
        material_id=nearest.near.material_id,
        kind=MatchKind.FACE,
        distance=nearest.near.distance,
        threshold=model.candidate_distance,
        algorithm=model.model_id,
        own_at_ms=nearest.own.at_ms,
        other_at_ms=nearest.near.at_ms,
        own=[list(pair.own.box) for pair in pairs],
        other=[pair.near.box for pair in pairs],
        detail={"distances": [round(pair.near.distance, 4) for pair in pairs]},
    )
