"""What only a superuser may do once: roles, database and extensions."""

from collections.abc import Sequence
from contextlib import closing
from typing import Final

from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, cursor

from icse.embedded.layout import DATABASE_NAME, Layout
from icse.embedded.postgres import connect_as_superuser
from icse.roles import APP, ENGINE, OWNER, ROLES

EXTENSIONS: Final = ("vector", "pg_trgm", "unaccent")


def make_roles(layout: Layout) -> None:
    """Make the three roles, or bring their passwords up to date."""
    with (
        closing(connect_as_superuser(layout)) as connection,
        connection,
        connection.cursor() as db,
    ):
        for role in ROLES:
            _make_role(db, f"icse_{role}", layout.secrets.read(f"postgres_{role}"))
        # The owner gives functions to the engine and acts as the application in tests: SET, but not INHERIT,
        # so that its everyday rights do not depend on what the other two were granted.
        for role in (APP, ENGINE):
            statement = sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE")
            db.execute(statement.format(sql.Identifier(f"icse_{role}"), sql.Identifier(f"icse_{OWNER}")))


def make_database(layout: Layout) -> None:
    """Make the owner's database, closed to everybody but the three roles."""
    with closing(connect_as_superuser(layout)) as connection:
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with connection.cursor() as db:
            db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME])
            if db.fetchone() is None:
                owner = sql.Identifier(f"icse_{OWNER}")
                db.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE_NAME), owner)
                )


def let_owner_make_databases(layout: Layout) -> None:
    """Let the owner make and drop databases, which only test runs need."""
    with (
        closing(connect_as_superuser(layout)) as connection,
        connection,
        connection.cursor() as db,
    ):
        db.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(f"icse_{OWNER}")))


def make_extensions(layout: Layout, database: str, extensions: Sequence[str] = EXTENSIONS) -> None:
    """Install the extensions, of which `vector` may only be installed by a superuser."""
    with closing(connect_as_superuser(layout, database)) as connection, connection, connection.cursor() as db:
        for extension in extensions:
            db.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def _make_role(db: cursor, name: str, password: str) -> None:
    db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = "ALTER" if db.fetchone() else "CREATE"
    db.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD {}").format(
            sql.SQL(verb), sql.Identifier(name), sql.Literal(password)
        )
    )
