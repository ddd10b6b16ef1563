"""What a mutant changes: one rule about access that is taken away, in the code or in the database."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FILTERS: Final = "querysets.py"
_WRITTEN_IN: Final = frozenset({"policies.py", _FILTERS})
"""Where the rules are written; the floor's are asked of the database. They are asked anywhere."""

_ELSEWHERE: Final = frozenset({".venv", "bench", "engine", "tests", "var"})
_NARROWING: Final = frozenset({"filter", "exclude"})


@dataclass(frozen=True)
class Mutant:
    """One change: a source file with its new text, or the number of a rule of the floor."""

    words: str
    path: str = ""
    text: str = ""
    rule: int | None = None

    @property
    def is_filter(self) -> bool:
        """Tell whether a filter was changed: the floor beneath it has to be away for that to be noticed."""
        return self.path.endswith(_FILTERS)


def mutants_of(root: Path) -> Iterator[Mutant]:
    """Yield every change of the code under a folder, rule by rule."""
    for path in sorted(root.glob("*/**/*.py")):
        if not _ELSEWHERE & set(path.relative_to(root).parts):
            yield from _of_file(root, path)


def _of_file(root: Path, path: Path) -> Iterator[Mutant]:
    source = path.read_text(encoding="utf-8")
    name = str(path.relative_to(root))
    find = _changes if path.name in _WRITTEN_IN else _unasked
    for node in ast.walk(ast.parse(source)):
        for words, begin, end, text in find(node, source):
            changed = source[:begin] + text + source[end:]
            yield Mutant(f"{name}:{getattr(node, 'lineno', 0)} {words}", name, changed)


def _unasked(node: ast.AST, source: str) -> Iterator[tuple[str, int, int, str]]:
    """Yield a question to a policy that is not asked any more."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call) if name.startswith("check_"):
            yield f"without {name}", *_span(call, source), "None"


def _changes(node: ast.AST, source: str) -> Iterator[tuple[str, int, int, str]]:
    """Yield what is taken away at one place: in words, and the part of the source with its new text."""
    yield from _unasked(node, source)
    match node:
        case ast.If(body=[ast.Raise()], orelse=[]):
            yield "does not refuse", *_span(node.test, source), "False"
        case ast.Return(value=ast.Compare() as test):
            yield "says yes", *_span(test, source), "True"
        case ast.BoolOp(op=ast.And(), values=parts):
            for part in parts:
                yield f"without {ast.unparse(part)[:50]}", *_span(part, source), "True"
        case ast.Call(func=ast.Attribute(attr=attr, value=rows)) if attr in _NARROWING:
            kept = ast.get_source_segment(source, rows) or ""
            yield f"without .{attr}(…)", *_span(node, source), f"{kept}.all()"


def _span(node: ast.expr, source: str) -> tuple[int, int]:
    """Return where an expression begins and ends in the source, in characters."""
    lines = source.splitlines(keepends=True)
    before = [sum(map(len, lines[: number - 1])) for number in (node.lineno, node.end_lineno or node.lineno)]
    columns = (
        len(lines[number - 1].encode()[:column].decode())
        for number, column in ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
        if number is not None and column is not None
    )
    begin, end = (at + column for at, column in zip(before, columns, strict=True))
    return begin, end
