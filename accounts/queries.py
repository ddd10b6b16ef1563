"""Reads about countries, officers and their scopes."""

from django.db.models import Q

from accounts.models import Country, Officer, Scope
from accounts.policies import Permission, has_permission


def scopes_of(officer: Officer) -> tuple[int, ...]:
    """Return the numbers of the scopes that the officer stands in, read once per request.

    Roles without a right to media, and members of a suspended country, stand in none.
    """
    if officer.known_scopes is None:
        officer.known_scopes = _read_scopes(officer)
    return officer.known_scopes


def _read_scopes(officer: Officer) -> tuple[int, ...]:
    country = officer.unit.country
    if country.state != Country.State.ACTIVE or not has_permission(officer, Permission.MATERIAL_SEE):
        return ()
    standing = Scope.objects.filter(Q(country=country) | Q(kind=Scope.Kind.MEMBERS))
    return tuple(standing.order_by("pk").values_list("pk", flat=True))


def audience_for(sharing: str, country: Country) -> list[int]:
    """Return the scopes that a sharing level of a country opens to.

    `national` is the country alone; `members` adds the scope of all members.
    """
    scopes = Scope.objects.filter(country=country)
    if sharing == "members":
        scopes = scopes | Scope.objects.filter(kind=Scope.Kind.MEMBERS)
    return list(scopes.order_by("pk").values_list("pk", flat=True))
