from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.policies import OPERATOR
from accounts.queries import get_officer_by_email
from accounts.services import issue_token
from icse.common.errors import NotFound


class Command(BaseCommand):
    """Issue a bearer token for an officer and print it alone, so that a script can take it."""

    help = "Print a new API token of the officer who signs in with EMAIL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the officer's address and, optionally, what the token is for."""
        parser.add_argument("email")
        parser.add_argument("--label", default="made at the console")

    def handle(self, *args: object, email: str, label: str, **options: object) -> None:
        """Print the token; end with an error where nobody has that address."""
        try:
            officer = get_officer_by_email(email)
        except NotFound as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(issue_token(by=OPERATOR, officer=officer, label=label))
