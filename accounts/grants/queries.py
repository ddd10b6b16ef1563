"""Reads of grants, and of whom one can be given to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.audit.models import Outcome
from accounts.audit.recording import note
from accounts.grants.errors import HolderNotFound
from accounts.grants.models import Grant
from accounts.models import Country, Officer, Unit
from accounts.policies import Permission, has_permission, is_in_service
from icse.common.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.grants.querysets import GrantQuerySet
    from accounts.querysets import CountryQuerySet


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a grant is for: an officer, or everybody of a unit."""

    officer: Officer | None
    unit: Unit

    @property
    def country(self) -> Country:
        """Return the holder's country."""
        return self.unit.country


def find_holder(officer: Officer, named: str, *, whole_unit: bool) -> Holder:
    """Return whom the officer names: by exact e-mail address anywhere, by name in their own country only.

    That an address is known is told, because a grant to nobody would be a mistake that nobody notices;
    who tries addresses is on record.

    Raises:
        HolderNotFound: Nobody of that name can hold a grant.
    """
    wanted = " ".join(named.split())
    unit = None if "@" in wanted else _own_units(officer).filter(name__iexact=wanted).first()
    if unit is not None:
        return Holder(None, unit)
    found = _find_officer(officer, wanted)
    return Holder(None if whole_unit else found, found.unit)


def _own_units(officer: Officer) -> QuerySet[Unit]:
    return Unit.objects.select_related("country").filter(country_id=officer.unit.country_id)


def _find_officer(officer: Officer, wanted: str) -> Officer:
    officers = Officer.objects.select_related("unit__country")
    if "@" in wanted:
        found = list(officers.filter(email__iexact=wanted))
    else:
        found = list(officers.filter(full_name__iexact=wanted, unit__country_id=officer.unit.country_id)[:2])
    if len(found) != 1 or not _may_hold(found[0]):
        note("grant.refused", by=officer, right=Permission.ACCESS_GRANT, outcome=Outcome.REFUSED)
        raise HolderNotFound
    return found[0]


def _may_hold(officer: Officer) -> bool:
    return is_in_service(officer) and has_permission(officer, Permission.MATERIAL_SEE)


def list_known_holders(officer: Officer) -> list[str]:
    """Return names that can be granted something within the officer's own country: units, then officers."""
    colleagues = Officer.objects.filter(unit__country_id=officer.unit.country_id, is_active=True)
    seeing = [
        each.email for each in colleagues.order_by("email") if has_permission(each, Permission.MATERIAL_SEE)
    ]
    return [unit.name for unit in _own_units(officer)] + seeing


def list_other_countries(officer: Officer) -> CountryQuerySet:
    """Return the other countries that take part at present, by name."""
    return Country.objects.active().exclude(pk=officer.unit.country_id).order_by("name")


def list_grants(grant_ids: Collection[UUID]) -> GrantQuerySet:
    """Return these grants that nobody has ended, the last given first, with what their lines name."""
    known = Grant.objects.filter(pk__in=grant_ids).not_ended()
    return known.select_related("officer", "unit__country", "holder_country", "granter").order_by("-given_at")


def get_own_grant(officer: Officer, grant_id: UUID) -> Grant:
    """Return a grant that the officer's own country gave and nobody has ended.

    Raises:
        NotFound: There is none.
    """
    own = Grant.objects.not_ended().filter(country_id=officer.unit.country_id)
    grant = own.filter(pk=grant_id).first()
    if grant is None:
        raise NotFound
    return grant
