"""What every test may ask for: real servers and the roles of the database."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from evidence.keys import KeyFile, key_holder
from evidence.store import store
from icse.embedded.layout import Layout
from tests.roles import database_role, served
from tests.servers import own_slot, running_postgres, running_valkey

# How long an example takes says how busy the machine is, and nothing of what is tested.
hypothesis_settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("tests")

pytest_plugins = ("tests.access.tally", "tests.cast", "tests.desk", "tests.world")

RoleSwitch = Callable[[], AbstractContextManager[None]]
ServedSwitch = Callable[..., AbstractContextManager[None]]


@pytest.fixture(scope="session")
def layout() -> Layout:
    """Return where the servers of the test runs live."""
    return Layout(settings.DATA_DIR)


@pytest.fixture(scope="session")
def postgres_server(layout: Layout) -> Iterator[None]:
    """Keep PostgreSQL running for this session."""
    with running_postgres(layout):
        yield


@pytest.fixture(scope="session")
def valkey_server(layout: Layout) -> Iterator[str]:
    """Keep Valkey running for this session and return its address."""
    with running_valkey(layout):
        yield layout.broker_url()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres_server: None, valkey_server: str, layout: Layout) -> Iterator[None]:
    """Give each of several sessions on one machine a database on the shared server, and a store."""
    default = settings.DATABASES["default"]
    default.update(layout.database("owner"))
    # The first run of a clone makes the password only now.
    settings.BROKER_URL = settings.CELERY_BROKER_URL = valkey_server
    with own_slot(layout) as number:
        default["TEST"]["NAME"] = f"test_icse_{number}"
        settings.EVIDENCE_DIR = layout.data_dir / f"evidence-{number}"
        KeyFile(settings.KEY_FILE).make()
        # As on a fresh machine: a test must not pass because an earlier run left a file behind.
        shutil.rmtree(settings.EVIDENCE_DIR, ignore_errors=True)
        store.cache_clear()
        store()
        yield


@pytest.fixture
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test an empty store and return its folder."""
    monkeypatch.setattr(settings, "EVIDENCE_DIR", tmp_path / "evidence")
    store.cache_clear()
    yield tmp_path / "evidence"
    store.cache_clear()


@pytest.fixture
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test a key file of its own and return it."""
    monkeypatch.setattr(settings, "KEY_FILE", tmp_path / "keys")
    KeyFile(settings.KEY_FILE).make()
    key_holder.cache_clear()
    yield tmp_path / "keys"
    key_holder.cache_clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """End what threads of servers and sockets left open, so that the database can go."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )


@pytest.fixture(scope="session")
def django_db_use_migrations() -> bool:
    """Build the test database by the real migrations, functions and grants included."""
    return True


@pytest.fixture
def as_app(db: None) -> ServedSwitch:
    """Return a context manager in which the database sees the test as `icse_app`, serving an officer."""
    return served


@pytest.fixture
def as_engine(db: None) -> RoleSwitch:
    """Return a context manager in which the database sees the test as `icse_engine`."""
    return partial(database_role, "icse_engine")
