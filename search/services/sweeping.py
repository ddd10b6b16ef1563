"""Writes of the clock: query pictures are kept for a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from evidence.store import Shelf, store
from search.models import PictureQuery

if TYPE_CHECKING:
    from datetime import datetime

QUERIES_KEPT: Final = timedelta(days=1)
ANSWERS_TAKE: Final = timedelta(minutes=15)
TOO_LATE: Final = "No worker answered in time. Ask again."


def sweep_picture_queries(*, now: datetime | None = None) -> int:
    """Delete queries older than a day with their pictures, give up unanswered ones; return how many went."""
    moment = now or timezone.now()
    waiting = PictureQuery.objects.filter(state=PictureQuery.State.WAITING)
    waiting.filter(asked_at__lt=moment - ANSWERS_TAKE).update(
        state=PictureQuery.State.FAILED, error=TOO_LATE, answered_at=moment
    )
    old = PictureQuery.objects.filter(asked_at__lt=moment - QUERIES_KEPT)
    swept = list(old)
    for query in swept:
        # The picture first: a row whose picture is gone is found again, a picture without a row is not.
        store().delete(Shelf.QUERIES, query.object_name)
    PictureQuery.objects.filter(pk__in=[query.pk for query in swept]).delete()
    return len(swept)
