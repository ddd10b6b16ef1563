"""Sharing groups and the countries in them."""

from typing import Any

from django.utils import timezone
from factory.declarations import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import Officer, Scope
from accounts.sharing.models import GroupMembership, SharingGroup
from tests.factories.accounts import CountryFactory


class SharingGroupFactory(DjangoModelFactory[SharingGroup]):
    """A group that nobody is in yet."""

    class Meta:
        model = SharingGroup

    owner = SubFactory(CountryFactory)
    scope = LazyFunction(lambda: Scope.objects.create(kind=Scope.Kind.GROUP))
    name = Sequence(lambda number: f"Joint operation {number}")
    purpose = "A drawn room in three countries."


class GroupMembershipFactory(DjangoModelFactory[GroupMembership]):
    """A country that has accepted."""

    class Meta:
        model = GroupMembership

    group = SubFactory(SharingGroupFactory)
    country = SubFactory(CountryFactory)
    state = GroupMembership.State.ACCEPTED
    since = LazyFunction(timezone.now)


def grouped(owner: Officer, *others: Officer, **fields: Any) -> SharingGroup:
    """Return a group of the owner's country that it and the others' countries are in."""
    group: SharingGroup = SharingGroupFactory.create(owner=owner.unit.country, **fields)
    for officer in (owner, *others):
        GroupMembershipFactory.create(group=group, country=officer.unit.country)
    return group
