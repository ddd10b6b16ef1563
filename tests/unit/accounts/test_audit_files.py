"""Files of the audit log: spreadsheets that compute nothing, notes told apart however they are kept."""

import csv
import io
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.audit.bounds import OBJECTS_EACH, TEXT_LENGTH, as_line, bounded
from accounts.audit.errors import NoteNotSigned
from accounts.audit.notes import read_notes, write_notes
from accounts.audit.sealing import note_body, open_note, private_key, sign_note
from accounts.audit.spreadsheets import rows_of_csv

KEY = private_key("A" * 43)


def _notes(count: int) -> list[str]:
    return [
        sign_note(note_body(uuid4(), number, bytes(32), datetime(2026, 1, 1, tzinfo=UTC)), KEY)
        for number in range(1, count + 1)
    ]


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n\0")), min_size=1))
def test_no_cell_is_computed_and_none_is_lost(cells: list[str]) -> None:
    (row,) = csv.reader(io.StringIO("".join(rows_of_csv(cells, []))))

    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row)
    assert [cell.removeprefix("'") for cell in row] == [cell.removeprefix("'") for cell in cells]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"])
def test_what_a_spreadsheet_would_compute_is_quoted(cell: str) -> None:
    ((told,),) = csv.reader(io.StringIO("".join(rows_of_csv([cell], [])), newline=""))

    assert told == f"'{cell}"


@pytest.mark.parametrize("between", ["", "\n", "\n\n\n", "# a remark\n"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_notes_are_told_apart(between: str, line_end: str) -> None:
    notes = _notes(3)
    kept = between.join(notes).replace("\n", line_end)

    assert read_notes(kept) == notes
    assert [open_note(note, KEY.public_key())[1] for note in read_notes(kept)] == [1, 2, 3]


def test_file_of_notes_is_read_as_it_was_written() -> None:
    notes = _notes(3)

    assert read_notes(write_notes(notes, ["icse/audit+key"])) == notes


@pytest.mark.parametrize("text", ["", "# nothing\n", "icse/audit/x\n1\n", _notes(1)[0] + "icse/audit/x\n2\n"])
def test_file_that_ends_early_is_refused(text: str) -> None:
    with pytest.raises(NoteNotSigned):
        read_notes(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.uuids(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_detail_is_of_bounded_size_and_can_be_kept(value: object) -> None:
    def check(part: object) -> None:
        if isinstance(part, str):
            assert len(part) <= TEXT_LENGTH
            assert "\0" not in part
            part.encode()
        for each in part if isinstance(part, list) else part.values() if isinstance(part, dict) else ():
            check(each)

    check(bounded(value))


def test_long_text_and_ids_are_told_as_text() -> None:
    pk = uuid4()
    assert bounded({"id": pk, "words": "x" * 2 * TEXT_LENGTH}) == {"id": str(pk), "words": "x" * TEXT_LENGTH}
    assert as_line("two\nlines\0", 20) == "two lines "
    assert OBJECTS_EACH == 500
    assert bounded([UUID(int=0)]) == [str(UUID(int=0))]
