"""Why somebody sees a thing, and who else does, in sentences made of its scopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from accounts.models import Country, Scope, Sharing
from accounts.queries import scopes_of
from accounts.sharing.queries import default_level, known_groups_of, list_default_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from accounts.grants.models import Grant
    from accounts.models import Officer
    from accounts.sharing.models import SharingGroup


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
    # What the own country's default opens to is the owner's own page to say; that it is theirs is said.
    told = [each for each in standing if (each.kind, each.country_id) != ("default", officer.unit.country_id)]
    return [_reason(owner, thing, scope) for scope in told]


def _reason(owner: str, thing: Shared, scope: Scope) -> str:
    said = {
        Scope.Kind.COUNTRY: f"{owner} {thing.own_words}.",
        Scope.Kind.UNIT: f"{owner} {thing.own_words} and keeps it within units, yours among them.",
        Scope.Kind.DEFAULT: f"{owner} shares it as it does by default, which opens it to you at present.",
        Scope.Kind.MEMBERS: f"{owner} shares it with all members.",
    }
    if scope.kind == Scope.Kind.GROUP:
        return f"{owner} shares it with the sharing group {_group_name(scope)}."
    return said.get(Scope.Kind(scope.kind)) or _granted(owner, scope.grant)


def _group_name(scope: Scope) -> str:
    """Return a group's name; the floor shows it to the countries that are in it alone."""
    group: SharingGroup | None = getattr(scope, "sharing_group", None)
    return group.name if group else "that your country is in no more"


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
    if scope.unit:
        return Reach(f"Officers and analysts of {scope.unit.name}, {thing.country.name}", 1)
    if scope.kind == Scope.Kind.GROUP:
        return Reach(f"The sharing group {_group_name(scope)}")
    if scope.kind == Scope.Kind.DEFAULT:
        return Reach(f"Whoever your default opens it to, at present: {default_level(thing.country).label}")
    return Reach("All members", Country.objects.active().count())


def scopes_known_of(officer: Officer, country: Country) -> list[int]:
    """Return the scopes in which any officer of a country stands, as far as the asker may know of them.

    Those are the country's own, that of all members, those of groups whose members know each other, and
    that of the asker's default level where it opens to the country at present.
    """
    known = Scope.objects.filter(country=country) | Scope.objects.filter(kind=Scope.Kind.MEMBERS)
    groups = known_groups_of(officer, country)
    scopes = [*known.values_list("pk", flat=True), *(group.scope_id for group in groups)]
    if _default_opens_to(officer, groups):
        own = Scope.objects.filter(country=officer.unit.country_id, kind=Scope.Kind.DEFAULT)
        scopes += own.values_list("pk", flat=True)
    return scopes


def _default_opens_to(officer: Officer, groups: Iterable[SharingGroup]) -> bool:
    level = default_level(officer.unit.country)
    if level == Sharing.GROUP:
        return any(each in list_default_groups(officer) for each in groups)
    return level == Sharing.MEMBERS


def _scopes(ids: Iterable[int]) -> list[Scope]:
    scopes = Scope.objects.filter(pk__in=list(ids))
    return list(scopes.select_related("grant__unit", "unit", "sharing_group"))


def _nearness(scope: Scope) -> tuple[int, int]:
    return _NEAREST_FIRST.index(Scope.Kind(scope.kind)), scope.pk


_NEAREST_FIRST: Final = (
    Scope.Kind.UNIT,
    Scope.Kind.COUNTRY,
    Scope.Kind.GRANT,
    Scope.Kind.GROUP,
    Scope.Kind.DEFAULT,
    Scope.Kind.MEMBERS,
)
