"""What a search can be narrowed by: one rule each for narrowing and for counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q

from accounts.models import Country
from evidence.models import Kind, Priority
from media_analysis.models import RunState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from search.querysets import ListedMaterialQuerySet

VALUES_SHOWN: Final = 30

Counts = dict[str, int]
"""How many materials have each value, in no order."""

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


@dataclass(frozen=True, slots=True)
class ByColumn:
    """A facet whose values stand in the column of its name, listed by how many materials have them."""

    title: str
    name: str

    def condition(self, values: Sequence[str]) -> Q:
        """Return what a material fulfils that has one of the values."""
        return Q(**{f"{self.name}__in": values})

    def counting(self) -> str:
        """Return what is counted of the rows of `listed`; rows without a value count for none."""
        return f"SELECT {self.name}, count(*) FROM listed WHERE {self.name} <> ''"  # noqa: S608 - names of ours

    def rows(self, counts: Counts) -> list[Row]:
        """Return the values in the order in which they are shown."""
        return sorted(_plain(counts), key=lambda row: (-row[2], row[1]))


@dataclass(frozen=True, slots=True)
class ByMonth(ByColumn):
    """A facet whose values are months, the newest first."""

    def rows(self, counts: Counts) -> list[Row]:
        """Return the values in the order in which they are shown."""
        return sorted(_plain(counts), reverse=True)


@dataclass(frozen=True, slots=True)
class ByChoice(ByColumn):
    """A facet of a few known values, listed as `labels` name them."""

    labels: Mapping[str, str]

    def rows(self, counts: Counts) -> list[Row]:
        """Return the values in the order in which they are shown."""
        return [(value, label, counts[value]) for value, label in self.labels.items() if value in counts]


@dataclass(frozen=True, slots=True)
class ByCountry(ByColumn):
    """Which country handed it in; several may have. Addresses hold a country's code."""

    def condition(self, values: Sequence[str]) -> Q:
        """Return what a material fulfils that has one of the values."""
        named: list[UUID] = list(Country.objects.filter(code__in=values).values_list("pk", flat=True))
        return Q(countries__overlap=named)

    def counting(self) -> str:
        """Return what is counted of the rows of `listed`: a country once, however often it handed one in."""
        counted = "SELECT country::text, count(DISTINCT material_id)"
        return f"{counted} FROM listed, unnest(countries) AS country WHERE true"

    def rows(self, counts: Counts) -> list[Row]:
        """Return the values in the order in which they are shown."""
        named = Country.objects.in_bulk(list(counts))
        rows = [(each.code, each.name, counts[str(pk)]) for pk, each in named.items()]
        return sorted(rows, key=lambda row: (-row[2], row[1]))


RULES: Final[Mapping[str, ByColumn]] = {
    rule.name: rule
    for rule in (
        ByCountry("Country", "country"),
        ByChoice("Kind", "kind", dict(Kind.choices)),
        ByColumn("Camera", "camera"),
        ByMonth("Taken", "taken"),
        ByChoice("State", "state", dict(RunState.choices)),
        ByChoice("Urgency", "urgency", dict(sorted(Priority.choices, reverse=True))),
        ByChoice("Series", "in_series", {"yes": "In a series", "no": "In no series"}),
    )
}
"""By the names in `search.terms.FACETS`."""


def narrowed(
    materials: ListedMaterialQuerySet, chosen: Mapping[str, Sequence[str]]
) -> ListedMaterialQuerySet:
    """Keep materials that have, of each facet in which something is chosen, one of the chosen values."""
    for name, values in chosen.items():
        materials = materials.filter(RULES[name].condition(values))
    return materials


def count_facets(materials: ListedMaterialQuerySet, chosen: Mapping[str, Sequence[str]]) -> tuple[Facet, ...]:
    """Return every facet with its counts, over what the choices under the others leave of the materials.

    A chosen value that nothing has stays, so that it can be taken back.
    """
    counts = _count(materials, chosen)
    return tuple(_facet(rule, counts[name], chosen.get(name, ())) for name, rule in RULES.items())


def _facet(rule: ByColumn, counts: Counts, chosen: Sequence[str]) -> Facet:
    rows = rule.rows(counts)
    shown = [row for number, row in enumerate(rows) if number < VALUES_SHOWN or row[0] in chosen]
    empty = [(value, value, 0) for value in chosen if value not in {row[0] for row in rows}]
    values = tuple(FacetValue(*row, is_chosen=row[0] in chosen) for row in (*shown, *empty))
    return Facet(rule.name, rule.title, values)


def _count(materials: ListedMaterialQuerySet, chosen: Mapping[str, Sequence[str]]) -> dict[str, Counts]:
    """Count in one statement: the list is gone through once, its rows are then counted by each facet."""
    fits = {
        f"fits_{name}": ExpressionWrapper(RULES[name].condition(values), output_field=BooleanField())
        for name, values in chosen.items()
    }
    columns = ("material_id", "countries", *(name for name in RULES if name != "country"))
    listed, params = materials.order_by().values(*columns).annotate(**fits).query.sql_with_params()
    counted = (
        f"(SELECT '{name}', each.* FROM ({rule.counting()}{_others(name, chosen)} GROUP BY 1) AS each)"  # noqa: S608
        for name, rule in RULES.items()
    )
    found: dict[str, Counts] = {name: {} for name in RULES}
    with connection.cursor() as cursor:
        cursor.execute(f"WITH listed AS MATERIALIZED ({listed}) {' UNION ALL '.join(counted)}", params)
        for name, value, count in cursor.fetchall():
            found[name][value] = count
    return found


def _others(name: str, chosen: Mapping[str, Sequence[str]]) -> str:
    """Return the condition that a row fits what is chosen under the other facets."""
    return "".join(f" AND fits_{other}" for other in chosen if other != name)


def _plain(counts: Counts) -> list[Row]:
    return [(value, value, count) for value, count in counts.items()]
