"""`manage.py demo`: something to try the platform on."""

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import Officer
from accounts.services import NewOfficer
from icse.demo import case, officers


class Command(BaseCommand):
    """Add countries that do not exist, their officers, and a small benign case that they hand in."""

    help = "Add the demo countries, officers and case; print each officer's one-time password once."

    def handle(self, *args: object, **options: object) -> None:
        """Add all of it or nothing; change nothing where the demo is there already."""
        if officers.is_made():
            self.stdout.write("The demo is here already; nothing was changed.")
            return
        files = list(case.exhibits())
        with transaction.atomic():
            made = officers.make_officers()
            count = case.hand_in(_who_hands_in(made), files)
        self._tell(made, count)

    def _tell(self, made: list[NewOfficer], count: int) -> None:
        lines = [
            "Demo officers, each with a password for the first sign-in; it is shown only now:",
            *(_line(new) for new in made),
            f"They handed in {count} files, which the workers analyze as soon as they run.",
        ]
        self.stdout.write("\n".join(lines))


def _who_hands_in(made: list[NewOfficer]) -> dict[str, Officer]:
    """Return for each country the first of its officers who may hand in material."""
    found: dict[str, Officer] = {}
    for new in made:
        found.setdefault(new.officer.unit.country.code, new.officer)
    return found


def _line(new: NewOfficer) -> str:
    officer = new.officer
    country = officer.unit.country.name
    return f"  {officer.email:<26} {new.one_time_password:<24} {officer.get_role_display()}, {country}"
