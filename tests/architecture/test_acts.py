"""Whatever is put on record has words of its own in the log."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from accounts.audit.wording import ACTS
from accounts.models import Country

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ("accounts", "evidence", "media_analysis", "series", "search", "forum")
RECORDERS: Final = {"record", "record_act", "note", "views", "_record"}
AN_ACT: Final = re.compile(r"[a-z_]+\.[a-z_]+")


def _acts_in(path: Path) -> Iterator[str]:
    """Yield what is given to whatever records, or is put into a variable named `act` before."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in RECORDERS:
            given = [*node.args, *(each.value for each in node.keywords if each.arg == "act")]
        elif isinstance(node, ast.Assign) and any(_name(target) == "act" for target in node.targets):
            given = [node.value]
        else:
            continue
        for literal in (part for each in given for part in ast.walk(each)):
            if isinstance(literal, ast.Constant) and AN_ACT.fullmatch(str(literal.value)):
                yield str(literal.value)


def _name(node: ast.expr) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def _recorded() -> set[str]:
    files = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return {act for path in files for act in _acts_in(path)}


def test_every_recorder_is_met() -> None:
    """The search above finds acts of all kinds of calls."""
    assert {"group.made", "hit.declined", "series.merged", "search.asked", "token.used"} <= _recorded()


@pytest.mark.parametrize("act", sorted(_recorded() | {f"country.{state}" for state in Country.State.values}))
def test_act_has_words_of_its_own(act: str) -> None:
    assert act in ACTS
