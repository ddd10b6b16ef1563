"""Who takes part in the demo: countries that do not exist, their units and officers."""

from dataclasses import dataclass
from typing import Final

from accounts.models import Country, Role
from accounts.policies import OPERATOR
from accounts.services import NewOfficer, create_country, create_officer, create_unit

NORLAND: Final = "XN"
SUNDRIA: Final = "XS"
VESTMARK: Final = "XV"
SECRETARIAT: Final = "XSEC"

# ISO 3166-1 leaves the codes XA to XZ to their users, so that no real country is ever meant.
_COUNTRIES: Final = {
    NORLAND: ("Norland", "Child Protection Unit"),
    SUNDRIA: ("Sundria", "Internet Crime Branch"),
    VESTMARK: ("Vestmark", "Image Analysis Office"),
    SECRETARIAT: ("Demo Secretariat", "Platform Desk"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody's part in the demo; addresses end in `.example`, to which no mail is ever sent."""

    country: str
    full_name: str
    address: str
    role: Role


CAST: Final = (
    Part(NORLAND, "Ines Arden", "ines@norland.example", Role.ANALYST),
    Part(NORLAND, "Tomas Brekke", "tomas@norland.example", Role.OFFICER),
    Part(NORLAND, "Liv Dahl", "liv@norland.example", Role.NATIONAL_ADMINISTRATOR),
    Part(NORLAND, "Odd Eide", "odd@norland.example", Role.AUDITOR),
    Part(SUNDRIA, "Marta Solano", "marta@sundria.example", Role.ANALYST),
    Part(SUNDRIA, "Rui Tavares", "rui@sundria.example", Role.OFFICER),
    Part(VESTMARK, "Jana Vesela", "jana@vestmark.example", Role.OFFICER),
    Part(SECRETARIAT, "Sam Okoro", "sam@secretariat.example", Role.SECRETARIAT_ADMINISTRATOR),
    Part(SECRETARIAT, "Noor Haddad", "noor@secretariat.example", Role.SECRETARIAT_ADMINISTRATOR),
)


def is_made() -> bool:
    """Tell whether the demo's countries are in the database."""
    return Country.objects.filter(code__in=_COUNTRIES).exists()


def make_officers() -> list[NewOfficer]:
    """Add the demo's countries, units and officers, each with a password for the first sign-in.

    Raises:
        Conflict: A country, or somebody's address, is there already.
    """
    units = {}
    for code, (name, unit) in _COUNTRIES.items():
        country = create_country(by=OPERATOR, code=code, name=name, state=Country.State.ACTIVE)
        units[code] = create_unit(by=OPERATOR, country=country, name=unit)
    return [
        create_officer(
            by=OPERATOR,
            unit=units[part.country],
            email=part.address,
            full_name=part.full_name,
            role=part.role,
        )
        for part in CAST
    ]
