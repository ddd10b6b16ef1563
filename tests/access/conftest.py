"""Committed data for the tests of access: inside a test's transaction one request's rights serve the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.access.askers import HOME, Asker, make_askers, officer_of
from tests.access.belongings import Belongings, make_belongings
from tests.access.tally import TALLY
from tests.factories.accounts import members_scope
from tests.factories.queues import queues_alive


@dataclass(frozen=True)
class AccessWorld:
    """Who asks, and what there is to be asked for, by asker and relation."""

    askers: Mapping[str, Asker]
    belongings: Mapping[str, Mapping[str, Belongings]]


@pytest.fixture(autouse=True)
def db() -> None:
    """Stand in for pytest-django's transaction around each test: the tests of this folder need none."""


@pytest.fixture(scope="module")
def access_world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, valkey_server: str
) -> Iterator[AccessWorld]:
    """Commit one world for the tests of a module, and empty the tables after the last of them."""
    with django_db_blocker.unblock():
        queues_alive()
        askers = make_askers()
        owners = {name: asker.officer or officer_of(HOME) for name, asker in askers.items()}
        try:
            yield AccessWorld(askers, make_belongings(owners))
        finally:
            call_command("flush", verbosity=0, interactive=False)
            members_scope()


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
    """Add up what a process that has ended has asked."""
    cells, seconds = node.workeroutput.get("cells", (0, 0.0))
    TALLY.cells += cells
    TALLY.seconds += seconds
