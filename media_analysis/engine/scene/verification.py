"""The proof that two pictures show the same scene: at matching scale, and in any pose."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import cv2
import numpy as np

from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene.agreement import Agreement, measure_agreement
from media_analysis.engine.scene.embedding import TILES, SceneEmbedder, SceneEmbedding
from media_analysis.engine.scene.features import MOST_PLACES, FeatureExtractor, LocalFeatures
from media_analysis.engine.scene.matching import align
from media_analysis.engine.scene.places import (
    UPRIGHT,
    WHOLE,
    Box,
    Matrix,
    Points,
    Pose,
    moved,
    view_of,
    widened,
)

LONG_SIDE: Final = 640
"""Pixels of a view's longer side; small pictures and tiles are enlarged to it."""

POSED_LONG_SIDE: Final = 480
POSED_PLACES: Final = 600
"""Turned and mirrored views are many, and mostly of pictures that have nothing in common."""

ENOUGH_INLIERS: Final = 100
"""With so many the search for a better pose stops. A symmetrical picture had 48 in a wrong one."""

LEAST_INLIERS: Final = 20
"""From here pairs of places prove the same scene; the most on an unrelated pair was 16."""

FEWEST_INLIERS: Final = 8
LEAST_SHARE: Final = 0.7
LEAST_CELLS: Final = 20
"""From eight pairs they do so if the pictures agree as well. Blurred backgrounds, enlarged, are ramps of
brightness that fit each other: a chance alignment of nine pairs had 54 % of its cells the same."""

QUARTER_POSES: Final = (Pose(is_mirrored=True), Pose(90), Pose(-90), Pose(180))
"""The most usual; in these also a part of the query is tried: a screenshot that was turned."""

POSES: Final = (
    *QUARTER_POSES,
    Pose(20),
    Pose(-20),
    Pose(90, is_mirrored=True),
    Pose(-90, is_mirrored=True),
    Pose(180, is_mirrored=True),
    Pose(20, is_mirrored=True),
    Pose(-20, is_mirrored=True),
)
"""Tried where the upright query proves nothing: XFeat bears turns up to about 15°, and no mirroring."""

_COMPARED = 3
_TILES_TRIED = 2
_PAIRS_POSED = 2
_INLIERS_FOR_AFFINE = 60
_EDIT_TOLERANCE = 0.008
_LEAST_DETERMINANT = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """What two pictures have in common, for the officer to see.

    `inliers` pairs of places agree on `homography` (3x3, query to candidate); `query_points` and
    `candidate_points` (n, 2) are those places. All places are relative to the whole upright pictures.
    """

    inliers: int
    homography: Matrix
    query_points: Points
    candidate_points: Points
    agreement: Agreement
    pose: Pose


class Subject:
    """A picture whose features are found once per view, whatever it is compared with."""

    def __init__(self, picture: Picture, extractor: FeatureExtractor, embedder: SceneEmbedder) -> None:
        """Take the picture and the models; nothing is computed yet."""
        self.picture = picture
        self._extractor = extractor
        self._embedder = embedder
        self._features: dict[tuple[Box, Pose], tuple[LocalFeatures, Matrix]] = {}

    @cached_property
    def embedding(self) -> SceneEmbedding:
        """Return the vectors by which the picture is searched for."""
        return self._embedder.query_vectors(self.picture)

    @cached_property
    def tiles(self) -> SceneEmbedding:
        """Return the vectors that are stored of the picture."""
        return self._embedder.embed(self.picture)

    def features(self, box: Box, pose: Pose) -> tuple[LocalFeatures, Matrix]:
        """Return the features of a view, and the map from its pixels to the whole picture."""
        if (box, pose) not in self._features:
            side, most = (LONG_SIDE, MOST_PLACES) if pose == UPRIGHT else (POSED_LONG_SIDE, POSED_PLACES)
            view = view_of(self.picture, box=box, pose=pose, long_side=side)
            self._features[box, pose] = (self._extractor.extract(view, most=most), view.to_whole)
        return self._features[box, pose]


@lru_cache(maxsize=1)
def _models() -> tuple[FeatureExtractor, SceneEmbedder]:
    return FeatureExtractor(), SceneEmbedder()


def subject(picture: Picture) -> Subject:
    """Return a picture ready to be verified against many others.

    Raises `WeightsError` if a vendored model is altered or missing.
    """
    return Subject(picture, *_models())


def verify(query: Subject, candidate: Subject) -> Verification | None:
    """Return what proves that two pictures show the same scene, or nothing; the cheapest attempts first."""
    found = align_subjects(query, candidate)
    return found if found is not None and is_proof(found) else None


def is_proof(found: Verification) -> bool:
    """Say whether it proves one scene: many pairs of places, or some and the same picture underneath."""
    if found.inliers >= LEAST_INLIERS:
        return True
    agreement = found.agreement
    is_alike = agreement.share >= LEAST_SHARE and agreement.cells >= LEAST_CELLS
    return found.inliers >= FEWEST_INLIERS and is_alike


def align_subjects(query: Subject, candidate: Subject) -> Verification | None:
    """Return the best alignment of two pictures, proven or not, if one has `FEWEST_INLIERS` at least."""
    proofs: list[_Proof] = []
    for query_box, pose, candidate_box in _attempts(query.embedding, candidate.tiles):
        proof = _prove(query, candidate, query_box, pose, candidate_box)
        if proof is not None:
            proofs.append(proof)
            if proof.inliers >= ENOUGH_INLIERS:
                break
    best = sorted(proofs, key=lambda proof: proof.inliers, reverse=True)[:_COMPARED]
    compared = [_compared(query, candidate, proof) for proof in best if proof.inliers >= FEWEST_INLIERS]
    # Few inliers may be chance; the same picture underneath is not.
    return max(compared, key=lambda it: (it.agreement.same_cells, it.inliers), default=None)


@dataclass(frozen=True, slots=True, eq=False)
class _Proof:
    homography: Matrix
    query_points: Points
    candidate_points: Points
    pose: Pose

    @property
    def inliers(self) -> int:
        return len(self.query_points)


def _attempts(query: SceneEmbedding, candidate: SceneEmbedding) -> Iterator[tuple[Box, Pose, Box]]:
    """Yield which part of the query, in which pose, to compare with which part of the candidate."""
    pairs = [(widened(left), widened(right)) for left, right in likely_views(query, candidate)]
    yield from ((left, UPRIGHT, right) for left, right in pairs)
    for pose in POSES:
        tried = [*pairs[:_PAIRS_POSED], pairs[-1]] if pose in QUARTER_POSES else pairs[:_PAIRS_POSED]
        yield from ((left, pose, right) for left, right in tried)


def likely_views(query: SceneEmbedding, candidate: SceneEmbedding) -> list[tuple[Box, Box]]:
    """Return pairs of parts that may show the same at the same size.

    Both whole pictures; the whole query within the tiles of the candidate most like it (a clue, a crop);
    and the tile of the query most like the whole candidate (a screenshot, a collage).
    """
    query_whole = query.vectors[[box == WHOLE for box in query.boxes]]
    count = len(TILES)
    within = (query_whole @ candidate.vectors[1:count].T).max(axis=0)
    around = query.vectors[1:count] @ candidate.vectors[0]
    inner = [(WHOLE, TILES[1 + row]) for row in np.argsort(-within)[:_TILES_TRIED]]
    return [(WHOLE, WHOLE), *inner, (TILES[1 + int(around.argmax())], WHOLE)]


def _prove(query: Subject, candidate: Subject, box: Box, pose: Pose, other: Box) -> _Proof | None:
    left, left_to_whole = query.features(box, pose)
    right, right_to_whole = candidate.features(other, UPRIGHT)
    alignment = align(left, right)
    if alignment is None:
        return None
    homography = right_to_whole @ alignment.matrix @ np.linalg.inv(left_to_whole)
    return _Proof(
        homography=homography / homography[2, 2],
        query_points=left.places[alignment.left],
        candidate_points=right.places[alignment.right],
        pose=pose,
    )


def _compared(query: Subject, candidate: Subject, proof: _Proof) -> Verification:
    return Verification(
        inliers=proof.inliers,
        homography=proof.homography,
        query_points=proof.query_points,
        candidate_points=proof.candidate_points,
        agreement=measure_agreement(
            query.picture, candidate.picture, _edit_alignment(query, candidate, proof)
        ),
        pose=proof.pose,
    )


def _edit_alignment(query: Subject, candidate: Subject, proof: _Proof) -> Matrix:
    """Return the affine map nearest to a proof, in relative places.

    Edits crop, enlarge, turn and stretch: all affine, where another angle of a wall is not. Few pairs fix
    only a similarity well, from which the cells are found that correct it.
    """
    from_size, to_size = (np.diag([it.picture.width, it.picture.height, 1.0]) for it in (query, candidate))
    # A similarity does not mirror; a mirrored query is mirrored before it is fitted.
    mirror = np.diag([-1.0 if proof.pose.is_mirrored else 1.0, 1.0, 1.0])
    source = moved(proof.query_points, mirror @ from_size)
    target = moved(proof.candidate_points, to_size)
    tolerance = _EDIT_TOLERANCE * candidate.picture.long_side
    fit = cv2.estimateAffine2D if proof.inliers >= _INLIERS_FOR_AFFINE else cv2.estimateAffinePartial2D
    affine, _ = fit(source, target, method=cv2.RANSAC, ransacReprojThreshold=tolerance)
    # Where the points agree on nothing, OpenCV returns no matrix, whatever its annotations say.
    if np.shape(affine) != (2, 3) or abs(np.linalg.det(affine[:, :2])) < _LEAST_DETERMINANT:
        return proof.homography
    return np.asarray(np.linalg.inv(to_size) @ np.vstack([affine, [0, 0, 1]]) @ mirror @ from_size)
