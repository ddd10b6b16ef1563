"""Writes of an officer: asking by picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from accounts.audit.recording import record
from accounts.policies import Permission
from accounts.queries import scopes_of
from evidence.errors import FileEmpty
from evidence.formats import recognise
from evidence.models import Kind, Material
from evidence.objects import wrapped_for
from evidence.queries import get_visible_material
from evidence.store import Shelf, store
from icse.common.jobs import Urgency, enqueue
from search.errors import BadBox, NotAPicture, PictureMissing, PictureNotReady
from search.models import PictureQuery
from search.policies import check_can_search

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer
    from evidence.receiving import ReceivedFile
    from search.boxes import Box

LEAST_SIDE: Final = 0.02
ROUNDING: Final = 0.0001
"""So far past the edge a browser's drawn box may end."""

FILE_NAME_LENGTH: Final = 500


def ask_picture(
    *,
    by: Officer,
    upload: ReceivedFile | None = None,
    material_id: UUID | None = None,
    box: Box | None = None,
    at_ms: int = 0,
) -> PictureQuery:
    """Ask what shows the same as an uploaded picture, or as a visible material at a place in its film.

    `box` is the drawn part, relative to the picture; without it the whole is meant. The picture is kept
    only for the search. A worker answers, looking no further than the asker may at this moment.

    Raises:
        AccessDenied: The officer's role may not see material.
        PictureMissing: Neither or both of upload and material are given.
        NotFound: The officer may not see the material.
        PictureNotReady: The material is not analyzed for the officer yet.
        FileEmpty, UnsupportedFormat, NotAPicture: The upload is no photo that the platform reads.
        BadBox: The drawn part does not lie in the picture.
    """
    try:
        check_can_search(by)
        _check_box(box)
        with transaction.atomic():
            query = PictureQuery(officer=by, scopes=list(scopes_of(by)), box=box, at_ms=at_ms)
            if upload is not None and material_id is None:
                _keep_upload(query, upload)
            elif material_id is not None and upload is None:
                query.material = _analyzed_material(by, material_id)
            else:
                raise PictureMissing
            query.save()
            record("picture.asked", query.pk, by=by, right=Permission.MATERIAL_SEE, **query.asked_with())
            enqueue(
                "search.answer_picture_query", queue="query", urgency=Urgency.URGENT, query_id=str(query.pk)
            )
    finally:
        if upload is not None:
            upload.discard()
    return query


def _analyzed_material(by: Officer, material_id: UUID) -> Material:
    material = get_visible_material(by, material_id)
    if not Material.objects.analyzed_for(by).filter(pk=material_id).exists():
        raise PictureNotReady
    return material


def _keep_upload(query: PictureQuery, upload: ReceivedFile) -> None:
    if upload.size == 0:
        raise FileEmpty
    if recognise(upload.head, upload.size).kind != Kind.PHOTO.value:
        raise NotAPicture
    store().commit(upload.incoming, Shelf.QUERIES, query.object_name)
    query.sha256 = upload.sha256
    query.country_id = query.officer.unit.country_id
    query.wrapped_key = wrapped_for(upload.key, query.country_id)
    query.file_name = upload.file_name[:FILE_NAME_LENGTH]


def _check_box(box: Box | None) -> None:
    if box is None:
        return
    x, y, width, height = box
    inside = 0 <= x < 1 and 0 <= y < 1 and max(x + width, y + height) <= 1 + ROUNDING
    if not inside or min(width, height) < LEAST_SIDE:
        raise BadBox
