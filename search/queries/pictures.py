"""Reads of picture queries and of their answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from icse.common.errors import NotFound
from media_analysis.queries.matches import STRONGEST_FIRST, MatchView
from search.models import PictureQuery, PictureQueryHit
from series.queries.known import known_by_analysis

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer

LOOK_AGAIN_S: Final = 0.15


def get_picture_query(officer: Officer, query_id: UUID) -> PictureQuery:
    """Return one of the officer's own queries.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    query = PictureQuery.objects.visible_to(officer).select_related("material").filter(pk=query_id).first()
    if query is None:
        raise NotFound
    return query


def wait_for_answer(officer: Officer, query_id: UUID, *, seconds: float) -> PictureQuery:
    """Return a query as soon as it is answered, or as it is when the time is over; raises NotFound."""
    deadline = time.monotonic() + seconds
    while True:
        query = get_picture_query(officer, query_id)
        if query.state != PictureQuery.State.WAITING or time.monotonic() >= deadline:
            return query
        time.sleep(LOOK_AGAIN_S)


def list_hits(officer: Officer, query: PictureQuery) -> list[MatchView]:
    """Return what a query found that the officer may see now, the strongest kind first."""
    hits = PictureQueryHit.objects.visible_to(officer).filter(
        query=query, material__in=known_by_analysis(officer)
    )
    return sorted((_view(hit) for hit in hits.select_related("material")), key=_strength)


def _view(hit: PictureQueryHit) -> MatchView:
    return MatchView(
        # The row's own number would tell how much is searched for on the whole platform.
        id=f"{hit.kind}_{hit.material_id}",
        kind=hit.kind,
        other=hit.material,
        score=hit.score,
        distance=hit.distance,
        threshold=hit.threshold,
        algorithm=hit.algorithm,
        version="",
        regions=hit.regions,
    )


def _strength(view: MatchView) -> tuple[int, float, float, str]:
    return (STRONGEST_FIRST[view.kind], -(view.score or 0.0), view.distance or 0.0, str(view.other.pk))
