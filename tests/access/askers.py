"""Everybody who may ask: each role of one country, and those who may not pass at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.test import Client

from accounts.models import Country, Officer, Role
from tests.factories.accounts import CountryFactory, OfficerFactory, UnitFactory

if TYPE_CHECKING:
    from collections.abc import Mapping

HOME: Final = "AA"
NOBODY: Final = ("signed_out", "suspended_officer", "officer_of_suspended_country")
"""Askers who are led to sign in, whatever they ask for."""

ASKERS: Final = (*Role.values, *NOBODY)


@dataclass(frozen=True)
class Asker:
    """Somebody who asks, and the cookie of a session that was opened while they might still sign in."""

    name: str
    officer: Officer | None
    session: str = ""

    def client(self) -> Client:
        """Return a browser that holds this session and nothing else, not even an earlier page's message."""
        client = Client(raise_request_exception=False)
        if self.session:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        return client


def officer_of(code: str, role: str = Role.ANALYST, **fields: str) -> Officer:
    """Return a new officer of a country, which is made where it is missing."""
    unit = UnitFactory.create(country=CountryFactory.create(code=code))
    officer: Officer = OfficerFactory.create(unit=unit, role=role, **fields)
    return officer


def make_askers() -> Mapping[str, Asker]:
    """Create one asker of each name, signed in."""
    country_of = {Role.SECRETARIAT_ADMINISTRATOR: "IPSG"}
    officers = {str(role): officer_of(country_of.get(role, HOME), role) for role in Role}
    askers = {name: signed_in(name, officer) for name, officer in officers.items()}
    suspended = signed_in("suspended_officer", officer_of(HOME, email="suspended@police.example"))
    elsewhere = signed_in("officer_of_suspended_country", officer_of("ZZ"))
    Officer.objects.filter(email="suspended@police.example").update(is_active=False)
    Country.objects.filter(code="ZZ").update(state=Country.State.SUSPENDED)
    return {**askers, **{each.name: each for each in (Asker("signed_out", None), suspended, elsewhere)}}


def signed_in(name: str, officer: Officer) -> Asker:
    """Return an officer who has signed in, by a name that tests know them by."""
    client = Client()
    client.force_login(officer)
    return Asker(name, officer, client.cookies[settings.SESSION_COOKIE_NAME].value)
