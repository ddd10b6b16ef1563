"""Rules of the house that no linter knows."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings

ROOT: Final = Path(settings.BASE_DIR)
ROOMS: Final = (
    "icse",
    "accounts",
    "evidence",
    "media_analysis",
    "series",
    "search",
    "forum",
    "exchange",
    "tests",
)

_PIN: Final = re.compile(r"^[\w.-]+==[\w.+!-]+( ; .+)? \\$", re.MULTILINE)


def test_package_files_are_empty() -> None:
    written = [file for room in ROOMS for file in (ROOT / room).rglob("__init__.py") if file.stat().st_size]
    assert written == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_package_is_pinned_by_hash_and_from_nowhere_special(name: str) -> None:
    lock = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    pins = _PIN.split(lock)
    assert len(_PIN.findall(lock)) > 30
    assert "://" not in lock
    assert "--index" not in lock
    blocks = re.split(_PIN, lock)[2::2]
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
    assert pins[0].strip() == ""


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_requirement_says_why(name: str) -> None:
    lines = (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-c"))]
    assert wanted
    assert [line for line in wanted if not re.search(r"\S\s+# \S.{3,}", line)] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_lock_holds_every_requirement(name: str) -> None:
    lock = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    lines = (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines()
    names = [re.split(r"[\[<>=~ ]", line)[0] for line in lines if line and not line.startswith(("#", "-c"))]
    assert [package for package in names if not re.search(rf"^{package}==", lock, re.MULTILINE)] == []


def test_production_passes_the_framework_s_own_deployment_check() -> None:
    address = "postgresql://icse_app:secret@db.example/icse"
    environment = {
        "PATH": "/usr/bin:/bin",
        "DATABASE_URL": address,
        "BROKER_URL": "redis://:secret@broker.example/0",
        "SECRET_KEY": "of this test alone: 0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQ",
        "ALLOWED_HOSTS": "icse.example",
    }
    ended = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    assert ended.returncode == 0, ended.stderr
