"""Which copies hang together: stars, in which every member is a proven copy of the hub.

The best material of a neighbourhood becomes the hub of its copies, and whatever is left over forms
stars of its own. The result depends on the copies alone, not on the order in which they were found,
so that a second run, or two runs at once, end in the same stars. Pure: no database.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Collection, Set

Rank = tuple[int, UUID]
"""Larger pictures first, then the smaller id, which is random: (-area in pixels, id).

No date: when a file was first received may be another country's to know, and which of two copies is shown
for both would tell.
"""


class CopyGraph(Protocol):
    """Proven copies and the stars that they stand in at present; answers may be loaded when asked for."""

    def copies_of(self, material: UUID) -> Set[UUID]:
        """Return the proven copies of a material, never itself."""

    def rank(self, material: UUID) -> Rank:
        """Return the place of a material among its copies; the smallest is the best."""

    def hub_of(self, material: UUID) -> UUID:
        """Return the hub that the material hangs on at present; its own, if it stands alone."""

    def members_of(self, hub: UUID) -> Set[UUID]:
        """Return the materials that hang on a hub at present, itself among them."""


def settle(graph: CopyGraph, material: UUID) -> dict[UUID, UUID]:
    """Return the new hub of every material that must move now that a material's copies are known.

    A material hangs on its best copy that is a hub and better than itself; one without such a copy
    is a hub. Materials are looked at best first, and only a change of hub passes on to worse ones.
    """
    hubs: dict[UUID, UUID] = {}
    waiting = _Waiting(graph)
    waiting.add({material} | graph.copies_of(material) | graph.members_of(graph.hub_of(material)))
    while (each := waiting.next()) is not None:
        hubs[each] = _best_hub(graph, hubs, each)
        if (hubs[each] == each) != (graph.hub_of(each) == each):
            around = graph.copies_of(each) | graph.members_of(each)
            waiting.add({other for other in around if graph.rank(other) > graph.rank(each)})
    return {each: hub for each, hub in hubs.items() if graph.hub_of(each) != hub}


def _best_hub(graph: CopyGraph, hubs: dict[UUID, UUID], material: UUID) -> UUID:
    better = (
        copy
        for copy in graph.copies_of(material)
        if graph.rank(copy) < graph.rank(material) and hubs.get(copy, graph.hub_of(copy)) == copy
    )
    return min(better, key=graph.rank, default=material)


class _Waiting:
    """Materials to look at, the best first, each once."""

    def __init__(self, graph: CopyGraph) -> None:
        self._graph = graph
        self._seen: set[UUID] = set()
        self._heap: list[tuple[Rank, UUID]] = []

    def add(self, materials: Collection[UUID]) -> None:
        for material in set(materials) - self._seen:
            heappush(self._heap, (self._graph.rank(material), material))
        self._seen.update(materials)

    def next(self) -> UUID | None:
        return heappop(self._heap)[1] if self._heap else None
