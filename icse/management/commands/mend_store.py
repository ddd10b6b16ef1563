"""`manage.py mend_store FOLDER`: put back from a backup what is missing from the store or broken."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from icse.backups import mend_objects


class Command(BaseCommand):
    """Mend a store whose disk has lost something."""

    help = "Put back from the backups in FOLDER what is missing from the store, or broken."

    def add_arguments(self, parser: Any) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: object, folder: Path, **options: Any) -> None:
        """Mend, and end with an error that names what no backup has whole."""
        found = list(mend_objects(folder))
        lost = [f"{kept.shelf} {kept.name}" for kept, is_mended in found if not is_mended]
        self.stdout.write(f"{len(found) - len(lost)} of {len(found)} missing or broken objects are mended.")
        if lost:
            raise CommandError(os.linesep.join(["No backup here has whole:", *lost]))
