"""Committed data for the tests of access: inside a test's transaction one request's rights serve the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.access.askers import HOME, Asker, make_askers, officer_of
from tests.access.belongings import Belongings, make_belongings
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
