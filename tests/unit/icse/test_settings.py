"""Settings refuse what they cannot use before anything is started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from icse.roles import role_for_command

PRODUCTION = {
    "DATABASE_URL": "postgresql://icse_app:secret@db.example/icse",
    "DATABASE_ENGINE_URL": "postgresql://icse_engine:secret@db.example/icse",
    "DATABASE_OWNER_URL": "postgresql://icse_owner:secret@db.example/icse",
    "BROKER_URL": "redis://:secret@broker.example/0",
    "SECRET_KEY": "a key of this test alone, long enough for Django's own check of keys",
}


def _read(expression: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"from icse.settings import *; print({expression})"],
        check=False,
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        env={"PATH": os.defpath, "DATA_DIR": str(folder), **environment},
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("ICSE_ROLE", "superuser"),
        ("DEBUG", "perhaps"),
        ("HTTPS", "perhaps"),
        ("TASK_TIME_LIMIT", "0"),
        ("WORKER_CORES", "0"),
        ("DATABASE_URL", "sqlite:///icse.db"),
        ("DATABASE_URL", "postgresql://db.example"),
    ],
)
def test_bad_value_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    environment = {**PRODUCTION, name: value} if name == "DATABASE_URL" else {name: value}
    ended = _read("PORT", tmp_path, environment)
    assert ended.returncode == 1
    assert f"BadSetting: {name}: " in ended.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "BROKER_URL"])
def test_production_refuses_missing_value(tmp_path: Path, missing: str) -> None:
    environment = {name: value for name, value in PRODUCTION.items() if name != missing}
    assert f"BadSetting: {missing}: must be set" in _read("PORT", tmp_path, environment).stderr


@pytest.mark.parametrize("role", ["app", "engine", "owner"])
def test_role_chooses_its_own_address(tmp_path: Path, role: str) -> None:
    ended = _read("DATABASES['default']['USER']", tmp_path, {**PRODUCTION, "ICSE_ROLE": role})
    assert ended.stdout.strip() == f"icse_{role}"


def test_production_is_https_and_secure_by_default(tmp_path: Path) -> None:
    names = (
        "[SECURE_SSL_REDIRECT, SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE, SECURE_HSTS_SECONDS > 0, EMBEDDED]"
    )
    assert _read(names, tmp_path, PRODUCTION).stdout.strip() == "[True, True, True, True, False]"


def test_reading_settings_writes_nothing(tmp_path: Path) -> None:
    assert _read("EMBEDDED", tmp_path, {}).stdout.strip() == "True"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "role"),
    [
        (["migrate", "--check"], "owner"),
        (["createcountry", "AA"], "owner"),
        (["create_api_token", "a@example.org"], "owner"),
        (["up"], "owner"),
        (["shell"], "app"),
        ([], "app"),
    ],
)
def test_command_runs_as_role(arguments: list[str], role: str) -> None:
    assert role_for_command(arguments) == role


def test_lost_task_returns_only_after_twice_the_longest() -> None:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert options["visibility_timeout"] > 2 * settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT


def test_style_and_script_never_inline() -> None:
    for sources in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].values():
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(sources)
