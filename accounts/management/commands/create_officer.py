from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Role, Unit
from accounts.policies import OPERATOR
from accounts.queries import find_unit, get_country
from accounts.services import create_officer, create_unit
from icse.common.errors import DomainError


class Command(BaseCommand):
    """Add an officer and print the password for the first sign-in, which is shown only now."""

    help = "Add an officer who signs in with EMAIL; print the password for the first sign-in once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take who it is, of which country and unit, in which role."""
        parser.add_argument("email")
        parser.add_argument("--country", required=True, help="the code of a member; see create_country")
        parser.add_argument("--unit", required=True, help="added to the country if it has none of that name")
        parser.add_argument("--role", choices=Role.values, default=Role.OFFICER.value)
        parser.add_argument("--name", required=True, help="full name, in quotes")

    def handle(
        self, *args: object, email: str, country: str, unit: str, role: str, name: str, **options: object
    ) -> None:
        """Add officer and, where it is new, unit; else add nothing and say what is wrong."""
        try:
            with transaction.atomic():
                new = create_officer(
                    by=OPERATOR,
                    unit=self._unit(country, unit),
                    email=email,
                    full_name=name,
                    role=Role(role),
                )
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        officer = new.officer
        self.stdout.write(
            f"{officer.full_name}, {officer.get_role_display().lower()}, {unit}, {officer.unit.country.name}:"
            f" {officer.email} signs in once with {new.one_time_password} and then chooses a password."
        )

    def _unit(self, code: str, name: str) -> Unit:
        country = get_country(code)
        found = find_unit(country, name)
        if found is not None:
            return found
        self.stderr.write(f"{country.name} had no unit {name} yet; it was added.")
        return create_unit(by=OPERATOR, country=country, name=name)
