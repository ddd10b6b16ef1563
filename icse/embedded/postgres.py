"""The embedded PostgreSQL: its own cluster, its own socket, passwords only, no network."""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from secrets import token_hex
from typing import Final

import psycopg2
from psycopg2.extensions import connection

from icse.embedded.account import Account, own_folder, service_account
from icse.embedded.layout import Layout
from icse.embedded.programs import postgres_bin
from icse.embedded.service import Service, ServiceFailed

SUPERUSER: Final = "postgres"
SECRET_NAMES: Final = ("postgres_superuser", "postgres_owner", "postgres_app", "postgres_engine")

_ELSEWHERE: Final = Path("/var/lib/icse")
_SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",  # hundreds of short queries a second; compiling them costs more than it gives
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_ENVIRONMENT: Final = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def postgres_service(layout: Layout, overrides: Mapping[str, str] | None = None) -> Service:
    """Return the database server of this installation, whose cluster is made first where there is none.

    Overrides are server settings; a test session gives up durability with them.
    """
    account = service_account()
    settle(layout, account)
    binaries = postgres_bin(account, layout.postgres_home.parent)
    cluster = layout.postgres_home / "cluster"
    if not cluster.exists():
        _make_cluster(binaries, layout, account, cluster)
    settings = {**_SETTINGS, "unix_socket_directories": str(layout.postgres_socket_dir), **(overrides or {})}
    return Service(
        name="postgres",
        command=[
            str(binaries / "postgres"),
            *("-D", str(cluster)),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ],
        log=layout.log_dir / "postgres.log",
        is_ready=lambda: _answers(layout),
        description=f"PostgreSQL in {layout.postgres_home}",
        environment=_ENVIRONMENT,
        account=account,
        stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back
        stop_seconds=30,
    )


def connect_as_superuser(layout: Layout, database: str = "postgres") -> connection:
    """Connect as the bootstrap superuser, whom only the launcher is; raises psycopg2.OperationalError."""
    return psycopg2.connect(
        host=str(layout.postgres_socket_dir),
        user=SUPERUSER,
        password=layout.secrets.read("postgres_superuser"),
        dbname=database,
        connect_timeout=5,
    )


def _answers(layout: Layout) -> bool:
    try:
        with closing(connect_as_superuser(layout)):
            return True
    except psycopg2.OperationalError as refusal:
        if "password authentication failed" in str(refusal):
            message = (
                f"the cluster in {layout.postgres_home} has other passwords than {layout.secrets.folder}"
            )
            raise ServiceFailed(message) from refusal
        return False


def settle(layout: Layout, account: Account) -> None:
    """Make the cluster's folders; elsewhere where the account may not enter the data folder."""
    # Others may pass through our own data folder, to their own folder in it, but not list it.
    layout.data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    if not layout.postgres_pointer.exists() and not account.reaches(layout.data_dir):
        # A fresh name, because the folder of an installation that somebody deleted has other passwords.
        place = _ELSEWHERE / f"{layout.digest}-{token_hex(4)}"
        place.mkdir(parents=True)
        layout.postgres_pointer.write_text(f"{place / 'postgres'}\n", encoding="utf-8")
    for folder in (layout.postgres_home, layout.postgres_socket_dir):
        own_folder(folder, account)


def _make_cluster(binaries: Path, layout: Layout, account: Account, cluster: Path) -> None:
    draft = cluster.with_name("cluster.draft")
    password_file = layout.postgres_home / "superuser"
    password_file.touch(mode=0o600)
    password_file.write_text(layout.secrets.read("postgres_superuser"), encoding="ascii")
    os.chown(password_file, account.uid, account.gid)
    try:
        _initdb(binaries, account, draft, password_file)
    finally:
        password_file.unlink()
    draft.rename(cluster)


def _initdb(binaries: Path, account: Account, cluster: Path, password_file: Path) -> None:
    # A draft left by an interrupted start is cleared by the account that made it.
    subprocess.run(["rm", "-rf", str(cluster)], check=True, **account.popen_options())  # noqa: S607
    subprocess.run(
        [
            str(binaries / "initdb"),
            *("-D", str(cluster), "--username", SUPERUSER, "--auth", "scram-sha-256"),
            *("--pwfile", str(password_file), "--encoding", "UTF8", "--no-instructions"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
        ],
        check=True,
        capture_output=True,
        env=_ENVIRONMENT,
        cwd="/",
        **account.popen_options(),
    )
