"""How much there is and waits, over all countries together: for whoever runs the platform."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection


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
