"""Reading lists of officers, and writing reports that no spreadsheet executes."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.onboarding.csv_rows import (
    LARGEST_FILE,
    MOST_ROWS,
    BadFile,
    CheckedRow,
    Row,
    decoded,
    harmless,
    read_rows,
    write_report,
)


def test_rows_are_read_in_any_order_of_columns_by_either_delimiter() -> None:
    text = "Role;Unit;E-mail;Name;email\nanalyst;Desk;x;Ann Arden; ann@police.example \n\n"

    assert read_rows(text) == [Row(2, "ann@police.example", "Ann Arden", "Desk", "analyst")]


def test_short_rows_have_empty_cells_and_keep_their_line() -> None:
    rows = read_rows("email,name,unit,role\n\na@b.example\nc@d.example,C")

    assert [(row.number, row.email, row.name, row.role) for row in rows] == [
        (3, "a@b.example", "", ""),
        (4, "c@d.example", "C", ""),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must name the columns"),
        ("email,name,unit\n", "missing: role"),
        ("email,name,unit,role\n", "names no officers"),
        ("email,name,unit,role\n" + "a@b.example,A,U,\n" * (MOST_ROWS + 1), "taken at once"),
    ],
)
def test_file_that_is_no_list_is_refused_with_words(text: str, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        read_rows(text)


def test_decoded_refuses_size_and_other_encodings() -> None:
    with pytest.raises(BadFile, match="larger"):
        decoded(b"a" * (LARGEST_FILE + 1))
    with pytest.raises(BadFile, match="UTF-8"):
        decoded("Ærø".encode("latin-1"))
    assert decoded("\ufeffemail".encode()) == "email"


@given(st.text(max_size=300))
def test_read_rows_reads_or_refuses_whatever_comes(text: str) -> None:
    try:
        rows = read_rows(f"email,name,unit,role\n{text}")
    except BadFile:
        return
    assert 0 < len(rows) <= MOST_ROWS


@given(st.text(st.sampled_from("=+-@\t\r\n'a1;,\""), max_size=12))
def test_no_cell_of_a_report_begins_a_formula(cell: str) -> None:
    report = write_report([CheckedRow(Row(2, cell, cell, cell, cell), "x", "y")])

    (_, cells) = csv.reader(io.StringIO(report, newline=""))
    assert all(not shown.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for shown in cells)
    assert harmless(cell).removeprefix("'") == cell or cell.startswith("'")
