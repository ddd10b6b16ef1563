"""`manage.py seal_store`: seal what an installation kept before files were sealed."""

from django.core.management.base import BaseCommand, CommandError

from evidence.keys import KeyUnavailable
from evidence.plain_store import seal_plain_store


class Command(BaseCommand):
    """Seal a plain store, once, after the update that brought sealing."""

    help = "Seal every material that has no key yet. May be broken off and begun again."

    def handle(self, *args: object, **options: object) -> None:
        """Seal, and say how many materials it was."""
        try:
            count = sum(1 for _ in seal_plain_store())
        except KeyUnavailable as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write(f"{count} materials are sealed.")
