"""The graph of proven copies over all countries, as the engine sees it; never for an officer's eyes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Q

from evidence.models import Material
from media_analysis.models import ExactSignal, ExactSignalMember, Match, MatchKind
from series.models import StackMember

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from series.stars import Rank


class KnownCopies:
    """A `series.stars.CopyGraph` read from the database, neighbourhood by neighbourhood."""

    def __init__(self, material: UUID) -> None:
        self._copies: dict[UUID, set[UUID]] = {}
        self._ranks: dict[UUID, Rank] = {}
        self._hubs: dict[UUID, UUID] = {}
        self._members: dict[UUID, set[UUID]] = {}
        self._load_copies({material})
        self._load_copies(self._copies[material])

    def copies_of(self, material: UUID) -> set[UUID]:
        """Return the proven copies of a material."""
        self._load_copies({material} - self._copies.keys())
        return self._copies[material]

    def rank(self, material: UUID) -> Rank:
        """Return the place of a material among its copies; one that is gone meanwhile is the last."""
        self._load_places({material} - self._ranks.keys())
        return self._ranks.get(material, (0, material))

    def hub_of(self, material: UUID) -> UUID:
        """Return the hub that the material hangs on at present."""
        self._load_places({material} - self._ranks.keys())
        return self._hubs.get(material, material)

    def members_of(self, hub: UUID) -> set[UUID]:
        """Return the materials that hang on a hub at present."""
        if hub not in self._members:
            hanging = StackMember.objects.filter(stack=hub).values_list("material", flat=True)
            self._members[hub] = {hub, *hanging}
        return self._members[hub]

    def _load_copies(self, materials: Collection[UUID]) -> None:
        if not materials:
            return
        found: dict[UUID, set[UUID]] = {each: set() for each in materials}
        for left, right in _copy_pairs(materials):
            for one, other in ((left, right), (right, left)):
                if one in found:
                    found[one].add(other)
        for family in _families_of_pixels(materials):
            for each in family & found.keys():
                found[each] |= family - {each}
        self._copies |= found
        around = set().union(*found.values()) | found.keys()
        self._load_places(around - self._ranks.keys())

    def _load_places(self, materials: Collection[UUID]) -> None:
        if not materials:
            return
        placed = Material.objects.filter(pk__in=materials)
        for pk, width, height in placed.values_list("pk", "width", "height"):
            self._ranks[pk] = (-(width or 0) * (height or 0), pk)
        hanging = StackMember.objects.filter(material__in=materials)
        self._hubs.update(hanging.values_list("material", "stack"))


def pixel_signals(materials: Collection[UUID]) -> dict[UUID, UUID]:
    """Return for each material the id of the signal of its decoded pixels, where it has one."""
    members = ExactSignalMember.objects.filter(signal__kind=ExactSignal.Kind.PIXELS, material__in=materials)
    return dict(members.values_list("material", "signal"))


def _copy_pairs(materials: Collection[UUID]) -> Collection[tuple[UUID, UUID]]:
    either = Q(left__in=materials) | Q(right__in=materials)
    return Match.objects.filter(either, kind=MatchKind.COPY).values_list("left", "right")


def _families_of_pixels(materials: Collection[UUID]) -> list[set[UUID]]:
    signals = set(pixel_signals(materials).values())
    families: defaultdict[UUID, set[UUID]] = defaultdict(set)
    members = ExactSignalMember.objects.filter(signal__in=signals)
    for signal, material in members.values_list("signal", "material"):
        families[signal].add(material)
    return list(families.values())
