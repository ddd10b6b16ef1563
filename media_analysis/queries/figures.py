"""How much there is and waits, over all countries together: for whoever runs the platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from media_analysis.models import DecoderReport

HEARD_OF: Final = timedelta(minutes=10)
"""A host that said nothing for longer does not count; each is asked every minute, among others."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One sum; `label` says of what, and is empty where there is only one of its name."""

    name: str
    label: str
    value: float


def platform_figures() -> list[Figure]:
    """Return runs by state, the age of the oldest unfinished one in seconds, analyses finished in the last
    minute by analyzer, and files and bytes in the store by shelf."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, label, value FROM media_analysis_figures() ORDER BY name, label")
        return [Figure(*row) for row in cursor.fetchall()]


def decoder_levels() -> tuple[str, ...]:
    """Return in what decoders were held of late, host by host, without saying by which."""
    since = timezone.now() - HEARD_OF
    reports = DecoderReport.objects.filter(reported_at__gt=since)
    return tuple(reports.order_by("level").values_list("level", flat=True))
