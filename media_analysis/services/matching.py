"""Find what a material is connected with, over all countries, and keep it as matches.

Who may read a match is asked when it is read. Matching again finds the same rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from evidence.models import Kind, Material
from evidence.services import name_match_frames
from icse.common.ids import derived_id
from media_analysis.models import Analysis, ExactSignal, Face, Match, MatchKind
from media_analysis.queries.matches import exact_neighbours
from media_analysis.services.films import between_films, look_up_film, look_up_suspects
from media_analysis.services.looking import Finding, SeenFace, Sight, look_up, look_up_faces
from media_analysis.services.match_frames import frames_of
from media_analysis.services.pictures import read_preview
from media_analysis.services.steps import versions
from media_analysis.services.workbench import face_analyzer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

FRAMES_LOOKED_UP = 40
"""At most so many shots of a video are put to the proof; its other frames are found by hash from photos."""

SAME_PHOTOGRAPH = (MatchKind.COPY, MatchKind.FRAME, MatchKind.NEAR_IN_TIME)
LOOKS = (MatchKind.COPY, MatchKind.FRAME, MatchKind.NEAR_IN_TIME, MatchKind.SCENE)
"""The ways in which two pictures look alike, the closest first."""


def match_all_signals(material_id: UUID) -> int:
    """Look up everything that was found on a material, write its matches and return how many there are.

    Copies need no second reason: where a pair is identical or a copy, its faces are not matched too.
    """
    material = Material.objects.get(pk=material_id)
    itself_and_identical = {material_id, *_identical(material_id)}
    findings = _looks(material, itself_and_identical)
    matches = [_as_match(material, finding) for finding in findings.values()]
    copied = {finding.material_id for finding in findings.values() if finding.kind in SAME_PHOTOGRAPH}
    copied |= _known_copies(material_id)
    faces = look_up_faces(_seen_faces(material_id), None, leave_out=itself_and_identical | copied)
    matches += [_as_match(material, finding) for finding in faces]
    return _write(material_id, matches)


def _looks(material: Material, leave_out: set[UUID]) -> dict[tuple[UUID, MatchKind], Finding]:
    """Look up what a material looks like: of a video the passages of films first, then its shots."""
    findings: dict[tuple[UUID, MatchKind], Finding] = {}
    passages: list[Finding] = []
    if material.kind == Kind.VIDEO:
        shots = [[bytes.fromhex(each) for each in turned] for _, turned in _orientations(material.pk)]
        passages = look_up_film(material, shots, leave_out=leave_out)
    shared = {finding.material_id for finding in passages}
    for sight in _sights(material):
        for finding in look_up(sight, None, leave_out=leave_out | shared):
            _keep_strongest(findings, between_films(finding))
    passages += look_up_suspects(material, _suspects(findings))
    for finding in passages:
        findings[finding.material_id, finding.kind] = finding
    return findings


def _suspects(findings: dict[tuple[UUID, MatchKind], Finding]) -> list[UUID]:
    """Return the films of which one frame is connected with one of this film, the strongest first."""
    found = [
        each for each in findings.values() if each.own_at_ms is not None and each.other_at_ms is not None
    ]
    ordered = sorted(found, key=lambda each: (LOOKS.index(each.kind), -each.strength))
    return list(dict.fromkeys(each.material_id for each in ordered))


def _identical(material_id: UUID) -> set[UUID]:
    return {
        each.other_material_id
        for each in exact_neighbours([material_id], None)
        if each.kind == ExactSignal.Kind.PIXELS
    }


def _known_copies(material_id: UUID) -> set[UUID]:
    """Return what was found to be the same photograph when it was the other's turn to be looked up."""
    standing = Match.objects.of_material(material_id).of_kinds((MatchKind.COPY, MatchKind.FRAME))
    return {side for pair in standing.values_list("left", "right") for side in pair}


def _sights(material: Material) -> Iterator[Sight]:
    """Yield what can be looked up of a material: the photo, or the kept frames of a video."""
    kept = 0
    for at_ms, orientations in _orientations(material.pk):
        picture = read_preview(material.pk, at_ms=at_ms)
        if picture is not None and kept < FRAMES_LOOKED_UP:
            kept += 1
            yield Sight(picture, [bytes.fromhex(turned) for turned in orientations], at_ms)


def _orientations(material_id: UUID) -> Iterator[tuple[int | None, list[str]]]:
    rows = Analysis.objects.filter(material=material_id, analyzer="hashes").order_by("segment")
    for result in rows.values_list("result", flat=True):
        yield from result.get("orientations", [])


def _seen_faces(material_id: UUID) -> list[SeenFace]:
    faces = Face.objects.filter(material=material_id, model_id=face_analyzer().model_id)
    return [SeenFace(face.box, np.asarray(face.embedding, np.float32), face.at_ms) for face in faces]


def _keep_strongest(findings: dict[tuple[UUID, MatchKind], Finding], finding: Finding) -> None:
    key = (finding.material_id, finding.kind)
    if key not in findings or finding.strength > findings[key].strength:
        findings[key] = finding


def _as_match(material: Material, finding: Finding) -> Match:
    is_left = material.pk < finding.material_id
    left, right = (material.pk, finding.material_id) if is_left else (finding.material_id, material.pk)
    return Match(
        id=derived_id(left, right, finding.kind),
        kind=finding.kind,
        left_id=left,
        right_id=right,
        score=finding.score,
        distance=finding.distance,
        threshold=finding.threshold,
        algorithm=finding.algorithm,
        version=versions()["faces" if finding.kind == MatchKind.FACE else "scene"],
        regions=_regions(finding, is_left=is_left),
        found_at=timezone.now(),
    )


def _regions(finding: Finding, *, is_left: bool) -> dict[str, Any]:
    own, other = ("left", "right") if is_left else ("right", "left")
    points = finding.points if is_left else [[x2, y2, x1, y1] for x1, y1, x2, y2 in finding.points]
    return {
        own: [list(box) for box in finding.own],
        other: [list(box) for box in finding.other],
        f"{own}_at_ms": finding.own_at_ms,
        f"{other}_at_ms": finding.other_at_ms,
        **_ranges(finding, own, other),
        "points": [[round(value, 4) for value in point] for point in points],
        **finding.detail,
    }


def _ranges(finding: Finding, own: str, other: str) -> dict[str, list[list[int]]]:
    if not finding.own_ranges_ms:
        return {}
    return {
        f"{own}_ranges_ms": [list(each) for each in finding.own_ranges_ms],
        f"{other}_ranges_ms": [list(each) for each in finding.other_ranges_ms],
    }


def _write(material_id: UUID, matches: list[Match]) -> int:
    """Write a material's matches; a pair that is matched again keeps its row and its id."""
    with transaction.atomic():
        rows = _closest_looks(material_id, matches)
        Match.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=("left", "right", "kind"),
            update_fields=("score", "distance", "threshold", "algorithm", "version", "regions", "found_at"),
            batch_size=500,
        )
        name_match_frames([frame for row in rows for frame in frames_of(row)])
    return len(rows)


def _closest_looks(material_id: UUID, matches: list[Match]) -> list[Match]:
    """Keep of each pair only the closest way in which two pictures look alike, rows that stand included.

    Looked at from its other side a pair may prove more than before, never less; passages of two films are
    more than a frame of theirs.
    """
    closest = {
        (row.left_id, row.right_id): row
        for row in sorted((row for row in matches if row.kind in LOOKS), key=_looseness, reverse=True)
    }
    kept = [row for row in matches if row.kind not in LOOKS]
    for standing in Match.objects.of_material(material_id).of_kinds(LOOKS):
        found = closest.get((standing.left_id, standing.right_id))
        if found is None:
            continue
        if _looseness(found) > _looseness(standing):
            del closest[standing.left_id, standing.right_id]
        elif found.kind != standing.kind:
            standing.delete()
    return kept + list(closest.values())


def _looseness(match: Match) -> tuple[int, bool]:
    return LOOKS.index(MatchKind(match.kind)), "left_ranges_ms" not in match.regions
