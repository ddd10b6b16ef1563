"""Reads about countries, officers and their scopes."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import ApiToken, Country, Officer, Role, Scope, Sharing, Unit
from accounts.policies import Permission, has_permission, is_in_service
from accounts.sharing.errors import BadAudience
from accounts.sharing.models import SharingGroup
from accounts.tokens import digest_of
from icse.common.errors import NotFound

_KIND_OF_LEVEL: Final[dict[str, Scope.Kind]] = {
    Sharing.DEFAULT: Scope.Kind.DEFAULT,
    Sharing.MEMBERS: Scope.Kind.MEMBERS,
}


@dataclass(frozen=True, slots=True)
class StreamClaim:
    """Whose stream is open, under which session; without one only the officer is asked about."""

    officer_id: UUID
    session_key: str | None
    session_hash: str | None


def find_broken_claims(claims: Collection[StreamClaim]) -> set[StreamClaim]:
    """Return the streams that must end: the officer is out of service, or the session is over."""
    officers = Officer.objects.select_related("unit__country").in_bulk([each.officer_id for each in claims])
    sessions = Session.objects.filter(
        session_key__in=[each.session_key for each in claims if each.session_key],
        expire_date__gt=timezone.now(),
    )
    living = set(sessions.values_list("session_key", flat=True))
    return {each for each in claims if not _still_holds(each, officers.get(each.officer_id), living)}


def _still_holds(claim: StreamClaim, officer: Officer | None, living: set[str]) -> bool:
    if officer is None or not is_in_service(officer):
        return False
    if claim.session_key is None:
        return True
    return claim.session_key in living and constant_time_compare(
        claim.session_hash or "", officer.get_session_auth_hash()
    )


def scopes_of(officer: Officer) -> tuple[int, ...]:
    """Return the numbers of the scopes that the officer stands in, read once per request.

    Worked out by the database from what holds at that moment: memberships, grants, expiries, suspensions
    and default levels. Roles without a right to media, and whoever is out of service, stand in none.
    """
    if officer.known_scopes is None:
        officer.known_scopes = _read_scopes(officer)
    return officer.known_scopes


def is_made_for(officer: Officer) -> RawSQL:
    """Return the condition that a statement is made in the officer's name, for views that ask for that."""
    return RawSQL("(SELECT acting_officer()) = %s", [officer.pk], output_field=BooleanField())


def _read_scopes(officer: Officer) -> tuple[int, ...]:
    if not is_in_service(officer) or not has_permission(officer, Permission.MATERIAL_SEE):
        return ()
    with connection.cursor() as cursor:
        cursor.execute("SELECT scope_id FROM sharing_scopes_of(%s)", [officer.pk])
        return tuple(scope for (scope,) in cursor.fetchall())


def audience_for(
    sharing: str, country: Country, *, groups: Collection[UUID] = (), units: Collection[UUID] = ()
) -> list[int]:
    """Return the scopes that a sharing level of a country opens to.

    `units` are the units alone, every other level is the whole country and whoever else the level names.
    `groups` and `units` matter at the level of their name only.

    Raises:
        BadAudience: The level names groups or units, and none is given, one that the country is not in at
            present, or a unit that is not its own.
    """
    if sharing == Sharing.UNITS:
        return _unit_scopes(country, set(units))
    opened = {Scope.Kind.COUNTRY, _KIND_OF_LEVEL.get(sharing, Scope.Kind.COUNTRY)}
    scopes = Scope.objects.filter(Q(country=country) | Q(kind=Scope.Kind.MEMBERS), kind__in=opened)
    audience = list(scopes.values_list("pk", flat=True))
    if sharing == Sharing.GROUP:
        audience += _group_scopes(country, set(groups))
    return sorted(audience)


def _unit_scopes(country: Country, units: set[UUID]) -> list[int]:
    scopes = Scope.objects.filter(unit__in=units, unit__country=country)
    audience = list(scopes.order_by("pk").values_list("pk", flat=True))
    if not audience or len(audience) != len(units):
        raise BadAudience("Choose at least one unit, and none but those of your own country.")
    return audience


def _group_scopes(country: Country, groups: set[UUID]) -> list[int]:
    opened = SharingGroup.objects.open_to(country).filter(pk__in=groups)
    audience = list(opened.values_list("scope", flat=True))
    if not audience or len(audience) != len(groups):
        raise BadAudience("Choose at least one sharing group, and none but those that your country is in.")
    return audience


def granted_scopes(audience: Collection[int]) -> list[int]:
    """Return the scopes of an audience that stand for grants: a change of sharing leaves them in it."""
    granted = Scope.objects.filter(pk__in=audience, kind=Scope.Kind.GRANT)
    return list(granted.order_by("pk").values_list("pk", flat=True))


def get_country(code: str) -> Country:
    """Return the member of that code, whatever its capitals.

    Raises:
        NotFound: There is none.
    """
    country = Country.objects.filter(code=code.upper()).first()
    if country is None:
        raise NotFound(f"No country {code.upper()} takes part.")
    return country


def find_unit(country: Country, name: str) -> Unit | None:
    """Return the country's unit of that name, or None where it has none."""
    return Unit.objects.filter(country=country, name=name).first()


def find_officer(pk: UUID | str) -> Officer | None:
    """Return the officer with unit and country, or None where there is none."""
    return Officer.objects.select_related("unit__country").filter(pk=pk).first()


def find_officer_by_email(email: str) -> Officer | None:
    """Return the officer who signs in with an address, whatever its capitals, or None where nobody does."""
    return Officer.objects.select_related("unit__country").filter(email__iexact=email).first()


def get_officer_by_email(email: str) -> Officer:
    """Return the officer who signs in with an address, whatever its capitals.

    Raises:
        NotFound: Nobody does.
    """
    officer = find_officer_by_email(email)
    if officer is None:
        raise NotFound(f"Nobody signs in with {email}.")
    return officer


def find_usable_token(text: str) -> ApiToken | None:
    """Return the token of that text with its officer, unit and country, or None where it opens nothing.

    The digest is looked up, not the text: what the time of the look-up tells is about the digest.
    """
    tokens = ApiToken.objects.usable().select_related("officer__unit__country")
    return tokens.filter(digest=digest_of(text)).first()


def list_tokens(officer: Officer) -> list[ApiToken]:
    """Return the officer's own tokens that were not revoked, newest first."""
    return list(officer.api_tokens.filter(revoked_at=None).order_by("-created_at"))


def get_own_token(officer: Officer, pk: UUID) -> ApiToken:
    """Return one of the officer's own tokens.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    token = officer.api_tokens.select_related("officer").filter(pk=pk).first()
    if token is None:
        raise NotFound
    return token


def list_role_names() -> list[tuple[str, str]]:
    """Return every role with its name, in the order of the matrix."""
    return list(Role.choices)
