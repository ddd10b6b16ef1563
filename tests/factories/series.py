"""Decisions, stacks and series."""

from typing import Any

from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import Officer, Sharing
from accounts.queries import audience_for
from evidence.models import Material
from series.models import Decision, Series, SeriesMaterial, Stack, StackMember
from tests.factories.accounts import OfficerFactory


class SeriesFactory(DjangoModelFactory[Series]):
    """An open series of the officer's country, shared within it."""

    class Meta:
        model = Series

    class Params:
        groups = ()

    created_by = SubFactory(OfficerFactory)
    unit = SelfAttribute("created_by.unit")
    country = SelfAttribute("unit.country")
    name = Sequence(lambda number: f"Series {number}")
    sharing = Sharing.NATIONAL
    audience = LazyAttribute(
        lambda series: audience_for(
            series.sharing, series.country, groups=series.groups, units=[series.unit.pk]
        )
    )


class SeriesMaterialFactory(DjangoModelFactory[SeriesMaterial]):
    """A material in a series."""

    class Meta:
        model = SeriesMaterial

    series = SubFactory(SeriesFactory)
    added_by = SelfAttribute("series.created_by")


def make_stack(hub: Material, *members: Material, twins: tuple[Material, ...] = ()) -> Stack:
    """Make a star of a hub and its members; `twins` of the members decode to the same pixels."""
    stack = Stack.objects.create(hub=hub)
    pixels = hub.pk if hub in twins else (twins[0].pk if twins else None)
    for member in (hub, *members):
        StackMember.objects.create(material=member, stack=stack, pixels=pixels if member in twins else None)
    return stack


class DecisionFactory(DjangoModelFactory[Decision]):
    """What an analyst said of two materials."""

    class Meta:
        model = Decision

    class Params:
        groups = ()

    officer = SubFactory(OfficerFactory)
    country = SelfAttribute("officer.unit.country")
    kind = "scene"
    verdict = "same"
    sharing = Sharing.NATIONAL
    audience = LazyAttribute(
        lambda decision: audience_for(
            decision.sharing, decision.country, groups=decision.groups, units=[decision.officer.unit_id]
        )
    )

    @classmethod
    def about(cls, officer: Officer, one: Material, other: Material, **fields: Any) -> Decision:
        """Return a decision about two materials, whichever is named first."""
        left, right = sorted((one, other), key=lambda material: material.pk)
        decision: Decision = cls.create(officer=officer, left=left, right=right, **fields)
        return decision
