from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.policies import OPERATOR
from accounts.queries import get_officer_by_email
from accounts.signing_in.services.helping import reset_sign_in, unlock
from icse.common.errors import NotFound


class Command(BaseCommand):
    """Let somebody in again who is locked out, or who lost password or second factor."""

    help = "Lift the lock of the account EMAIL; with --reset also take its factors and print a new password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whose account it is, and how far to go."""
        parser.add_argument("email")
        parser.add_argument("--reset", action="store_true", help="begin anew with a one-time password")

    def handle(self, *args: object, email: str, reset: bool, **options: object) -> None:
        """Do it; end with an error where nobody has that address."""
        try:
            officer = get_officer_by_email(email)
        except NotFound as refusal:
            raise CommandError(refusal.message) from None
        if reset:
            self.stdout.write(reset_sign_in(by=OPERATOR, officer=officer))
        else:
            unlock(by=OPERATOR, officer=officer)
