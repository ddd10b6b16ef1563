"""The list of series and the page of one, tab by tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator

from accounts.audit.viewing import showed
from accounts.sharing.forms import OpeningForm
from accounts.sharing.queries import named_in
from evidence.queries import find_visible_materials
from icse.common.access import allows
from series.contexts.cards import Card, cards_by_id, cards_of
from series.contexts.pictures import faces_with_material
from series.explanations import measure_of, title_of
from series.forms import DescriptionForm, SeriesForm
from series.policies import check_can_curate_series, check_can_start_series
from series.queries.listing import (
    find_merge_target,
    get_visible_series,
    list_series,
    series_devices,
    series_materials,
    series_persons,
    series_places,
)
from series.queries.proposals import propose_for_series
from series.queries.stacks import collapse_stacks
from series.queries.withheld import list_withheld_materials

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from accounts.models import Officer
    from series.models import Series
    from series.queries.proposals import Reason

TABS: Final = ("materials", "proposals", "persons", "devices", "places")
PAGE_SIZE: Final = 60
SERIES_ON_A_PAGE: Final = 30
PERSONS_SHOWN: Final = 120


@dataclass(frozen=True, slots=True)
class SeriesCard:
    """A series as a line of the list, with the tile of its representative."""

    series: Series
    cover: Card | None


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A material that could belong to the series, and why."""

    card: Card
    reasons: list[ReasonLine]
    copies: int


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason as a sentence."""

    reason: Reason
    title: str
    measure: str


def list_context(
    officer: Officer, *, words: str, page: str, form: SeriesForm | None = None
) -> dict[str, Any]:
    """Return the list of visible series, the last changed first."""
    shown = Paginator(list_series(officer, words=words), SERIES_ON_A_PAGE).get_page(page)
    series = list(shown)
    showed(each.pk for each in series)
    covers = _covers(officer, series)
    return {
        "page": shown,
        "lines": [SeriesCard(each, covers.get(cover_id_of(each))) for each in series],
        "words": words,
        "may_start": allows(check_can_start_series, officer),
        "form": form or SeriesForm(officer=officer),
    }


def page_context(officer: Officer, series_id: UUID, *, tab: str, page: str) -> dict[str, Any]:
    """Return the head of a series and one of its tabs; an unknown tab is the first one.

    Raises:
        NotFound: There is none that the officer may see.
    """
    series = get_visible_series(officer, series_id)
    chosen = tab if tab in TABS else TABS[0]
    return head_context(officer, series) | {"tab": chosen} | _TAB_CONTEXTS[chosen](officer, series, page)


def head_context(officer: Officer, series: Series) -> dict[str, Any]:
    """Return what stands above the tabs, and what the officer may change."""
    may_curate = allows(check_can_curate_series, officer, series) and series.state == "open"
    present = {"sharing": series.sharing, **named_in(officer, series.audience)}
    others = list_series(officer).of_country_of(officer).exclude(pk=series.pk) if may_curate else []
    return {
        "series": series,
        "cover": _covers(officer, [series]).get(cover_id_of(series)),
        "merged_into": find_merge_target(officer, series),
        "may_curate": may_curate,
        "mergeable": [each for each in others if sorted(each.audience) == sorted(series.audience)],
        "form": DescriptionForm(initial=vars(series), auto_id="series_%s"),
        "sharing_form": OpeningForm(initial=present, officer=officer),
    }


def cover_id_of(series: Series) -> UUID | None:
    """Return the material that stands for a series in a list, as its query annotated it."""
    cover: UUID | None = series.cover_id  # type: ignore[attr-defined]
    return cover


def _covers(officer: Officer, series: list[Series]) -> Mapping[UUID | None, Card]:
    ids = {cover for each in series if (cover := cover_id_of(each)) is not None}
    return dict(cards_by_id(officer, find_visible_materials(officer, ids)).items())


def _materials(officer: Officer, series: Series, page: str) -> dict[str, Any]:
    stacks = collapse_stacks(officer, series_materials(officer, series))
    shown = Paginator(stacks, PAGE_SIZE).get_page(page)
    withheld = list_withheld_materials(series)
    return {"page": shown, "cards": cards_of(officer, list(shown)), "withheld": withheld}


def _proposals(officer: Officer, series: Series, page: str) -> dict[str, Any]:
    proposals = propose_for_series(officer, series)
    cards = cards_by_id(officer, [proposal.material for proposal in proposals])
    return {
        "proposals": [
            ProposalLine(cards[each.material.pk], [_reason(reason) for reason in each.reasons], each.copies)
            for each in proposals
        ]
    }


def _reason(reason: Reason) -> ReasonLine:
    return ReasonLine(reason, title_of(reason.kind), measure_of(reason))


def _persons(officer: Officer, series: Series, page: str) -> dict[str, Any]:
    rows = list(series_persons(officer, series)[:PERSONS_SHOWN])
    faces = faces_with_material(officer, rows)
    return {"faces": faces, "is_cut": len(rows) == PERSONS_SHOWN}


def _devices(officer: Officer, series: Series, page: str) -> dict[str, Any]:
    return {"devices": series_devices(officer, series)}


def _places(officer: Officer, series: Series, page: str) -> dict[str, Any]:
    return {"places": series_places(officer, series)}


_TAB_CONTEXTS: Final = {
    "materials": _materials,
    "proposals": _proposals,
    "persons": _persons,
    "devices": _devices,
    "places": _places,
}
