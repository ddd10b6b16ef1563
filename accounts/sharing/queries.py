"""Reads of sharing groups and default levels, always as somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Prefetch

from accounts.models import Country, Sharing, Unit
from accounts.sharing.models import DefaultSharing, GroupMembership, SharingGroup
from icse.common.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import Officer
    from accounts.sharing.querysets import SharingGroupQuerySet


def list_groups(officer: Officer) -> SharingGroupQuerySet:
    """Return the groups that the officer's country is in, was asked into or owns, with what it may know.

    `known` of each are the standing memberships that the country may know of, by name.
    """
    known = GroupMembership.objects.visible_to(officer).standing().select_related("country")
    return (
        SharingGroup.objects.visible_to(officer)
        .select_related("owner")
        .prefetch_related(Prefetch("memberships", known.order_by("country__name"), to_attr="known"))
        .order_by("state", "name", "pk")
    )


def get_visible_group(officer: Officer, group_id: UUID) -> SharingGroup:
    """Return a group that the officer's country is in, was asked into or owns.

    Raises:
        NotFound: There is none, or the country has nothing to do with it.
    """
    group = list_groups(officer).filter(pk=group_id).first()
    if group is None:
        raise NotFound
    return group


def find_own_membership(officer: Officer, group: SharingGroup) -> GroupMembership | None:
    """Return the country's standing place in a group, or None."""
    own = GroupMembership.objects.visible_to(officer).standing()
    return own.filter(group=group, country=officer.unit.country_id).first()


def list_open_groups(officer: Officer) -> list[SharingGroup]:
    """Return the groups that the officer's country may share with at present."""
    return list(list_groups(officer).open_to(officer.unit.country))


def known_groups_of(officer: Officer, country: Country) -> list[SharingGroup]:
    """Return the groups in which a country is at present, as far as the officer's country knows of that."""
    places = GroupMembership.objects.visible_to(officer).live().filter(country=country)
    return list(list_groups(officer).filter(pk__in=places.values("group")))


def default_level(country: Country) -> Sharing:
    """Return what `default` means for a country: itself alone until it has chosen otherwise."""
    level = DefaultSharing.objects.filter(country=country).values_list("level", flat=True).first()
    return Sharing(level) if level else Sharing.NATIONAL


def list_default_groups(officer: Officer) -> list[SharingGroup]:
    """Return the groups that the country's default level opens to where it is `group`."""
    country = officer.unit.country
    chosen = GroupMembership.objects.standing().filter(country=country, is_default=True)
    return list(list_groups(officer).open_to(country).filter(pk__in=chosen.values("group")))


def list_units(country: Country) -> list[Unit]:
    """Return the units of a country by name."""
    return list(country.units.order_by("name"))


def list_invitable_countries(group: SharingGroup) -> list[Country]:
    """Return the countries that take part and have no standing place in a group, by name."""
    inside = GroupMembership.objects.standing().filter(group=group).values("country")
    return list(Country.objects.active().exclude(pk__in=inside).order_by("name"))


def groups_in(officer: Officer, audience: Collection[int]) -> list[SharingGroup]:
    """Return the groups that an audience names, as far as the officer's country knows of them."""
    return list(SharingGroup.objects.visible_to(officer).filter(scope__in=audience).order_by("name"))


def units_in(audience: Collection[int]) -> list[Unit]:
    """Return the units that an audience names, by name."""
    return list(Unit.objects.filter(scope__in=audience).order_by("name"))


def named_in(officer: Officer, audience: Collection[int]) -> dict[str, list[str]]:
    """Return the ids of the groups and units that an audience names, by the names of a form's fields."""
    groups, units = groups_in(officer, audience), units_in(audience)
    return {"groups": [str(each.pk) for each in groups], "units": [str(each.pk) for each in units]}


def count_members() -> int:
    """Return how many countries take part at present."""
    return Country.objects.active().count()


def officers_in(scopes: Collection[int]) -> list[UUID]:
    """Return the ids of the officers who stand in any of these scopes at present; for hints alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT officer_id FROM sharing_officers_in(%s)", [list(scopes)])
        return [officer_id for (officer_id,) in cursor.fetchall()]
