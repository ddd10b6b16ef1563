"""CSV that no spreadsheet takes for a program. Pure."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# OWASP, "CSV Injection": what begins so is computed, full-width twins included by some programs.
_COMPUTED: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def rows_of_csv(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a CSV file row by row; every cell is quoted, and none is computed when it is opened."""
    yield _row(head)
    for row in rows:
        yield _row(row)


def _row(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow(_safe(cell) for cell in cells)
    return written.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_COMPUTED) else cell
