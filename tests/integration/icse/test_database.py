"""The test database is what production has: three roles, extensions, migrations run by the owner."""

import pytest
from django.db import connection

from tests.conftest import RoleSwitch, ServedSwitch


def _scalar(statement: str, *parameters: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_migrations_belong_to_owner() -> None:
    assert _scalar("SELECT tableowner FROM pg_tables WHERE tablename = 'django_migrations'") == "icse_owner"


@pytest.mark.django_db
@pytest.mark.parametrize("extension", ["vector", "pg_trgm", "unaccent"])
def test_extension_is_installed(extension: str) -> None:
    assert _scalar("SELECT count(*) FROM pg_extension WHERE extname = %s", extension) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["icse_owner", "icse_app", "icse_engine"])
def test_role_is_neither_superuser_nor_above_row_security(role: str) -> None:
    assert _scalar("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", role) is False


def test_as_app_lasts_as_long_as_its_block(as_app: ServedSwitch) -> None:
    with as_app():
        assert _scalar("SELECT current_user") == "icse_app"
    assert _scalar("SELECT current_user") == "icse_owner"


def test_as_engine_lasts_as_long_as_its_block(as_engine: RoleSwitch) -> None:
    with as_engine():
        assert _scalar("SELECT current_user") == "icse_engine"
    assert _scalar("SELECT current_user") == "icse_owner"


def test_app_is_not_engine(as_app: ServedSwitch) -> None:
    with as_app():
        assert _scalar("SELECT pg_has_role('icse_app', 'icse_engine', 'MEMBER')") is False
