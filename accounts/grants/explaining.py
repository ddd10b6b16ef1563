"""Why somebody sees a thing, and who else does, in sentences made of its scopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import Country, Scope
from accounts.queries import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from accounts.grants.models import Grant
    from accounts.models import Officer


@dataclass(frozen=True, slots=True)
class Shared:
    """A thing as far as its reach goes: the country it belongs to, and its audience.

    `own_words` say what that country did with it: "handed it in", "keeps it".
    """

    country: Country
    audience: Sequence[int]
    own_words: str


@dataclass(frozen=True, slots=True)
class Reach:
    """One part of an audience in words; `countries` counts those in it, None where that stays hidden."""

    words: str
    countries: int | None = None


def why_each(officer: Officer, things: Sequence[Shared]) -> list[list[str]]:
    """Return for each thing that the officer sees the reasons for it, the nearest first, in one query.

    Made from the scopes in which the officer stands and nothing else: through whom others see it, and
    whether others do, is not in it.
    """
    standing = set(scopes_of(officer))
    named = {scope for thing in things for scope in thing.audience if scope in standing}
    scopes = {scope.pk: scope for scope in _scopes(named)}
    return [_reasons(officer, thing, scopes) for thing in things]


def why(officer: Officer, thing: Shared) -> list[str]:
    """Return why the officer sees one thing."""
    return why_each(officer, [thing])[0]


def _reasons(officer: Officer, thing: Shared, scopes: dict[int, Scope]) -> list[str]:
    owner = "Your country" if thing.country.pk == officer.unit.country_id else thing.country.name
    standing = sorted((scopes[each] for each in thing.audience if each in scopes), key=_nearness)
    return [_reason(owner, thing, scope) for scope in standing]


def _reason(owner: str, thing: Shared, scope: Scope) -> str:
    if scope.kind == Scope.Kind.COUNTRY:
        return f"{owner} {thing.own_words}."
    if scope.kind == Scope.Kind.MEMBERS:
        return f"{owner} shares it with all members."
    return _granted(owner, scope.grant)


def _granted(owner: str, grant: Grant) -> str:
    holder = f"your unit, {grant.unit.name}," if grant.unit else "you"
    return f"{owner} granted it to {holder} until {grant.expires_at:%Y-%m-%d %H:%M} UTC: {grant.reason}"


def who(thing: Shared) -> list[Reach]:
    """Return in words who sees a thing at present, grants left out: those are listed one by one."""
    scopes = sorted(_scopes(thing.audience), key=_nearness)
    return [_reach(thing, scope) for scope in scopes if scope.kind != Scope.Kind.GRANT]


def _reach(thing: Shared, scope: Scope) -> Reach:
    if scope.kind == Scope.Kind.COUNTRY:
        return Reach(f"Officers and analysts of {thing.country.name}", 1)
    return Reach("All members", Country.objects.active().count())


def scopes_known_of(country: Country) -> list[int]:
    """Return the scopes in which any officer of a country stands, as far as everybody may know of them."""
    known = Scope.objects.filter(country=country) | Scope.objects.filter(kind=Scope.Kind.MEMBERS)
    return list(known.values_list("pk", flat=True))


def _scopes(ids: Iterable[int]) -> list[Scope]:
    return list(Scope.objects.filter(pk__in=list(ids)).select_related("grant__unit"))


def _nearness(scope: Scope) -> tuple[int, int]:
    order = (Scope.Kind.COUNTRY, Scope.Kind.GRANT, Scope.Kind.MEMBERS)
    return order.index(Scope.Kind(scope.kind)), scope.pk
