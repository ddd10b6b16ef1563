"""Stars of proven copies: a table of cases, and the law that the order of discovery does not matter."""

from collections.abc import Iterable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from series.stars import Rank, settle

Edge = tuple[int, int]


def name(number: int) -> UUID:
    return UUID(int=number)


class Copies:
    """Copies by number; the smaller number is the better material."""

    def __init__(self, edges: Iterable[Edge] = ()) -> None:
        self.edges = set(edges)
        self.hubs: dict[UUID, UUID] = {}

    def copies_of(self, material: UUID) -> set[UUID]:
        around = {edge for edge in self.edges if material.int in edge}
        return {name(number) for edge in around for number in edge} - {material}

    def rank(self, material: UUID) -> Rank:
        return (material.int, material)

    def hub_of(self, material: UUID) -> UUID:
        return self.hubs.get(material, material)

    def members_of(self, hub: UUID) -> set[UUID]:
        return {hub, *(each for each, own in self.hubs.items() if own == hub)}

    def propose(self, number: int) -> dict[UUID, UUID]:
        moves = settle(self, name(number))
        self.hubs |= moves
        return moves

    def stars(self, numbers: Iterable[int]) -> dict[int, int]:
        return {number: self.hub_of(name(number)).int for number in numbers}


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ([], {1: 1, 2: 2, 3: 3}),
        ([(1, 2)], {1: 1, 2: 1, 3: 3}),
        ([(1, 2), (1, 3)], {1: 1, 2: 1, 3: 1}),
        # A chain is no star: 3 is a proven copy of 2 alone, which hangs on 1.
        ([(1, 2), (2, 3)], {1: 1, 2: 1, 3: 3}),
        ([(1, 3), (2, 3)], {1: 1, 2: 2, 3: 1}),
        ([(1, 2), (2, 3), (1, 3)], {1: 1, 2: 1, 3: 1}),
    ],
)
def test_settle_makes_stars(edges: list[Edge], expected: dict[int, int]) -> None:
    copies = Copies(edges)
    for number in expected:
        copies.propose(number)
    assert copies.stars(expected) == expected


def test_settle_moves_members_to_a_better_hub() -> None:
    copies = Copies([(2, 3), (2, 4)])
    copies.propose(4)
    copies.edges |= {(1, 2), (1, 3)}
    copies.propose(1)
    # 4 is a copy of 2 alone, which is a hub no more.
    assert copies.stars(range(1, 5)) == {1: 1, 2: 1, 3: 1, 4: 4}


def test_settle_frees_a_member_whose_copy_is_disproved() -> None:
    copies = Copies([(1, 2)])
    copies.propose(2)
    copies.edges.clear()
    copies.propose(2)
    assert copies.stars((1, 2)) == {1: 1, 2: 2}


def greedy(edges: set[Edge], numbers: Iterable[int]) -> dict[int, int]:
    """Return the stars as they must be: each takes its best neighbour that is a hub."""
    hubs: dict[int, int] = {}
    for number in sorted(numbers):
        around = {other for edge in edges if number in edge for other in edge if other < number}
        hubs[number] = min((each for each in around if hubs[each] == each), default=number)
    return hubs


EDGES = st.sets(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda edge: edge[0] != edge[1]), max_size=16
)


@given(edges=EDGES, order=st.permutations(range(9)))
def test_settle_does_not_depend_on_the_order_of_discovery(edges: set[Edge], order: list[int]) -> None:
    copies = Copies()
    for position, number in enumerate(order):
        known = set(order[: position + 1])
        copies.edges |= {edge for edge in edges if number in edge and set(edge) <= known}
        copies.propose(number)
    assert copies.stars(order) == greedy(edges, order)
    assert all(copies.propose(number) == {} for number in order)
