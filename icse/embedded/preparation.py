"""What must be done before the first page can be served: tables, static files and, at first, a demo."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands

from icse.embedded import bootstrap
from icse.embedded.layout import DATABASE_NAME, Layout


def prepare_database(layout: Layout) -> None:
    """Make roles, database and extensions of the embedded server, and bring the tables up to date."""
    bootstrap.make_roles(layout)
    bootstrap.make_database(layout)
    bootstrap.make_extensions(layout, DATABASE_NAME)


def migrate() -> None:
    """Bring the tables up to date, as their owner."""
    call_command("migrate", interactive=False, verbosity=0)


def collect_static_files() -> bool:
    """Collect the static files under hashed names where they changed since; tell whether they had."""
    mark = Path(settings.STATIC_ROOT) / ".fingerprint"
    fingerprint = _fingerprint([Path(folder) for folder in settings.STATICFILES_DIRS])
    if mark.exists() and mark.read_text(encoding="ascii") == fingerprint:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    mark.write_text(fingerprint, encoding="ascii")
    return True


def make_demo(report: Callable[[str], None]) -> None:
    """Fill an installation without officers with demo countries and officers."""
    if "demo" not in get_commands() or get_user_model().objects.exists():
        return
    report("first start: making demo countries and officers")
    call_command("demo")


def _fingerprint(folders: list[Path]) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            status = path.stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
