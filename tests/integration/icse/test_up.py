"""`manage.py up` as a newcomer meets it: started, hurt, stopped and started again."""

import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from psycopg2.extensions import connection as PostgresConnection

from icse.embedded.layout import Layout
from tests.launcher import Launcher, free_port
from tests.processes import command_line, is_alive

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """Make a data folder where PostgreSQL's account may enter, unlike pytest's own temporary folders."""
    folder = settings.DATA_DIR / f"up-{os.getpid()}"
    folder.mkdir(parents=True)
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def installation(data_dir: Path) -> Iterator[Launcher]:
    """Start the platform for the tests of this module."""
    launcher = Launcher(data_dir, free_port())
    yield launcher
    if launcher.process.poll() is None:
        launcher.stop()


@pytest.fixture
def launcher(installation: Launcher) -> Launcher:
    """Return the platform running, started again where the test before has stopped it."""
    installation.ensure_started()
    return installation


def test_every_service_has_one_clear_line(launcher: Launcher) -> None:
    for name in ("postgres", "valkey", "web", "analysis", "interactive", "beat", "audit"):
        assert len(re.findall(rf"^{name} +ready ", launcher.lines(), re.MULTILINE)) == 1


def test_page_answers(launcher: Launcher) -> None:
    assert launcher.status("/healthz") == 200


def test_nothing_listens_beyond_this_machine(launcher: Launcher) -> None:
    postgres = Layout(launcher.data_dir).postgres_socket_dir
    assert (postgres / ".s.PGSQL.5432").is_socket()
    assert {path.stat().st_mode & 0o077 for path in (postgres, Layout(launcher.data_dir).valkey_home)} == {0}


def test_no_password_is_in_acommand_line(launcher: Launcher) -> None:
    secrets = [file.read_text() for file in (launcher.data_dir / "secrets").iterdir()]
    lines = [command_line(pid) for pid in launcher.children()]
    assert len(secrets) >= 6
    assert not [line for line in lines for secret in secrets if secret in line]


@pytest.mark.parametrize("user", ["postgres", "icse_app"])
def test_database_asks_for_password(launcher: Launcher, user: str) -> None:
    folder = Layout(launcher.data_dir).postgres_socket_dir
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(host=str(folder), user=user, dbname="icse", password="wrong")


def test_second_launcher_refuses_the_same_data(launcher: Launcher) -> None:
    second = Launcher(launcher.data_dir, free_port())
    assert second.process.wait(60) == 1
    assert f"in use by another launcher, process {launcher.process.pid}" in second.lines()
    assert launcher.status("/healthz") == 200


def test_taken_port_is_refused_by_name(launcher: Launcher) -> None:
    second = Launcher(launcher.data_dir.with_name("other"), launcher.port)
    assert second.process.wait(60) == 1
    assert f"PORT: 127.0.0.1:{launcher.port} cannot be used" in second.lines()


def test_bad_value_is_refused_by_name(data_dir: Path) -> None:
    refused = Launcher(data_dir.with_name("refused"), 8000, WORKER_CORES="many")
    assert refused.process.wait(60) == 1
    assert "WORKER_CORES: 'many' is not a whole number" in refused.lines()


def test_killed_web_server_is_reported_and_restarted(launcher: Launcher) -> None:
    web = next(pid for pid in launcher.children() if "uvicorn" in command_line(pid))
    os.kill(web, signal.SIGKILL)
    launcher.wait_for(r"web +crashed +code -9, restart in 1 s; see .*web\.log", 10)
    launcher.wait_for(r"web +restarted", 60)
    assert launcher.status("/healthz") == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop_is_clean_and_next_start_goes_on(launcher: Launcher, number: signal.Signals) -> None:
    children = launcher.children()
    with closing(_as_owner(launcher)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS keepsake (stop text)")
        cursor.execute("INSERT INTO keepsake VALUES (%s)", [number.name])
    assert launcher.stop(number) == 0
    assert [pid for pid in children if is_alive(pid)] == []

    launcher.ensure_started()
    with closing(_as_owner(launcher)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM keepsake WHERE stop = %s", [number.name])
        assert cursor.fetchone() == (1,)


def test_launcher_killed_leaves_nothing_that_holds_up_the_next(launcher: Launcher) -> None:
    children = launcher.children()
    launcher.stop(signal.SIGKILL)
    assert [pid for pid in children if is_alive(pid)] == children

    launcher.ensure_started()
    assert "an earlier launcher left behind" in launcher.lines()
    assert [pid for pid in children if is_alive(pid)] == []
    assert launcher.status("/healthz") == 200


def _as_owner(launcher: Launcher) -> PostgresConnection:
    parameters = Layout(launcher.data_dir).database("owner")
    return psycopg2.connect(
        host=parameters["HOST"],
        dbname=parameters["NAME"],
        user=parameters["USER"],
        password=parameters["PASSWORD"],
    )
