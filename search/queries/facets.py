"""What a search can be narrowed by: one rule each for narrowing and for counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Concat, Left, Trim
from django.db.models.lookups import IsNull

from evidence.models import Kind, Priority, Submission
from media_analysis.models import CaptureFacts, RunState
from series.models import SeriesMaterial
from series.queries.known import known_by_analysis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

    from accounts.models import Officer
    from evidence.querysets import MaterialQuerySet

VALUES_SHOWN: Final = 30
MONTH_LENGTH: Final = len("2026-01")

Row = tuple[str, str, int]
"""A value as the address holds it, its name for a person, and how many materials have it."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value under a facet: how many of the found materials have it, and whether it is chosen."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """What a search can be narrowed by, with the values that would lead somewhere."""

    name: str
    title: str
    values: tuple[FacetValue, ...]


class FacetRule(Protocol):
    """How one facet narrows and counts; both see only what the officer may see."""

    title: str

    def narrow(
        self, officer: Officer, materials: MaterialQuerySet, values: Sequence[str]
    ) -> MaterialQuerySet:
        """Keep materials that have one of the values."""

    def count(self, officer: Officer, materials: MaterialQuerySet) -> Iterable[Row]:
        """Count the materials that have each value, in one query."""


class ByCountry:
    """Which country handed it in; several may have."""

    title = "Country"

    def narrow(
        self, officer: Officer, materials: MaterialQuerySet, values: Sequence[str]
    ) -> MaterialQuerySet:
        """Keep what one of the countries handed in and shared with the officer."""
        submissions = Submission.objects.visible_to(officer).filter(country__code__in=values)
        return materials.filter(Exists(submissions.filter(material=OuterRef("pk"))))

    def count(self, officer: Officer, materials: MaterialQuerySet) -> Iterable[Row]:
        """Count materials by country."""
        submissions = Submission.objects.visible_to(officer).filter(material__in=materials.values("pk"))
        counted = submissions.values_list("country__code", "country__name")
        return counted.annotate(found=Count("material", distinct=True)).order_by("-found", "country__name")


class ByKind:
    """Photo or video."""

    title = "Kind"

    def narrow(
        self, officer: Officer, materials: MaterialQuerySet, values: Sequence[str]
    ) -> MaterialQuerySet:
        """Keep materials of the kinds."""
        return materials.filter(kind__in=values)

    def count(self, officer: Officer, materials: MaterialQuerySet) -> Iterable[Row]:
        """Count materials by kind."""
        labels = dict(Kind.choices)
        for kind, found in materials.values_list("kind").annotate(Count("pk")).order_by("kind"):
            yield kind, labels[kind], found


class ByFact:
    """A fact of the capture, for materials whose analysis is through for the officer."""

    def __init__(self, title: str, fact: Combinable, *, newest_first: bool = False) -> None:
        self.title = title
        self._fact = fact
        self._order = ("-fact",) if newest_first else ("-found", "fact")

    def narrow(
        self, officer: Officer, materials: MaterialQuerySet, values: Sequence[str]
    ) -> MaterialQuerySet:
        """Keep materials with one of the facts."""
        return materials.filter(pk__in=self._facts(officer).filter(fact__in=values).values("material"))

    def count(self, officer: Officer, materials: MaterialQuerySet) -> Iterable[Row]:
        """Count materials by the fact; those without it are left out."""
        facts = self._facts(officer).filter(material__in=materials.values("pk")).exclude(fact="")
        for fact, found in facts.values_list("fact").annotate(found=Count("pk")).order_by(*self._order):
            yield fact, fact, found

    def _facts(self, officer: Officer) -> QuerySet[Any]:
        known = CaptureFacts.objects.filter(material__in=known_by_analysis(officer))
        return known.annotate(fact=self._fact)


class ByState:
    """How far the machines are, as the officer may know it."""

    title = "State"

    def narrow(
        self, officer: Officer, materials: MaterialQuerySet, values: Sequence[str]
    ) -> MaterialQuerySet:
        """Keep materials in one of the states."""
        return materials.alias(state_shown=_state_shown(officer)).filter(state_shown__in=values)

    def count(self, officer: Officer, materials: MaterialQuerySet) -> Iterable[Row]:
        """Count materials by state."""
        labels = dict(RunState.choices)
        states = materials.annotate(state_shown=_state_shown(officer)).values_list("state_shown")
        for state, found in states.annotate(Count("pk")).order_by("state_shown"):
            yield state, labels[state], found


class ByUrgency:
    """Urgent where any visible submission says so."""

    title = "Urgency"

    def narrow(
        self, officer: Officer, materials: MaterialQuerySet, values: Sequence[str]
    ) -> MaterialQuerySet:
        """Keep materials of one of the priorities."""
        return materials.alias(urgency_shown=_urgency_shown(officer)).filter(urgency_shown__in=values)

    def count(self, officer: Officer, materials: MaterialQuerySet) -> Iterable[Row]:
        """Count materials by priority, urgent first."""
        labels = dict(Priority.choices)
        shown = materials.annotate(urgency_shown=_urgency_shown(officer)).values_list("urgency_shown")
        for urgency, found in shown.annotate(Count("pk")).order_by("-urgency_shown"):
            yield urgency, labels[urgency], found


class BySeries:
    """Whether it stands in an open series that the officer may see."""

    title = "Series"

    _LABELS: Final = {"yes": "In a series", "no": "In no series"}

    def narrow(
        self, officer: Officer, materials: MaterialQuerySet, values: Sequence[str]
    ) -> MaterialQuerySet:
        """Keep materials in a series, in none, or both."""
        return materials.alias(is_in_series=_is_in_series(officer)).filter(is_in_series__in=values)

    def count(self, officer: Officer, materials: MaterialQuerySet) -> Iterable[Row]:
        """Count materials in a series and in none."""
        shown = materials.annotate(is_in_series=_is_in_series(officer)).values_list("is_in_series")
        for value, found in shown.annotate(Count("pk")).order_by("-is_in_series"):
            yield value, self._LABELS[value], found


# Many makers write their name into the model as well.
_CAMERA: Final = Case(
    When(model__istartswith=F("make"), then=F("model")),
    default=Trim(Concat(F("make"), Value(" "), F("model"), output_field=CharField())),
    output_field=CharField(),
)

RULES: Final[dict[str, FacetRule]] = {
    "country": ByCountry(),
    "kind": ByKind(),
    "camera": ByFact("Camera", _CAMERA),
    "taken": ByFact("Taken", Left("taken_at", MONTH_LENGTH), newest_first=True),
    "state": ByState(),
    "urgency": ByUrgency(),
    "in_series": BySeries(),
}
"""By the names in `search.terms.FACETS`."""


def count_facet(officer: Officer, name: str, materials: MaterialQuerySet, chosen: Sequence[str]) -> Facet:
    """Return a facet with its counts; a chosen value that nothing has stays, so that it can be taken back."""
    rule = RULES[name]
    rows = list(rule.count(officer, materials.order_by()))
    shown = [row for number, row in enumerate(rows) if number < VALUES_SHOWN or row[0] in chosen]
    empty = [(value, value, 0) for value in chosen if value not in {row[0] for row in rows}]
    values = tuple(FacetValue(*row, is_chosen=row[0] in chosen) for row in (*shown, *empty))
    return Facet(name, rule.title, values)


def _state_shown(officer: Officer) -> Case:
    """Return the state as `media_analysis.queries.progress` does: from the earliest visible submission."""
    visible = Submission.objects.visible_to(officer).filter(material=OuterRef("pk"))
    earliest = visible.order_by("received_at", "pk")
    analyzed, set_aside, received = (
        Subquery(earliest.values(name)[:1]) for name in ("analyzed_at", "set_aside_at", "received_at")
    )
    return Case(
        When(IsNull(analyzed, False), then=Value(RunState.DONE.value)),  # noqa: FBT003
        When(IsNull(set_aside, False), then=Value(RunState.QUARANTINED.value)),  # noqa: FBT003
        When(
            Q(pipeline_run__started_at=None) | Q(pipeline_run__started_at__lt=received),
            then=Value(RunState.RECEIVED.value),
        ),
        default=Value(RunState.ANALYZING.value),
        output_field=CharField(),
    )


def _urgency_shown(officer: Officer) -> Case:
    urgent = Submission.objects.visible_to(officer).filter(material=OuterRef("pk"), priority=Priority.URGENT)
    return Case(
        When(Exists(urgent), then=Value(Priority.URGENT.value)),
        default=Value(Priority.ROUTINE.value),
        output_field=CharField(),
    )


def _is_in_series(officer: Officer) -> Case:
    held = SeriesMaterial.objects.visible_to(officer).in_open_series().filter(material=OuterRef("pk"))
    return Case(When(Exists(held), then=Value("yes")), default=Value("no"), output_field=CharField())
