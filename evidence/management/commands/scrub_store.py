"""`manage.py scrub_store`: read the whole store now and name what is not as it was written."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError

from evidence.scrubbing import scrub


class Command(BaseCommand):
    """Do at once what the workers do within thirty days: after a repair of the disks, or a restore."""

    help = "Read every object of the store; exit with an error if one is broken. The log names it."

    def handle(self, *args: object, **options: object) -> None:
        """Read everything, whenever it was read last."""
        read, broken = scrub(seconds=float("inf"), every=timedelta(0))
        if broken:
            message = f"{broken} of {read} objects are broken: `manage.py mend_store`."
            raise CommandError(message)
        self.stdout.write(f"{read} objects are as they were written.")
