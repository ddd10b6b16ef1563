"""Writes of the engine: answering picture queries, within the scopes in which they were asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils import timezone

from evidence.errors import FileUnavailable
from evidence.keys import key_holder
from evidence.models import Material
from evidence.store import Shelf, store
from icse.common.sealing import SealedFile
from media_analysis.engine.decoding.errors import AttemptFailed, DecodeError
from media_analysis.engine.hashes.analyzer import dihedral_pdq
from media_analysis.engine.pictures import Picture
from media_analysis.models import ExactSignal, MatchKind
from media_analysis.queries.matches import EXACT, exact_neighbours
from media_analysis.services.looking import Finding, SeenFace, Sight, look_up, look_up_faces
from media_analysis.services.pictures import read_preview
from media_analysis.services.workbench import decoder, face_analyzer
from search.boxes import WHOLE, box_in_whole, cut_out, points_in_whole
from search.models import PictureQuery, PictureQueryHit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from search.boxes import Box

NOT_READABLE: Final = "The picture could not be read this time. Ask again."


def answer_picture_query(*, query_id: UUID) -> str:
    """Look a query's picture up, write its hits and return the state of the query.

    A query that is gone or answered already is left as it is; one that was answered half-way by a worker
    that died is answered anew.
    """
    query = PictureQuery.objects.filter(pk=query_id, state=PictureQuery.State.WAITING).first()
    if query is None:
        return "nothing to answer"
    try:
        whole, identical = _read(query)
    except (FileNotFoundError, FileUnavailable, AttemptFailed):
        return _close(query, PictureQuery.State.FAILED, error=NOT_READABLE)
    except DecodeError as problem:
        return _close(query, PictureQuery.State.FAILED, error=problem.message)
    box = _box(query)
    findings = _look(query, whole if query.box is None else cut_out(whole, box), identical)
    return _close(query, PictureQuery.State.DONE, hits=[_hit(query, each, box) for each in findings])


def _read(query: PictureQuery) -> tuple[Picture, set[UUID]]:
    """Return the query's picture and the materials that are the same picture."""
    if query.material_id is not None:
        preview = read_preview(query.material_id, at_ms=query.at_ms)
        if preview is None:
            raise FileNotFoundError
        others = exact_neighbours([query.material_id], query.scopes)
        return preview, {each.other_material_id for each in others if each.kind == ExactSignal.Kind.PIXELS}
    if query.country_id is None:  # asked before pictures were sealed, and over within a day
        raise FileNotFoundError
    key = key_holder().unwrap(query.wrapped_key, query.country_id)
    with store().local_path(Shelf.QUERIES, query.object_name) as path:
        still = decoder().still(SealedFile(path, key))
    return Picture(still.pixels), _same_pixels(query, still.pixel_digest) | _same_bytes(query)


def _same_pixels(query: PictureQuery, digest: str) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT material_id FROM media_analysis_exact_members(%s, %s, %s)",
            [[ExactSignal.Kind.PIXELS.value], digest, query.scopes],
        )
        return {material for (material,) in cursor.fetchall()}


def _same_bytes(query: PictureQuery) -> set[UUID]:
    same = Material.objects.in_scopes(query.scopes).filter(sha256=query.sha256)
    return set(same.values_list("pk", flat=True))


def _look(query: PictureQuery, picture: Picture, identical: set[UUID]) -> list[Finding]:
    """Look for the whole picture, or for its part: what is identical is so only as a whole."""
    itself = {query.material_id} if query.material_id else set()
    known = itself | (identical if query.box is None else set())
    same = [
        Finding(material, MatchKind.IDENTICAL, threshold=0.0, algorithm=EXACT, distance=0.0)
        for material in known - itself
    ]
    sights = look_up(Sight(picture, dihedral_pdq(picture)), query.scopes, leave_out=known)
    faces = [SeenFace(face.box, face.embedding) for face in face_analyzer().analyse(picture)]
    return [*same, *sights, *look_up_faces(faces, query.scopes, leave_out=known)]


def _box(query: PictureQuery) -> Box:
    if query.box is None:
        return WHOLE
    x, y, width, height = query.box
    return (x, y, width, height)


def _hit(query: PictureQuery, finding: Finding, box: Box) -> PictureQueryHit:
    regions: dict[str, Any] = {
        "own": [box_in_whole(box, each) for each in finding.own],
        "other": [list(each) for each in finding.other],
        "other_at_ms": finding.other_at_ms,
        "points": points_in_whole(box, finding.points),
        **finding.detail,
    }
    return PictureQueryHit(
        query=query,
        material_id=finding.material_id,
        kind=finding.kind,
        score=finding.score,
        distance=finding.distance,
        threshold=finding.threshold,
        algorithm=finding.algorithm,
        regions=regions,
    )


def _close(query: PictureQuery, state: str, *, hits: Iterable[PictureQueryHit] = (), error: str = "") -> str:
    with transaction.atomic():
        query.hits.all().delete()
        PictureQueryHit.objects.bulk_create(hits, ignore_conflicts=True)
        query.state, query.error, query.answered_at = state, error, timezone.now()
        query.save(update_fields=["state", "error", "answered_at"])
    return str(state)
