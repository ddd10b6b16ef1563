"""Reading a CSV file of officers to invite, and writing the report on it."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from icse.common.errors import DomainError

COLUMNS: Final = ("email", "name", "unit", "role")
LARGEST_FILE: Final = 256 * 1024
MOST_ROWS: Final = 500

# What a spreadsheet takes for a formula (OWASP, CSV injection).
_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


class BadFile(DomainError):
    """The file is no list of officers that could be read."""

    reason = "bad_file"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file as it was written; `number` counts from 1, the line of names included."""

    number: int
    email: str
    name: str
    unit: str
    role: str


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row, what is wrong with it and what to do; nothing where it can be invited."""

    row: Row
    problem: str = ""
    advice: str = ""


def decoded(content: bytes) -> str:
    """Return the text of an uploaded file.

    Raises:
        BadFile: It is too large, or no UTF-8.
    """
    if len(content) > LARGEST_FILE:
        raise BadFile(f"The file is larger than {LARGEST_FILE // 1024} KB. Split it.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile("The file is not UTF-8. Save it as “CSV UTF-8”.") from None


def read_rows(text: str) -> list[Row]:
    """Read the rows of a file whose first line names its columns, in any order, by comma or semicolon.

    Raises:
        BadFile: A column is missing, there are no rows, or too many of them.
    """
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        places = _places(next(lines, []))
        rows = [_row(lines.line_num, cells, places) for cells in lines if any(map(str.strip, cells))]
    except csv.Error as refusal:
        raise BadFile(f"The file cannot be read as CSV: {refusal}.") from None
    if not rows:
        raise BadFile("The file names no officers below its first line.")
    if len(rows) > MOST_ROWS:
        raise BadFile(f"The file has {len(rows)} rows; {MOST_ROWS} are taken at once. Split it.")
    return rows


def write_report(rows: Iterable[CheckedRow]) -> str:
    """Write the report as CSV; no cell of it is taken for a formula by a spreadsheet."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow(["line", *COLUMNS, "problem", "what to do"])
    for each in rows:
        row = each.row
        cells = (row.email, row.name, row.unit, row.role, each.problem, each.advice)
        writer.writerow([row.number, *map(harmless, cells)])
    return written.getvalue()


def harmless(cell: str) -> str:
    """Return a cell that a spreadsheet shows as the text it is."""
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return ";" if first.count(";") > first.count(",") else ","


def _places(names: list[str]) -> dict[str, int]:
    found = {name.strip().lower(): place for place, name in enumerate(names)}
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise BadFile(
            f"The first line must name the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}."
        )
    return {name: found[name] for name in COLUMNS}


def _row(number: int, cells: list[str], places: dict[str, int]) -> Row:
    told = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
    return Row(number, **told)
