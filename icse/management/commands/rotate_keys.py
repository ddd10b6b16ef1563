"""`manage.py rotate_keys`: put new keys into use and wrap every file's key under them, while all work."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from evidence.keys import KeyUnavailable, key_holder
from evidence.models import MaterialKey
from evidence.rewrapping import rewrap
from evidence.uploads.models import Upload
from search.models import PictureQuery


class Command(BaseCommand):
    """Change the countries' keys."""

    help = "Put new keys into use and wrap every file's key anew. Files stay as they are."

    def add_arguments(self, parser: Any) -> None:
        """Take whether keys are to be added."""
        parser.add_argument(
            "--only-rewrap",
            action="store_true",
            help="add no keys: they were changed elsewhere, or a former run was broken off",
        )

    def handle(self, *args: object, **options: Any) -> None:
        """Add and wrap; say how many wraps were made anew, and what may be taken out when."""
        try:
            if not options["only_rewrap"]:
                self.stdout.write(f"Generation {key_holder().add_generation()} is in use.")
            done = sum(rewrap(rows, field) for rows, field in _wraps())
        except (KeyUnavailable, OSError) as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write(
            f"{done} keys are wrapped anew. After an hour, run this with --only-rewrap once more; when it"
            " says 0, older generations may be taken away. Keep them for old backups."
        )


def _wraps() -> list[tuple[QuerySet[Any], str]]:
    """Return the rows with wrapped keys that still open something, and in which field those are."""
    return [
        (MaterialKey.objects.all(), "wrapped"),
        (Upload.objects.on_disk(), "wrapped_key"),
        (PictureQuery.objects.exclude(wrapped_key=""), "wrapped_key"),
    ]
