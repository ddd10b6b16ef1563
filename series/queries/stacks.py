"""Stacks as an officer sees them: copies shown as one, without betraying a copy that they may not see.

Two members are *linked* where each is a proven copy of the other, or where the officer sees the hub of
which both are proven copies; unless the officer's own country said that they, or one of them and the
hub, are not the same. A member is covered by a better one that it is linked to and that nothing covers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Case, Exists, ExpressionWrapper, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Greatest, Least

from evidence.lists import MaterialList
from evidence.models import Material
from media_analysis.models import Match, MatchKind
from series.models import Decision, StackMember, Verdict
from series.queries.known import known_by_analysis

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

    from accounts.models import Officer

    Listed = TypeVar("Listed", bound=QuerySet[Any])


COPY_KINDS = (MatchKind.IDENTICAL, MatchKind.COPY)


@dataclass(frozen=True, slots=True)
class StackView:
    """Copies shown as one: `materials` are those that the officer may see, the representative first."""

    representative: Material
    materials: tuple[Material, ...]

    @property
    def count(self) -> int:
        """Return how many copies the officer may see."""
        return len(self.materials)


def collapse_stacks(officer: Officer, materials: Listed) -> Listed:
    """Keep of each stack only its representatives among the listed materials, all of them visible.

    The primary key of what is listed is a material's. The result is still a queryset, so a list is paged
    in SQL and counts what is really shown.
    """
    links = _links(officer, materials)
    covered = links.values("material")
    return materials.exclude(pk__in=links.exclude(cover__in=covered).values("material"))


def collapse_list(officer: Officer, materials: MaterialList) -> MaterialList:
    """Return a list with one material for each stack, as `collapse_stacks` does."""
    return MaterialList(officer, collapse_stacks(officer, materials.listed))


def stack_of(officer: Officer, material: Material) -> StackView:
    """Return the copies that are shown together with a material, itself among them."""
    return stacks_of(officer, [material])[material.pk]


def stacks_of(officer: Officer, materials: Sequence[Material]) -> dict[UUID, StackView]:
    """Return for each of the materials, as on one page of a grid, the stack that it stands in.

    The number of queries does not depend on how many materials are asked about.
    """
    together = copies_of(officer, [material.pk for material in materials])
    known = {material.pk: material for material in materials}
    missing = {pk for pks in together.values() for pk in pks} - known.keys()
    known |= Material.objects.visible_to(officer).in_bulk(missing)
    return {pk: StackView(known[pks[0]], tuple(known[each] for each in pks)) for pk, pks in together.items()}


def copies_of(officer: Officer, material_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return for each of the materials the ids shown together with it, the representative first.

    One query; a material that stands in no stack is shown alone.
    """
    stacks = StackMember.objects.filter(material__in=material_ids).values("stack")
    in_them = Material.objects.visible_to(officer).filter(stack_member__stack__in=stacks)
    links = _links(officer, in_them).values_list("material", "cover").order_by(*_best_cover_first())
    covers = _covers(links)
    return {pk: _together(pk, covers) for pk in material_ids}


def with_copies(officer: Officer, material_ids: Collection[UUID]) -> set[UUID]:
    """Return the materials and every copy that the officer sees together with one of them."""
    together = copies_of(officer, material_ids)
    return {copy for pks in together.values() for copy in pks}


def count_further_copies(officer: Officer, material_ids: Collection[UUID]) -> int:
    """Return how many copies go along with the materials wherever they are put."""
    return len(with_copies(officer, material_ids)) - len(set(material_ids))


def representatives(officer: Officer) -> QuerySet[Any]:
    """Return (material, cover): the representative of each visible material that another one covers.

    The set form of `collapse_stacks`, to be joined with what speaks of materials.
    """
    links = _links(officer, Material.objects.visible_to(officer))
    is_covered = Exists(links.filter(material=OuterRef("cover")))
    best = links.filter(~Q(is_covered)).order_by("material", *_best_cover_first()).distinct("material")
    return best.values_list("material", "cover")


def _covers(links: Iterable[tuple[UUID, UUID]]) -> dict[UUID, UUID]:
    """Return the representative of each covered member; links name better covers first."""
    pairs = list(links)
    better_exists = {material for material, _ in pairs}
    covers: dict[UUID, UUID] = {}
    for material, cover in pairs:
        if cover not in better_exists:
            covers.setdefault(material, cover)
    return covers


def _together(material: UUID, covers: dict[UUID, UUID]) -> list[UUID]:
    representative = covers.get(material, material)
    return [representative, *sorted(each for each, cover in covers.items() if cover == representative)]


def _links(officer: Officer, materials: QuerySet[Any]) -> QuerySet[Any]:
    """Return (material, cover) for linked members among the materials, `cover` being the better one."""
    listed = materials.order_by().values("pk")
    known = Material.objects.visible_to(officer).filter(pk__in=known_by_analysis(officer))
    seen = known.filter(pk__in=listed).values("pk")
    return (
        StackMember.objects.filter(material__in=seen)
        .annotate(
            cover=F("stack__members__material"),
            cover_pixels=F("stack__members__pixels"),
            area=_area("material"),
            cover_area=_area("stack__members__material"),
            hub=F("stack"),
        )
        .filter(_is_better(), _is_linked(officer), cover__in=seen)
    )


def _area(material: str) -> Combinable:
    size = F(f"{material}__width") * F(f"{material}__height")
    return Coalesce(ExpressionWrapper(size, output_field=IntegerField()), 0)


def _is_better() -> Q:
    """Order members as `series.stars.Rank` does, the hub before all others."""
    larger = Q(cover_area__gt=F("area")) | Q(cover_area=F("area"), cover__lt=F("material"))
    return Q(cover=F("hub")) & ~Q(material=F("hub")) | ~Q(material=F("hub")) & larger


def _best_cover_first() -> tuple[Combinable | str, ...]:
    is_hub = Case(When(cover=F("hub"), then=Value(0)), default=Value(1))
    return (is_hub, F("cover_area").desc(), "cover")


def _is_linked(officer: Officer) -> Q:
    known = Material.objects.visible_to(officer).filter(pk__in=known_by_analysis(officer))
    hub_is_seen = Exists(known.filter(pk=OuterRef("hub")))
    through_hub = (
        hub_is_seen & ~Q(_is_apart(officer, "material", "hub")) & ~Q(_is_apart(officer, "cover", "hub"))
    )
    return ~Q(_is_apart(officer, "material", "cover")) & (_is_proven_copy() | through_hub)


def _is_proven_copy() -> Q:
    copy = Match.objects.filter(
        kind=MatchKind.COPY,
        left=Least(OuterRef("material"), OuterRef("cover")),
        right=Greatest(OuterRef("material"), OuterRef("cover")),
    )
    return Q(cover=F("hub")) | Q(cover_pixels=F("pixels")) | Q(Exists(copy))


def _is_apart(officer: Officer, one: str, other: str) -> Exists:
    """Tell whether the officer's own country said that two materials are no copies of each other."""
    decisions = Decision.objects.of_country_of(officer).current()
    return Exists(
        decisions.filter(
            kind__in=COPY_KINDS,
            verdict=Verdict.NOT_SAME,
            left=Least(OuterRef(one), OuterRef(other)),
            right=Greatest(OuterRef(one), OuterRef(other)),
        )
    )


def count_copies(officer: Officer, materials: Sequence[Material]) -> dict[UUID, int]:
    """Return for each of the materials on a page how many copies the officer may see, itself included."""
    return {pk: stack.count for pk, stack in stacks_of(officer, materials).items()}


def visible_ids(officer: Officer, material_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the ids that name a material which the officer may see."""
    return set(Material.objects.visible_to(officer).filter(pk__in=material_ids).values_list("pk", flat=True))
