"""`manage.py` ends in one clear line where nothing can be started."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings


def _manage(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", command],
        check=False,
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        env={"PATH": os.defpath, "DATA_DIR": str(folder), **environment},
    )


def test_bad_variable_is_one_line(tmp_path: Path) -> None:
    ended = _manage("up", tmp_path, PORT="eighty")
    assert ended.returncode == 1
    assert ended.stderr == "PORT: 'eighty' is not a whole number\n"


def test_production_without_owner_cannot_migrate(tmp_path: Path) -> None:
    ended = _manage(
        "migrate",
        tmp_path,
        DATABASE_URL="postgresql://icse_app:secret@db.example/icse",
        BROKER_URL="redis://broker.example",
        SECRET_KEY="of this test alone",
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("DATABASE_OWNER_URL: must be set")


def test_missing_server_is_said_without_traceback(tmp_path: Path) -> None:
    ended = _manage("migrate", tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith("The database does not answer; is `make run` running?")
    assert "Traceback" not in ended.stderr
