"""Files of signed notes, as a witness keeps them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from accounts.audit.errors import NoteNotSigned

if TYPE_CHECKING:
    from collections.abc import Iterable

SIGNATURE: Final = "\u2014 "
_COMMENT: Final = "#"

_HEAD: Final = """\
# Checkpoints of the audit log: for each chain (a country's events), how many events it held, the digest
# of the last one, and when that was signed. Keep this file where whoever runs the platform cannot reach it.
# manage.py verify_audit --witness FILE proves that the log still says what it said then.
"""


def write_notes(notes: Iterable[str], public_keys: Iterable[str]) -> str:
    """Return a file of signed notes, with the keys that prove them."""
    keys = "".join(f"{_COMMENT} public key: {key}\n" for key in public_keys)
    return "\n".join([_HEAD + keys, *notes])


def read_notes(text: str) -> list[str]:
    """Return the signed notes of a file, whatever its line ends and the blank lines between them.

    A note ends with its signature's line, which is how notes are told apart.

    Raises:
        NoteNotSigned: The file ends before a note's signature, or holds none at all.
    """
    notes, lines = [], list[str]()
    for line in text.splitlines():
        if not lines and (not line.strip() or line.startswith(_COMMENT)):
            continue
        lines.append(line)
        if line.startswith(SIGNATURE):
            notes.append("\n".join(lines) + "\n")
            lines = []
    if lines or not notes:
        raise NoteNotSigned
    return notes
