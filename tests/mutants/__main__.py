"""Take away one rule about access at a time and see that a test fails: `make mutants`.

Each mutant is tried in a copy of the committed project, first by the tests that stand nearest. What no test
notices is printed, and the share of those that were noticed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Final

from tests.mutants.changes import Mutant, mutants_of
from tests.mutants.plugin import RULE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ROOT: Final = Path(__file__).parents[2]
_FAILED: Final = 1
_MOST_SECONDS: Final = 900

_NEAR: Final = {
    "accounts/audit": ["tests/unit/accounts", "tests/integration/audit"],
    "accounts/onboarding": ["tests/unit/onboarding", "tests/integration/onboarding"],
    "accounts/sharing": ["tests/integration/sharing"],
    "accounts/signing_in": [
        "tests/integration/signing_in",
        "tests/integration/onboarding/test_officers.py",
    ],
    "accounts": ["tests/unit/accounts", "tests/integration/accounts"],
    "evidence": ["tests/unit/evidence", "tests/integration/evidence", "tests/integration/sharing"],
    "forum": ["tests/integration/forum"],
    "media_analysis": ["tests/integration/media_analysis", "tests/integration/series"],
    "search": ["tests/integration/search"],
    "series/hits": ["tests/integration/series/test_hits.py"],
    "series": ["tests/unit/series", "tests/integration/series"],
}
_OF_THE_FLOOR: Final = [
    "tests/access/test_rows.py",
    "tests/integration/accounts/test_acting.py",
    "tests/integration/series/test_grants.py",
    "tests/integration/sharing",
]
_EVERYTHING: Final = ["tests/access/test_foreign_keys.py", "tests/access/test_matrix.py"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="Mutants whose words hold this.")
    parser.add_argument("--every", type=int, default=1, help="Try one of so many, the first and so on.")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    with ThreadPoolExecutor(options.jobs) as pool, _copies(options.jobs) as copies:
        mutants = [*mutants_of(_ROOT), *_of_floor(copies)]
        wanted = [each for each in mutants if options.only in each.words][:: options.every]
        leaving_out = _tests_of_floor(copies) if any(each.is_filter for each in wanted) else []
        noticed = list(pool.map(lambda mutant: _try(mutant, copies, leaving_out), wanted))
    survivors = [mutant.words for mutant, is_noticed in zip(wanted, noticed, strict=True) if not is_noticed]
    _say(f"{sum(noticed)} of {len(wanted)} mutants were noticed")
    sys.exit(1 if survivors else 0)


@contextmanager
def _copies(number: int) -> Iterator[Queue[Path]]:
    """Yield so many copies of what is committed, each with servers of its own."""
    copies: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory(prefix="icse-mutants-") as folder:
        for name in map(str, range(number)):
            copy = Path(folder, name)
            subprocess.run(["git", "clone", "--quiet", _ROOT, copy], check=True)  # noqa: S607
            (copy / ".venv").symlink_to(Path(sys.prefix))
            copies.put(copy)
        Path(folder).chmod(0o755)  # PostgreSQL of the tests is not root
        yield copies


def _of_floor(copies: Queue[Path]) -> list[Mutant]:
    """Return a mutant for each policy and view of the database."""
    copy = copies.get()
    listed = _pytest(copy, ["tests/integration/icse/test_floor.py", "-s"], rule="list").stdout
    copies.put(copy)
    words = [line.split("\t")[1] for line in listed.splitlines() if line.startswith("rule\t")]
    return [Mutant(f"floor: {each}", rule=number) for number, each in enumerate(words)]


def _tests_of_floor(copies: Queue[Path]) -> list[str]:
    """Return what leaves out the tests that fail without the floor: they would notice its absence alone."""
    copy = copies.get()
    told = _pytest(copy, ["--maxfail=1000", "-rfE", "--tb=no", *_EVERYTHING], rule="all").stdout
    copies.put(copy)
    lines = (line.split() for line in told.splitlines() if line.startswith(("FAILED ", "ERROR ")))
    return [f"--deselect={words[1]}" for words in lines]


def _try(mutant: Mutant, copies: Queue[Path], leaving_out: Sequence[str]) -> bool:
    """Return whether a test notices a mutant, and say so."""
    copy, began = copies.get(), time.monotonic()
    path = copy / mutant.path if mutant.path else None
    original = path.read_text(encoding="utf-8") if path else ""
    try:
        if path:
            path.write_text(mutant.text, encoding="utf-8")
        rule, more = ("all", leaving_out) if mutant.is_filter else (mutant.rule, ())
        is_noticed = any(
            _pytest(copy, [*tests, *more], rule=rule).returncode == _FAILED for tests in _tests(mutant)
        )
    finally:
        if path:
            path.write_text(original, encoding="utf-8")
        copies.put(copy)
    _say(f"{'noticed' if is_noticed else 'NOT NOTICED'} {mutant.words} ({time.monotonic() - began:.0f} s)")
    return is_noticed


def _tests(mutant: Mutant) -> list[list[str]]:
    """Return the tests that stand nearest to a mutant, and then all that ask who may what."""
    near = _OF_THE_FLOOR if mutant.rule is not None else []
    for room in sorted(_NEAR, key=len, reverse=True):
        if mutant.path.startswith(f"{room}/"):
            near = _NEAR[room]
            break
    return [near, _EVERYTHING]


def _pytest(copy: Path, tests: Sequence[str], *, rule: object) -> subprocess.CompletedProcess[str]:
    named = {} if rule is None else {RULE: str(rule)}
    return subprocess.run(
        [
            copy / ".venv/bin/pytest",
            "-q",
            "-x",
            "-p",
            "tests.mutants.plugin",
            "-p",
            "no:cacheprovider",
            *tests,
        ],
        cwd=copy,
        env=os.environ | named,
        capture_output=True,
        text=True,
        timeout=_MOST_SECONDS,
        check=False,
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
