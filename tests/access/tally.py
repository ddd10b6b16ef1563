"""How many cells of the table were asked, and how long that took; a plugin that prints it at the end.

Where several processes work, the one that prints loads no conftest of this folder.
"""

from dataclasses import dataclass
from typing import Any, Final

import pytest


@dataclass
class Tally:
    """Counts one run of the tests."""

    cells: int = 0
    seconds: float = 0.0


TALLY: Final = Tally()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many cells of the table were asked, by this process and by those that worked for it."""
    if TALLY.cells:
        terminalreporter.write_line(f"access matrix: {TALLY.cells} cells in {TALLY.seconds:.0f} s")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the tally of one of several processes to the one that prints it."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["cells"] = (TALLY.cells, TALLY.seconds)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add up what a process that has ended has asked; one that was ended has left nothing."""
    cells, seconds = getattr(node, "workeroutput", {}).get("cells", (0, 0.0))
    TALLY.cells += cells
    TALLY.seconds += seconds
