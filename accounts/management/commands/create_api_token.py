from argparse import ArgumentParser
from ipaddress import ip_network

from django.core.management.base import BaseCommand, CommandError

from accounts.policies import OPERATOR, Permission
from accounts.queries import get_officer_by_email
from accounts.services import TOKEN_DAYS, issue_token
from icse.common.errors import DomainError


class Command(BaseCommand):
    """Issue a bearer token for an officer and print it alone, so that a script can take it."""

    help = "Print a new API token of the officer who signs in with EMAIL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the officer's address and, optionally, what the token is for and what it may."""
        parser.add_argument("email")
        parser.add_argument("--label", default="made at the console")

        parser.add_argument("--days", type=int, default=TOKEN_DAYS, help="until it expires, 365 at most")
        parser.add_argument(
            "--may", action="append", choices=list(Permission), help="all of the role by default"
        )
        parser.add_argument(
            "--network", action="append", default=[], type=_network, help="CIDR; may be repeated"
        )

    def handle(
        self,
        *args: object,
        email: str,
        label: str,
        days: int,
        may: list[str] | None,
        network: list[str],
        **options: object,
    ) -> None:
        """Print the token; end with an error where nobody has that address."""
        try:
            officer = get_officer_by_email(email)
            text = issue_token(
                by=OPERATOR,
                officer=officer,
                label=label,
                permissions=[Permission(each) for each in may] if may else None,
                networks=network,
                days=days,
            )
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(text)


def _network(text: str) -> str:
    return str(ip_network(text, strict=False))
