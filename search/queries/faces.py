"""Search by face: who in visible material looks like one face, or like several."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection

from accounts.queries import scopes_of
from evidence.models import Material
from media_analysis.engine.faces import dlib_resnet, sface
from media_analysis.models import Face, MatchKind
from media_analysis.queries.facts import get_visible_faces
from series.queries.known import known_by_analysis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from accounts.models import Officer

NEAREST: Final = 200
HITS_SHOWN: Final = 60

_CANDIDATE_DISTANCES: Final = {
    "sface": sface.CANDIDATE_DISTANCE,
    "dlib": dlib_resnet.CANDIDATE_DISTANCE,
}


@dataclass(frozen=True, slots=True)
class FaceHit:
    """A material with faces like those asked for; cosine distances, small ones are alike.

    `faces`, `asked` and `distances` belong together pair by pair, the nearest first: which face that was
    asked for fits which one here. `distance` is of the nearest pair, or of the farthest where all were
    asked for. Beyond the threshold a hit is no candidate, only the next nearest.
    """

    material: Material
    faces: tuple[Face, ...]
    asked: tuple[UUID, ...]
    distances: tuple[float, ...]
    distance: float
    threshold: float
    algorithm: str

    @property
    def kind(self) -> str:
        """Return the kind of match that this would be."""
        return MatchKind.FACE.value

    @property
    def is_candidate(self) -> bool:
        """Tell whether the faces are near enough to be shown as perhaps the same person."""
        return self.distance <= self.threshold


@dataclass(frozen=True, slots=True)
class _Near:
    asked: UUID
    face: UUID
    material: UUID
    distance: float


def like_faces(officer: Officer, face_ids: Sequence[UUID], *, together: bool = False) -> list[FaceHit]:
    """Return visible materials with a face like any of the faces, or `together` like all of them.

    Several faces without `together` are taken for one person: a hit ranks by the best distance to any of
    them, and names each that fits. Where all are asked for, they are several persons, and each needs a
    face of its own within the threshold: faces of one picture are never the same person.

    Raises:
        NotFound: The officer may not see one of the faces.
    """
    asked = get_visible_faces(officer, face_ids)
    threshold = candidate_distance(asked[0].model_id)
    by_material: defaultdict[UUID, list[_Near]] = defaultdict(list)
    own = {face.material_id for face in asked}
    for near in _nearest(officer, asked):
        if near.material not in own and (not together or near.distance <= threshold):
            by_material[near.material].append(near)
    pairs = {
        material: _pair_up(found) if together else _best_of_each(found, threshold)
        for material, found in by_material.items()
    }
    if together:
        pairs = {material: found for material, found in pairs.items() if len(found) == len(asked)}
    ranked = sorted(pairs.items(), key=lambda item: (_distance(item[1], together=together), item[0]))
    return _hits(officer, ranked[:HITS_SHOWN], threshold, asked[0].model_id, together=together)


def candidate_distance(model_id: str) -> float:
    """Return the cosine distance up to which faces of a model are candidates; see `engine.faces`.

    Raises:
        KeyError: Vectors of no known model.
    """
    return _CANDIDATE_DISTANCES[model_id.partition("-")[0]]


def _nearest(officer: Officer, asked: Iterable[Face]) -> list[_Near]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, n.face_id, n.material_id, n.distance FROM unnest(%s::uuid[]) AS a (id)"
            " CROSS JOIN LATERAL media_analysis_face_like(a.id, %s, %s) AS n ORDER BY n.distance, n.face_id",
            [[str(face.pk) for face in asked], NEAREST, list(scopes_of(officer))],
        )
        return [_Near(*row) for row in cursor.fetchall()]


def _best_of_each(found: Iterable[_Near], threshold: float) -> list[_Near]:
    """Keep the nearest face to each that was asked for: the best of all, and what else fits."""
    kept: dict[UUID, _Near] = {}
    for near in found:
        if not kept or near.distance <= threshold:
            kept.setdefault(near.asked, near)
    return list(kept.values())


def _pair_up(found: Iterable[_Near]) -> list[_Near]:
    """Give each face that was asked for its nearest face that no other one took, the nearest pair first."""
    kept: list[_Near] = []
    for near in found:
        if all(near.asked != other.asked and near.face != other.face for other in kept):
            kept.append(near)
    return kept


def _distance(pairs: Sequence[_Near], *, together: bool) -> float:
    distances = [pair.distance for pair in pairs]
    return max(distances) if together else min(distances)


def _hits(
    officer: Officer,
    ranked: Sequence[tuple[UUID, list[_Near]]],
    threshold: float,
    model_id: str,
    *,
    together: bool,
) -> list[FaceHit]:
    visible = Material.objects.visible_to(officer).filter(pk__in=known_by_analysis(officer))
    materials = visible.in_bulk([material for material, _ in ranked])
    faces = Face.objects.for_display().in_bulk({pair.face for _, pairs in ranked for pair in pairs})
    return [
        FaceHit(
            material=materials[material],
            faces=tuple(faces[pair.face] for pair in pairs),
            asked=tuple(pair.asked for pair in pairs),
            distances=tuple(pair.distance for pair in pairs),
            distance=_distance(pairs, together=together),
            threshold=threshold,
            algorithm=model_id,
        )
        for material, pairs in ranked
        if material in materials
    ]
