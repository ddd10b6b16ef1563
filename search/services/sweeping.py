"""Writes of the clock: query pictures are kept for a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from evidence.store import Shelf, store
from search.models import PictureQuery
from search.services.asking import lock_query_picture

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
    swept = old.count()
    old.filter(material__isnull=False).delete()
    for sha256 in set(old.values_list("sha256", flat=True)):
        _sweep_picture(sha256, before=moment - QUERIES_KEPT)
    return swept


def _sweep_picture(sha256: str, *, before: datetime) -> None:
    """Delete the old queries of one picture, and its bytes where no younger query needs them."""
    with transaction.atomic():
        lock_query_picture(sha256)
        PictureQuery.objects.filter(sha256=sha256, asked_at__lt=before).delete()
        if not PictureQuery.objects.filter(sha256=sha256).exists():
            store().delete(Shelf.QUERIES, sha256)
