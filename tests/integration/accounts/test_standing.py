"""Who stands in which scope: the database's rule against one that is written here a second time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.grants.models import Grant
from accounts.models import Country, Officer, Role, Scope, Sharing
from accounts.policies import Permission, has_permission, is_in_service
from accounts.queries import audience_for, scopes_of
from accounts.sharing.errors import BadAudience
from accounts.sharing.models import DefaultSharing, GroupMembership, SharingGroup
from tests.factories.accounts import CountryFactory, OfficerFactory, UnitFactory
from tests.factories.sharing import GroupMembershipFactory, SharingGroupFactory, grouped

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from tests.cast import Cast

pytestmark = pytest.mark.django_db

COUNTRIES: Final = 3
GROUPS: Final = 2
MONTH: Final = timedelta(days=30)


@dataclass(frozen=True)
class Place:
    """A country's place in a group; `ends` is counted from now."""

    state: str
    ends: timedelta | None
    is_default: bool


@dataclass(frozen=True)
class Group:
    """A group, and for each country its place in it or None."""

    state: str
    ends: timedelta | None
    places: tuple[Place | None, ...]


@dataclass(frozen=True)
class Member:
    """A country with one officer in each of two units."""

    state: str
    level: str | None
    roles: tuple[Role, Role]
    is_in_service: bool
    has_open_units: bool


@dataclass(frozen=True)
class Gift:
    """A grant to an officer or to the unit they are in, by their number among all."""

    officer: int
    to_unit: bool
    ends: timedelta
    is_ended: bool


_ends = st.sampled_from([None, MONTH, -MONTH])
_places = st.builds(Place, st.sampled_from(GroupMembership.State.values), _ends, st.booleans())
_groups = st.builds(
    Group, st.sampled_from(SharingGroup.State.values), _ends, st.tuples(*[st.none() | _places] * COUNTRIES)
)
_members = st.builds(
    Member,
    st.sampled_from(Country.State.values),
    st.sampled_from([None, Sharing.NATIONAL, Sharing.GROUP, Sharing.MEMBERS]),
    st.tuples(*[st.sampled_from(Role)] * 2),
    st.booleans(),
    st.booleans(),
)
_gifts = st.builds(
    Gift,
    st.integers(0, 2 * COUNTRIES - 1),
    st.booleans(),
    st.sampled_from([MONTH, -MONTH]),
    st.booleans(),
)


def _end(ends: timedelta | None) -> datetime | None:
    return None if ends is None else timezone.now() + ends


def _make_country(told: Member) -> list[Officer]:
    country = CountryFactory.create(state=told.state)
    if told.level is not None:
        DefaultSharing.objects.create(country=country, level=told.level)
    units = [
        UnitFactory.create(country=country, name=name, is_active=told.has_open_units)
        for name in ("North", "South")
    ]
    return [
        OfficerFactory.create(unit=unit, role=role, is_active=told.is_in_service)
        for unit, role in zip(units, told.roles, strict=True)
    ]


def _make_group(told: Group, countries: list[Country]) -> None:
    group = SharingGroupFactory.create(owner=countries[0], state=told.state, valid_until=_end(told.ends))
    for country, place in zip(countries, told.places, strict=True):
        if place is not None:
            GroupMembershipFactory.create(
                group=group,
                country=country,
                state=place.state,
                is_default=place.is_default,
                valid_until=_end(place.ends),
            )


def _make_grant(told: Gift, officers: list[Officer]) -> None:
    officer = officers[told.officer]
    Grant.objects.create(
        scope=Scope.objects.create(kind=Scope.Kind.GRANT),
        country=officers[0].unit.country,
        granter=officers[0],
        holder_country=officer.unit.country,
        officer=None if told.to_unit else officer,
        unit=officer.unit if told.to_unit else None,
        reason="The same wallpaper",
        given_at=timezone.now() - 2 * MONTH,
        expires_at=timezone.now() + told.ends,
        ended_at=timezone.now() if told.is_ended else None,
    )


def _is_in(country: Country, group: SharingGroup, **chosen: bool) -> bool:
    return not group.is_over and any(
        place.state == "accepted" and (place.valid_until is None or place.valid_until > timezone.now())
        for place in group.memberships.filter(country=country, **chosen)
    )


def _default_opens(holder: Country, to: Country) -> bool:
    default = DefaultSharing.objects.filter(country=holder).first()
    if holder == to or default is None:
        return holder == to
    shared = (
        group
        for group in SharingGroup.objects.all()
        if _is_in(holder, group, is_default=True) and _is_in(to, group)
    )
    return default.level == "members" or (default.level == "group" and any(True for _ in shared))


def _holds(officer: Officer, grant: Grant) -> bool:
    return not grant.is_over and (grant.officer == officer or grant.unit == officer.unit)


def _stands_in(officer: Officer, scope: Scope) -> bool:
    country = officer.unit.country
    if not is_in_service(officer) or not has_permission(officer, Permission.MATERIAL_SEE):
        return False
    rules: dict[str, Callable[[], bool]] = {
        "country": lambda: scope.country == country,
        "default": lambda: scope.country is not None and _default_opens(scope.country, country),
        "unit": lambda: scope.unit == officer.unit,
        "group": lambda: _is_in(country, scope.sharing_group),
        "members": lambda: True,
        "grant": lambda: _holds(officer, scope.grant),
    }
    return rules[scope.kind]()


def _officers_in(*scopes: int) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT officer_id FROM sharing_officers_in(%s)", [list(scopes)])
        return {officer_id for (officer_id,) in cursor.fetchall()}


def _anew(officer: Officer) -> Officer:
    """Return the officer as the next request meets them."""
    return Officer.objects.select_related("unit__country").get(pk=officer.pk)


@settings(max_examples=50, deadline=None)
@given(st.tuples(*[_members] * COUNTRIES), st.tuples(*[_groups] * GROUPS), st.lists(_gifts, max_size=2))
def test_scopes_and_officers_agree_with_the_rule(
    members: tuple[Member, ...], groups: tuple[Group, ...], gifts: list[Gift]
) -> None:
    with transaction.atomic():
        officers = [officer for told in members for officer in _make_country(told)]
        for told in groups:
            _make_group(told, [officer.unit.country for officer in officers[::2]])
        for gift in gifts:
            _make_grant(gift, officers)
        scopes = Scope.objects.select_related("country", "unit", "sharing_group", "grant")
        expected = {
            officer.pk: {scope.pk for scope in scopes if _stands_in(officer, scope)} for officer in officers
        }

        assert {officer.pk: set(scopes_of(officer)) for officer in officers} == expected
        for scope in scopes:
            assert _officers_in(scope.pk) == {pk for pk, held in expected.items() if scope.pk in held}
        transaction.set_rollback(True)


def test_scopes_are_read_in_one_statement(cast: Cast) -> None:
    grouped(cast.owner, cast.partner)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        scopes_of(cast.partner)

    assert len(queries) == 1


def test_unit_has_a_scope_of_its_own(cast: Cast) -> None:
    elsewhere = OfficerFactory.create(
        unit=UnitFactory.create(country=cast.owner.unit.country, name="Another unit")
    )
    audience = audience_for(Sharing.UNITS, cast.owner.unit.country, units=[cast.owner.unit_id])

    assert set(scopes_of(cast.colleague)) >= set(audience)
    assert not set(scopes_of(elsewhere)) & set(audience)
    assert not set(scopes_of(cast.partner)) & set(audience)


def _foreign_units(cast: Cast) -> dict[str, Any]:
    return {"units": [cast.owner.unit_id, cast.partner.unit_id]}


def _foreign_group(cast: Cast) -> dict[str, Any]:
    return {"groups": [grouped(cast.owner).pk, grouped(cast.partner, cast.third).pk]}


def _ended_group(cast: Cast) -> dict[str, Any]:
    return {"groups": [grouped(cast.owner, cast.partner, state="ended").pk]}


def _run_out_group(cast: Cast) -> dict[str, Any]:
    return {"groups": [grouped(cast.owner, cast.partner, valid_until=timezone.now()).pk]}


@pytest.mark.parametrize(
    ("level", "named"),
    [
        (Sharing.UNITS, _foreign_units),
        (Sharing.UNITS, lambda cast: {}),
        (Sharing.GROUP, _foreign_group),
        (Sharing.GROUP, _ended_group),
        (Sharing.GROUP, _run_out_group),
        (Sharing.GROUP, lambda cast: {}),
    ],
)
def test_audience_of_what_may_not_be_named_is_refused(
    cast: Cast, level: Sharing, named: Callable[[Cast], dict[str, Any]]
) -> None:
    with pytest.raises(BadAudience):
        audience_for(level, cast.owner.unit.country, **named(cast))


def test_audience_of_several_groups_holds_each(cast: Cast) -> None:
    first, second = grouped(cast.owner, cast.partner), grouped(cast.third, cast.owner)
    audience = audience_for(Sharing.GROUP, cast.owner.unit.country, groups=[first.pk, second.pk])

    assert set(audience) > {first.scope_id, second.scope_id}
    assert set(scopes_of(_anew(cast.partner))) & set(audience) == {first.scope_id}
    assert set(scopes_of(_anew(cast.third))) & set(audience) == {second.scope_id}
