"""`manage.py make_keys`: make the keys under which the files' own keys are wrapped."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evidence.keys import KeyUnavailable, key_holder


class Command(BaseCommand):
    """Make the keys of a new installation."""

    help = "Make the key file that KEY_FILE names, or the first keys of KEY_HOLDER. Keys that exist stay."
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        """Make them, unless there are some."""
        try:
            is_new = key_holder().make()
        except (KeyUnavailable, OSError) as failure:
            raise CommandError(str(failure)) from failure
        told = "are made: keep a copy where the backups are not." if is_new else "are there already."
        self.stdout.write(f"Keys in {settings.KEY_HOLDER or settings.KEY_FILE} {told}")
