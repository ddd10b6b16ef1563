"""Writes of the engine: proven copies are stacked.

It reads no decision: a country's "not the same" is honoured when its officers read the stacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Count

from series.models import Stack, StackMember
from series.queries.copies import KnownCopies, pixel_signals
from series.stars import settle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID


def stack_copies(*, material_id: UUID) -> int:
    """Bring the stars around a material up to its proven copies and return how many materials moved.

    Under one lock, so that runs for two copies of one picture see each other's stars. A second run
    moves nothing.
    """
    with transaction.atomic():
        _lock_stacks()
        graph = KnownCopies(material_id)
        moves = settle(graph, material_id)
        if moves:
            _write(moves)
            _remove_empty({graph.hub_of(material) for material in moves} | set(moves.values()))
    return len(moves)


def unstack(*, material_id: UUID) -> int:
    """Take a material out of its star; where it was the hub, the others find one another anew.

    Returns how many others stood in the star.
    """
    with transaction.atomic():
        _lock_stacks()
        place = StackMember.objects.filter(pk=material_id).first()
        if place is None:
            return 0
        others = list(
            StackMember.objects.filter(stack=place.stack_id)
            .exclude(pk=material_id)
            .values_list("pk", flat=True)
        )
        if place.stack_id == material_id:
            Stack.objects.filter(pk=material_id).delete()
        else:
            place.delete()
            _remove_empty({place.stack_id})
    for each in others:
        stack_copies(material_id=each)
    return len(others)


def _lock_stacks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('series.stacks', 0))")


def _write(moves: Mapping[UUID, UUID]) -> None:
    hubs = set(moves.values())
    places = dict(moves) | {hub: hub for hub in hubs}
    pixels = pixel_signals(places.keys())
    Stack.objects.bulk_create([Stack(hub_id=hub) for hub in hubs], ignore_conflicts=True)
    StackMember.objects.bulk_create(
        [
            StackMember(material_id=each, stack_id=hub, pixels=pixels.get(each))
            for each, hub in places.items()
        ],
        update_conflicts=True,
        unique_fields=["material"],
        update_fields=["stack", "pixels"],
    )


def _remove_empty(hubs: set[UUID]) -> None:
    """Remove stars of which the hub is all that is left."""
    stacks = Stack.objects.filter(pk__in=hubs).annotate(size=Count("members"))
    Stack.objects.filter(pk__in=[stack.pk for stack in stacks.filter(size__lte=1)]).delete()
