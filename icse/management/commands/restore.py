"""`manage.py restore FOLDER`: fill a new installation from a backup, before it serves anybody."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from evidence.errors import FileUnavailable
from icse.backups import (
    BackupFailed,
    dispose_again,
    forget_what_is_not_there,
    names_of,
    restore_database,
    restore_objects,
)
from icse.common.sealing import SealBroken
from icse.embedded import postgres, preparation
from icse.embedded.account import service_account
from icse.embedded.layout import Layout
from icse.embedded.lock import AlreadyRunning, only_launcher
from icse.embedded.service import ServiceFailed
from icse.embedded.supervisor import Supervisor
from icse.embedded.tools import Tools, tools_of, tools_of_superuser


class Command(BaseCommand):
    """Restore a backup: database first, then every object, each compared with its digest."""

    help = (
        "Fill a new installation from FOLDER. The key file, and secrets/django, have to be in place before:"
        " the first opens the files, the second the officers' second factors."
    )
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: Any) -> None:
        """Take the folder, and which of its backups."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--name", help="which of its backups; the newest if none is named")
        parser.add_argument(
            "--superuser",
            metavar="ADDRESS",
            help="where DATABASE_URL is set: the address of a superuser of that database, who gives tables"
            " back to their owners",
        )

    def handle(self, *args: object, **options: Any) -> None:
        """Restore, and say what is whole; end with an error where something is not."""
        layout = Layout(settings.DATA_DIR)
        supervisor = Supervisor(layout.data_dir / "services.json", self._report)
        try:
            with only_launcher(layout.data_dir):
                tools = self._start(layout, supervisor, options["superuser"])
                self._restore(options["folder"], options["name"], tools)
        except (AlreadyRunning, ServiceFailed, BackupFailed, FileUnavailable, SealBroken, OSError) as failure:
            raise CommandError(str(failure)) from failure
        finally:
            connections.close_all()
            supervisor.stop()

    def _start(self, layout: Layout, supervisor: Supervisor, superuser: str | None) -> Tools:
        if not settings.EMBEDDED:
            if not superuser:
                message = "Name a superuser of the database: --superuser postgresql://…"
                raise CommandError(message)
            return tools_of(superuser)
        has_keys = settings.KEY_HOLDER or Path(settings.KEY_FILE).exists()
        if not has_keys or not (layout.secrets.folder / "django").exists():
            message = f"Put the old installation's key file and its file django into {layout.secrets.folder}."
            raise CommandError(message)
        postgres.settle(layout, service_account())
        if layout.secrets.ensure(*postgres.SECRET_NAMES):
            # Settings were read before there were passwords.
            settings.DATABASES["default"].update(layout.database("owner"))
            connections["default"].settings_dict.update(layout.database("owner"))
        supervisor.start(postgres.postgres_service(layout))
        preparation.prepare_database(layout)
        return tools_of_superuser(layout)

    def _restore(self, folder: Path, name: str | None, tools: Tools) -> None:
        names = names_of(folder)
        if name is None and not names:
            message = f"There is no backup in {folder}."
            raise CommandError(message)
        name = name or names[-1]
        self._report(f"restoring {name}")
        about = restore_database(folder, name, tools)
        call_command("migrate", interactive=False, verbosity=0)
        forget_what_is_not_there()
        self._report(f"the database is as it was at {about.made_at}")
        if disposed := dispose_again(folder):
            self._report(f"{disposed} submissions were disposed of since, and are again")
        count, lost = 0, []
        for kept, is_whole in restore_objects(folder, name):
            count += 1
            if not is_whole:
                lost.append(f"{kept.shelf} {kept.name}")
        self._report(f"{count - len(lost)} of {count} objects are whole")
        if lost:
            raise CommandError(os.linesep.join(["Missing or damaged:", *lost]))

    def _report(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
