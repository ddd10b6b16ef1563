"""Stacks: how the engine makes them, and what each officer sees of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Officer, Sharing
from evidence.models import Material
from media_analysis.models import ExactSignal
from series.models import Stack, StackMember
from series.queries.stacks import collapse_stacks, stack_of, stacks_of
from series.tasks import propose
from tests.cast import Cast, make_cast
from tests.conftest import RoleSwitch, ServedSwitch
from tests.factories.evidence import SubmissionFactory, submitted
from tests.factories.media_analysis import connect, share_signal
from tests.factories.series import DecisionFactory, make_stack

pytestmark = pytest.mark.django_db


def listed(officer: Officer) -> set[UUID]:
    visible = Material.objects.visible_to(officer)
    return set(collapse_stacks(officer, visible).values_list("pk", flat=True))


def together(officer: Officer, material: Material) -> list[Material]:
    return list(stack_of(officer, material).materials)


def hubs() -> dict[UUID, UUID]:
    return dict(StackMember.objects.values_list("material", "stack"))


def test_propose_hangs_copies_on_the_largest(cast: Cast, as_engine: RoleSwitch) -> None:
    small = submitted(cast.owner, material__width=100)
    # Of two that are equally large, the smaller id counts as the larger.
    large, twin = (
        submitted(cast.owner, material__width=900, material__id=each) for each in sorted((uuid4(), uuid4()))
    )
    connect(small, large)
    share_signal(ExactSignal.Kind.PIXELS, "same pixels", large, twin)
    with as_engine():
        propose(material_id=str(small.pk))
        propose(material_id=str(twin.pk))
    assert hubs() == {small.pk: large.pk, large.pk: large.pk, twin.pk: large.pk}
    pixels = dict(StackMember.objects.values_list("material", "pixels"))
    assert pixels[large.pk] == pixels[twin.pk] is not None
    assert pixels[small.pk] is None


def test_propose_leaves_what_only_looks_alike(cast: Cast, as_engine: RoleSwitch) -> None:
    one, other = submitted(cast.owner), submitted(cast.owner)
    for kind in ("scene", "face", "near_in_time", "frame"):
        connect(one, other, kind)
    share_signal(ExactSignal.Kind.BODY_SERIAL, "4711", one, other)
    with as_engine():
        assert propose(material_id=str(one.pk)) == 0
    assert hubs() == {}


def test_propose_twice_changes_nothing(cast: Cast, as_engine: RoleSwitch) -> None:
    one, other = submitted(cast.owner), submitted(cast.owner)
    connect(one, other)
    with as_engine():
        assert propose(material_id=str(one.pk)) == 1
        before = hubs()
        assert propose(material_id=str(one.pk)) == propose(material_id=str(other.pk)) == 0
    assert hubs() == before


def test_propose_merges_stars_under_a_better_hub(cast: Cast, as_engine: RoleSwitch) -> None:
    small, medium, large = (submitted(cast.owner, material__width=width) for width in (100, 500, 900))
    connect(small, medium)
    with as_engine():
        propose(material_id=str(small.pk))
    connect(small, large)
    connect(medium, large)
    with as_engine():
        propose(material_id=str(large.pk))
    assert set(hubs().values()) == {large.pk}
    assert list(Stack.objects.values_list("pk", flat=True)) == [large.pk]


def test_propose_removes_a_star_that_fell_apart(cast: Cast, as_engine: RoleSwitch) -> None:
    one, other = submitted(cast.owner, material__width=900), submitted(cast.owner)
    match = connect(one, other)
    with as_engine():
        propose(material_id=str(one.pk))
        match.delete()
        propose(material_id=str(one.pk))
    assert not Stack.objects.exists()


def test_propose_of_a_material_that_is_gone_does_nothing(as_engine: RoleSwitch, cast: Cast) -> None:
    with as_engine():
        assert propose(material_id=str(cast.owner.pk)) == 0


def test_stack_shows_the_largest_of_all_that_is_visible(cast: Cast) -> None:
    hub = submitted(cast.owner, material__width=900)
    members = [submitted(cast.owner, material__width=width) for width in (300, 200)]
    alone = submitted(cast.owner)
    make_stack(hub, *members)
    assert listed(cast.colleague) == {hub.pk, alone.pk}
    view = stack_of(cast.colleague, members[1])
    assert (view.representative, view.count) == (hub, 3)
    assert together(cast.colleague, alone) == [alone]


@pytest.mark.parametrize(
    ("arrange", "shown_together"),
    [
        pytest.param(lambda one, other: None, False, id="strangers without their hub"),
        pytest.param(connect, True, id="proven copies of each other"),
        pytest.param(lambda one, other: connect(one, other, "scene"), False, id="alike, but no copies"),
    ],
)
def test_members_of_an_invisible_hub(
    cast: Cast, arrange: Callable[[Material, Material], object], *, shown_together: bool
) -> None:
    hub = submitted(cast.partner, material__width=900)
    one, other = submitted(cast.owner, material__width=300), submitted(cast.owner, material__width=200)
    make_stack(hub, one, other)
    arrange(one, other)
    assert together(cast.owner, other) == ([one, other] if shown_together else [other])
    assert listed(cast.owner) == ({one.pk} if shown_together else {one.pk, other.pk})
    assert listed(cast.partner) == {hub.pk}
    assert stack_of(cast.partner, hub).count == 1


def test_members_of_an_invisible_hub_with_the_same_pixels(cast: Cast) -> None:
    hub = submitted(cast.partner, material__width=900)
    one, other, third = (submitted(cast.owner, material__width=width) for width in (300, 200, 100))
    make_stack(hub, one, other, third, twins=(one, other))
    assert together(cast.owner, one) == [one, other]
    assert listed(cast.owner) == {one.pk, third.pk}


def test_chain_behind_an_invisible_hub_loses_nobody(cast: Cast) -> None:
    hub = submitted(cast.partner, material__width=900)
    first, second, third = (submitted(cast.owner, material__width=width) for width in (300, 200, 100))
    make_stack(hub, first, second, third)
    connect(first, second)
    connect(second, third)
    # The second is covered by the first, so that it cannot cover the third.
    assert listed(cast.owner) == {first.pk, third.pk}
    assert together(cast.owner, third) == [third]


def test_hub_shared_with_members_joins_partners_copies(cast: Cast) -> None:
    hub = submitted(cast.partner, sharing=Sharing.MEMBERS, material__width=900)
    one, other = submitted(cast.owner), submitted(cast.owner)
    make_stack(hub, one, other)
    assert set(together(cast.owner, one)) == {hub, one, other}
    assert listed(cast.third) == {hub.pk}
    assert stack_of(cast.third, hub).count == 1


def test_not_the_same_takes_a_member_out_for_its_country_alone(cast: Cast) -> None:
    hub = submitted(cast.owner, sharing=Sharing.MEMBERS, material__width=900)
    member = submitted(cast.owner, sharing=Sharing.MEMBERS)
    make_stack(hub, member)
    decision = DecisionFactory.about(cast.analyst, hub, member, kind="copy", verdict="not_same")
    assert together(cast.owner, member) == [member]
    assert listed(cast.owner) == {hub.pk, member.pk}
    assert together(cast.partner, member) == [hub, member]
    decision.superseded_at = decision.decided_at
    decision.save()
    assert together(cast.owner, member) == [hub, member]


def test_list_that_lacks_the_hub_shows_the_best_member_it_has(cast: Cast) -> None:
    hub = submitted(cast.owner, material__width=900)
    one, other = submitted(cast.owner, material__width=300), submitted(cast.owner, material__width=200)
    make_stack(hub, one, other)
    some = Material.objects.visible_to(cast.owner).filter(width__lt=900)
    assert set(collapse_stacks(cast.owner, some)) == {one}


def test_second_submission_of_the_hub_opens_it(cast: Cast) -> None:
    hub = submitted(cast.partner, material__width=900)
    one, other = submitted(cast.owner), submitted(cast.owner)
    make_stack(hub, one, other)
    SubmissionFactory.create(material=hub, officer=cast.owner)
    assert listed(cast.owner) == {hub.pk}


def test_stacks_of_a_page_take_the_same_number_of_queries(cast: Cast) -> None:
    def queries(stacks: int) -> int:
        materials = []
        for _ in range(stacks):
            hub, member = submitted(cast.owner, material__width=900), submitted(cast.owner)
            make_stack(hub, member)
            materials.append(hub)
        with CaptureQueriesContext(connection) as captured:
            assert all(view.count == 2 for view in stacks_of(cast.owner, materials).values())
        return len(captured)

    queries(1)
    assert queries(1) == queries(7)


def test_stacks_are_read_as_the_application(cast: Cast, as_app: ServedSwitch) -> None:
    hub, member = submitted(cast.owner, material__width=900), submitted(cast.owner)
    make_stack(hub, member)
    with as_app(cast.owner):
        assert listed(cast.owner) == {hub.pk}
        assert stack_of(cast.owner, member).representative == hub


def test_stack_is_not_known_before_ones_own_analysis(cast: Cast) -> None:
    hub = submitted(cast.partner, material__width=900)
    member = submitted(cast.owner)
    make_stack(hub, member)
    again = SubmissionFactory.create(material=hub, officer=cast.owner, analyzed_at=None)
    assert listed(cast.owner) == {hub.pk, member.pk}
    assert stack_of(cast.owner, hub).count == 1
    again.analyzed_at = again.received_at
    again.save()
    assert listed(cast.owner) == {hub.pk}


@pytest.mark.django_db(transaction=True)
def test_proposals_for_copies_at_once_end_in_one_stack() -> None:
    cast = make_cast()
    materials = [submitted(cast.owner, material__width=width) for width in (100, 500, 900, 300)]
    for one, other in combinations(materials, 2):
        connect(one, other)

    def run(material: Material) -> None:
        try:
            propose(material_id=str(material.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(run, materials))
    assert set(hubs().values()) == {materials[2].pk}
    assert len(hubs()) == 4
