"""`manage.py make_keys`: make the file of keys under which the files' own keys are wrapped."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evidence.keys import make_key_file


class Command(BaseCommand):
    """Make the key file of a new installation."""

    help = "Make the key file that KEY_FILE names, readable by this account alone. One that exists stays."
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        """Make it, unless there is one."""
        if settings.KEY_HOLDER:
            message = f"The keys are held by {settings.KEY_HOLDER}, which makes its own."
            raise CommandError(message)
        try:
            is_new = make_key_file(settings.KEY_FILE)
        except OSError as failure:
            raise CommandError(str(failure)) from failure
        told = "is made: keep a copy where the backups are not." if is_new else "is there already."
        self.stdout.write(f"{settings.KEY_FILE} {told}")
