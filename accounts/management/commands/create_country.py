from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Country
from accounts.policies import OPERATOR
from accounts.services import create_country
from icse.common.errors import Conflict


class Command(BaseCommand):
    """Add a member country, or an organisation that takes part under a code of its own."""

    help = "Add a member: CODE is an ISO 3166 code or an organisation's own, NAME what screens call it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take code and name."""
        parser.add_argument("code", help="2 to 8 letters and digits, the first a letter")
        parser.add_argument("name", help="in quotes where it has several words")

    def handle(self, *args: object, code: str, name: str, **options: object) -> None:
        """Add it; end with an error where code or name are taken or no code."""
        try:
            country = create_country(by=OPERATOR, code=code, name=name, state=Country.State.ACTIVE)
        except Conflict as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"{country.name} takes part as {country.code}.")
