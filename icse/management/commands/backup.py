"""`manage.py backup FOLDER`: the database and every object that it names, into a folder."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evidence.errors import FileUnavailable
from icse.backups import BackupFailed, make_backup
from icse.embedded.tools import tools_of_owner


class Command(BaseCommand):
    """Make a backup of the running platform."""

    help = (
        "Add a backup to FOLDER; what former ones hold is not copied again. The platform goes on meanwhile."
    )

    def add_arguments(self, parser: Any) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path, help="on another disk, or what is carried elsewhere")

    def handle(self, *args: object, folder: Path, **options: Any) -> None:
        """Make it; end with an error where something is broken, and keep the rest all the same."""
        try:
            about = make_backup(folder, tools_of_owner())
        except (BackupFailed, FileUnavailable, OSError) as failure:
            raise CommandError(str(failure)) from failure
        whole = about.objects - about.broken
        self.stdout.write(f"{whole} objects are in {folder}. Keep the key file elsewhere.")
        if about.broken:
            message = (
                f"{about.broken} objects are missing or broken in the store, and not in this backup unless a"
                " former one has them: `manage.py scrub_store` names them."
            )
            raise CommandError(message)
