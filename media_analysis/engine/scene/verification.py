"""The proof that two pictures show the same scene: at any size, and in any pose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from media_analysis.engine.scene.agreement import Agreement, measure_agreement
from media_analysis.engine.scene.features import LocalFeatures
from media_analysis.engine.scene.matching import align
from media_analysis.engine.scene.places import RIGHT_ANGLES, UPRIGHT, Matrix, Points, Pose, moved
from media_analysis.engine.scene.screening import promising
from media_analysis.engine.scene.subjects import Subject

ENOUGH_INLIERS: Final = 100
SETTLED_SHARE: Final = 0.9
"""With so many, and pictures that agree so far, the search for a better pose ends. Inliers alone do not end
it: symmetrical wallpaper had 190 of them in a wrong one."""

LEAST_INLIERS: Final = 20
CHANCE_INLIERS: Final = 5.9
CHANCE_SHARE: Final = 0.22
"""From here pairs of places prove the same scene, if they are more than `CHANCE_INLIERS` and this share of
all pairs (Brown and Lowe: "Recognising Panoramas", ICCV 2003). Wallpapers of one pattern in different rooms
had 53 of 244, the same room from other angles 131 of 391 and more, unrelated photographs at most 14."""

FEWEST_INLIERS: Final = 8
LEAST_SHARE: Final = 0.7
LEAST_CELLS: Final = 20
"""From eight pairs they do so if the pictures agree as well. Blurred backgrounds, enlarged, are ramps of
brightness that fit each other: a chance alignment of nine pairs had 54 % of its cells the same."""

POSES: Final = (
    *RIGHT_ANGLES,
    Pose(20),
    Pose(-20),
    Pose(20, is_mirrored=True),
    Pose(-20, is_mirrored=True),
)
"""XFeat bears turns up to about 15°, and no mirroring."""

_TRIED = 5
_COMPARED = 3
_CLEARLY_MORE = 1.25
_INLIERS_FOR_AFFINE = 60
_EDIT_TOLERANCE = 0.008
_LEAST_DETERMINANT = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """What two pictures have in common, for the officer to see.

    `inliers` of `pairs` pairs of places agree on `homography` (3x3, query to candidate); `query_points` and
    `candidate_points` (n, 2) are those places. All places are relative to the whole upright pictures.
    """

    inliers: int
    homography: Matrix
    query_points: Points
    candidate_points: Points
    agreement: Agreement
    pose: Pose
    pairs: int


def verify(query: Subject, candidate: Subject, *, likely: Pose = UPRIGHT) -> Verification | None:
    """Return what proves that two pictures show the same scene, or nothing.

    `likely` is the pose of the query that other signals speak for; it is tried first, with the upright one.
    """
    found = align_subjects(query, candidate, likely=likely)
    return found if found is not None and is_proof(found) else None


def is_proof(found: Verification) -> bool:
    """Say whether it proves one scene: many pairs of places, or some and the same picture underneath."""
    if found.inliers >= max(LEAST_INLIERS, CHANCE_INLIERS + CHANCE_SHARE * found.pairs):
        return True
    agreement = found.agreement
    is_alike = agreement.share >= LEAST_SHARE and agreement.cells >= LEAST_CELLS
    return found.inliers >= FEWEST_INLIERS and is_alike


def align_subjects(query: Subject, candidate: Subject, *, likely: Pose = UPRIGHT) -> Verification | None:
    """Return the best alignment of two pictures, proven or not, if one has `FEWEST_INLIERS` at least.

    Where several poses align, that in which most of the picture is the same is the best: in symmetrical
    wallpaper places find each other mirrored as well.
    """
    found: list[Verification] = []
    least = FEWEST_INLIERS
    first = tuple(dict.fromkeys((likely, UPRIGHT)))
    for poses in (first, tuple(pose for pose in POSES if pose not in first)):
        proofs = [proof for proof in _proofs(query, candidate, poses) if proof.inliers >= least]
        for proof in _worth_comparing(proofs, likely):
            found.append(_compared(query, candidate, proof))
            if _is_settled(found[-1]):
                return found[-1]
        if any(is_proof(each) for each in found):
            least = LEAST_INLIERS
    return _best(found)


def _best(found: Sequence[Verification]) -> Verification | None:
    """Return the alignment with the most inliers, unless another clearly has more of the picture the same."""
    if not found:
        return None
    strongest = max(found, key=lambda each: each.inliers)
    likest = max(found, key=lambda each: each.agreement.same_cells)
    clearly_more = _CLEARLY_MORE * strongest.agreement.same_cells
    is_clear = likest.agreement.share >= SETTLED_SHARE or likest.agreement.same_cells > clearly_more
    return likest if is_clear else strongest


@dataclass(frozen=True, slots=True, eq=False)
class _Proof:
    homography: Matrix
    query_points: Points
    candidate_points: Points
    pose: Pose
    pairs: int

    @property
    def inliers(self) -> int:
        return len(self.query_points)


def _is_settled(found: Verification) -> bool:
    return found.inliers >= ENOUGH_INLIERS and found.agreement.share >= SETTLED_SHARE


def _proofs(query: Subject, candidate: Subject, poses: Sequence[Pose]) -> Iterator[_Proof]:
    """Yield an alignment of each pose and size that promise something, if there is one."""
    views = [query.posed(pose) for pose in poses]
    for pose, level in promising(views, candidate.levels, most=_TRIED):
        proof = _prove(views[pose], candidate.levels[level], poses[pose])
        if proof is not None:
            yield proof


def _prove(query: LocalFeatures, candidate: LocalFeatures, pose: Pose) -> _Proof | None:
    alignment = align(query, candidate)
    if alignment is None:
        return None
    homography = candidate.to_whole @ alignment.matrix @ np.linalg.inv(query.to_whole)
    return _Proof(
        homography=homography / homography[2, 2],
        query_points=query.places[alignment.left],
        candidate_points=candidate.places[alignment.right],
        pose=pose,
        pairs=alignment.pairs,
    )


def _worth_comparing(proofs: Sequence[_Proof], likely: Pose) -> list[_Proof]:
    """Return the best proof of each pose, the likely pose first, then others of poses with few inliers."""
    ranked = sorted(proofs, key=lambda proof: (proof.pose != likely, -proof.inliers))
    best = {proof.pose: proof for proof in reversed(ranked)}
    firsts = [proof for proof in ranked if best[proof.pose] is proof]
    others = [
        proof
        for proof in ranked
        if best[proof.pose] is not proof and best[proof.pose].inliers < ENOUGH_INLIERS
    ]
    return [*firsts, *others][:_COMPARED]


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
        pairs=proof.pairs,
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
