"""The named cast: who owns, who works beside them, who is a partner, who is a stranger, who administers."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Officer, Role
from tests.factories.accounts import CountryFactory, OfficerFactory, UnitFactory


@dataclass(frozen=True)
class Cast:
    """Officers of three countries; `owner` hands in what a test is about.

    `colleague`, `analyst`, `national_administrator` and `auditor` are of the owner's country (AA),
    `partner` and `partner_analyst` of BB, `third` of CC, `administrator` of the secretariat.
    """

    owner: Officer
    colleague: Officer
    analyst: Officer
    national_administrator: Officer
    auditor: Officer
    partner: Officer
    partner_analyst: Officer
    third: Officer
    administrator: Officer
    anonymous: AnonymousUser

    def officers(self) -> Iterator[tuple[str, Officer]]:
        """Yield everybody who can sign in, with their part in the cast."""
        for part, person in vars(self).items():
            if isinstance(person, Officer):
                yield part, person


def _officer(part: str, country: str, role: Role = Role.OFFICER) -> Officer:
    unit = UnitFactory.create(country=CountryFactory.create(code=country))
    officer: Officer = OfficerFactory.create(
        unit=unit,
        role=role,
        full_name=part.replace("_", " ").title(),
        email=f"{part}@{country.lower()}.example",
    )
    return officer


def make_cast() -> Cast:
    """Create the cast in the test's database."""
    return Cast(
        owner=_officer("owner", "AA"),
        colleague=_officer("colleague", "AA"),
        analyst=_officer("analyst", "AA", Role.ANALYST),
        national_administrator=_officer("national_administrator", "AA", Role.NATIONAL_ADMINISTRATOR),
        auditor=_officer("auditor", "AA", Role.AUDITOR),
        partner=_officer("partner", "BB"),
        partner_analyst=_officer("partner_analyst", "BB", Role.ANALYST),
        third=_officer("third", "CC"),
        administrator=_officer("administrator", "IPSG", Role.SECRETARIAT_ADMINISTRATOR),
        anonymous=AnonymousUser(),
    )


@pytest.fixture
def cast(db: None) -> Cast:
    """Return the named cast."""
    return make_cast()
