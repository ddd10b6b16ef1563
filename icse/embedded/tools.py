"""PostgreSQL's own programs for backups, with the addresses that they want in their environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from psycopg2.extensions import parse_dsn

from icse.embedded.account import service_account
from icse.embedded.layout import DATABASE_NAME, Layout
from icse.embedded.postgres import SUPERUSER
from icse.embedded.programs import postgres_bin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


@dataclass(frozen=True, slots=True)
class Tools:
    """Where PostgreSQL's programs are, and the environment in which they find the database."""

    binaries: Path
    environment: Mapping[str, str]

    def command(self, program: str, *arguments: str) -> list[str]:
        """Return a command line."""
        return [str(self.binaries / program), *arguments]


def tools_of_owner() -> Tools:
    """Return the programs for the database that this process is connected to."""
    known = settings.DATABASES["default"]
    return _tools(
        {
            "PGHOST": known["HOST"],
            "PGPORT": str(known["PORT"]),
            "PGUSER": known["USER"],
            "PGPASSWORD": known["PASSWORD"],
            "PGDATABASE": known["NAME"],
        }
    )


def tools_of_superuser(layout: Layout) -> Tools:
    """Return the programs for the embedded database, as its superuser."""
    return _tools(
        {
            "PGHOST": str(layout.postgres_socket_dir),
            "PGUSER": SUPERUSER,
            "PGPASSWORD": layout.secrets.read("postgres_superuser"),
            "PGDATABASE": DATABASE_NAME,
        }
    )


def tools_of(address: str) -> Tools:
    """Return the programs for a database with this address, as libpq writes it."""
    told = parse_dsn(address)
    return _tools({_VARIABLES[name]: value for name, value in told.items() if name in _VARIABLES})


def _tools(environment: Mapping[str, str]) -> Tools:
    told = {name: value for name, value in environment.items() if value}
    layout = Layout(settings.DATA_DIR)
    binaries = postgres_bin(service_account(), layout.postgres_home.parent)
    return Tools(binaries, {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC", **told})
