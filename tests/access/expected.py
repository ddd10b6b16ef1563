"""The one table of expected answers, read from the document in which reviewers read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from accounts.models import Role
from tests.access.askers import ASKERS
from tests.access.belongings import RELATIONS

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "access-matrix.md"

_GROUPS: Final = {"everybody": ASKERS, "everybody who is signed in": tuple(Role.values)}
_HEADS: Final = {"rules": ["rule", "askers", *RELATIONS], "operations": ["name", "method", "rule", "carries"]}


@dataclass(frozen=True)
class Operation:
    """One method of one address: by which rule it is answered, and by what a shown object is known."""

    rule: str
    carries: str


def read_rules() -> dict[str, dict[str, dict[str, str]]]:
    """Return the expected answers: `{rule: {asker: {relation: answer}}}`; empty cells are left out."""
    rules: dict[str, dict[str, dict[str, str]]] = {}
    for rule, askers, *answers in _rows(_HEADS["rules"]):
        expected = {relation: answer for relation, answer in zip(RELATIONS, answers, strict=True) if answer}
        for asker in _GROUPS.get(askers, tuple(askers.split(", "))):
            rules.setdefault(rule, {})[asker] = expected
    return rules


def read_operations() -> Mapping[tuple[str, str], Operation]:
    """Return the operations of the table by name of the address and method."""
    return {
        (name, method): Operation(rule, carries)
        for name, method, rule, carries in _rows(_HEADS["operations"])
    }


def _rows(head: list[str]) -> Iterator[list[str]]:
    """Yield the cells of each row of the table with these columns."""
    is_inside = False
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells == head:
            is_inside = True
        elif not line.startswith("|"):
            is_inside = False
        elif is_inside and not line.startswith("|---"):
            yield cells
