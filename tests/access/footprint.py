"""What an operation has left behind: rows of every table, and files of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    from pathlib import Path

_AUDIT: Final = "audit_inboxevent"
"""A refusal is put on record."""

_SESSIONS: Final = frozenset({"django_session", "usersessions_usersession"})
"""A session knows when it was last used: it is only counted."""

Footprint = dict[str, tuple[int, int]]


def footprint() -> Footprint:
    """Return the number of rows of each table with a digest of them, and the number of files in the store."""
    counted = "SELECT '{0}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM \"{0}\" AS t"
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = sorted({name for (name,) in cursor.fetchall()} - {_AUDIT})
        cursor.execute(" UNION ALL ".join(counted.format(name) for name in tables))
        rows = {
            name: (count, 0 if name in _SESSIONS else int(digest))
            for name, count, digest in cursor.fetchall()
        }
    root: Path = settings.EVIDENCE_DIR
    return rows | {"files": (sum(1 for path in root.rglob("*") if path.is_file()), 0)}


def changes(before: Footprint, after: Footprint) -> list[str]:
    """Return what differs, by name."""
    return [name for name, rows in after.items() if before.get(name) != rows]
