"""The fragments of the page of one material."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from accounts.policies import Permission, has_permission
from evidence.handling import strictest_first
from evidence.models import Handling, Kind, LegalBasis
from evidence.policies import check_handling_allows_export
from evidence.queries import get_visible_material, list_own_custody, list_visible_submissions
from icse.common.access import refusal_of
from media_analysis.models import MatchKind
from media_analysis.queries.facts import capture_facts, list_faces
from media_analysis.queries.matches import list_matches
from series.contexts.access import submission_chains
from series.contexts.cards import Card, cards_by_id, cards_of
from series.contexts.pictures import Face, Pane, faces_of, nearest_frame
from series.contexts.selection import selection_context
from series.drawing import Sheet
from series.explanations import measure_of, title_of, where_of
from series.pairs import Pair
from series.queries.decisions import decisions_about
from series.queries.listing import list_series_of_material
from series.queries.stacks import stack_of
from series.wording import clock_ms, zone

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer
    from evidence.models import Material
    from media_analysis.models import CaptureFacts
    from media_analysis.queries.matches import MatchView
    from series.models import Decision

TABS: Final = ("matches", "faces", "metadata", "origin", "series")
_COPIES: Final = (MatchKind.IDENTICAL, MatchKind.COPY)


@dataclass(frozen=True, slots=True)
class MatchLine:
    """One match as a sentence, with the part of either picture that it is about."""

    match: MatchView
    title: str
    measure: str
    where: str
    own: Pane
    other: Pane
    card: Card
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Frame:
    """A kept frame of a video: its place and how it is written."""

    at_ms: int
    label: str


def page_context(
    officer: Officer, material_id: UUID, tab: str, *, begin_ms: int | None = None
) -> dict[str, Any]:
    """Return everything that the page of a material shows; a video begins at `begin_ms`.

    Raises:
        NotFound: There is none that the officer may see.
    """
    material = get_visible_material(officer, material_id)
    overview = overview_context(officer, material, begin_ms=begin_ms)
    return overview | tab_context(officer, material, tab)


def overview_context(officer: Officer, material: Material, *, begin_ms: int | None = None) -> dict[str, Any]:
    """Return what stands above the tabs: the viewer and the facts."""
    return viewer_context(officer, material, begin_ms=begin_ms) | facts_context(officer, material)


def _frame_at(card: Card, begin_ms: int) -> int | None:
    """Return the frame to show of a place that a match named, else the nearest of the video's own."""
    return begin_ms if begin_ms in card.match_frames_ms else nearest_frame(card.frames_ms, begin_ms)


def viewer_context(officer: Officer, material: Material, *, begin_ms: int | None = None) -> dict[str, Any]:
    """Return what the viewer shows: picture or video, faces drawn on it, frames, progress."""
    card = cards_of(officer, [material])[0]
    shown_ms = card.poster_ms if begin_ms is None else _frame_at(card, begin_ms)
    is_video = material.kind == Kind.VIDEO
    faces = faces_of(material, list_faces(officer, material.pk), card.frames_ms) if card.is_done else []
    return {
        "material": material,
        "card": card,
        "sheet": Sheet.over(material.width, material.height),
        "is_video": is_video,
        "faces": faces,
        "drawn_faces": [face for face in faces if face.is_shown and face.at_ms == shown_ms],
        "shown_ms": shown_ms,
        "begin_ms": begin_ms,
        "frames": [Frame(at_ms, clock_ms(at_ms)) for at_ms in card.frames_ms] if is_video else [],
    }


def facts_context(officer: Officer, material: Material) -> dict[str, Any]:
    """Return what a material is, who may see it and why, and where it came from."""
    submissions = list(list_visible_submissions(officer, material))
    return {
        "chains": submission_chains(officer, submissions),
        "is_own": any(each.country_id == officer.unit.country_id for each in submissions),
        "handlings": strictest_first(Handling(each.handling) for each in submissions),
        "may_export": has_permission(officer, Permission.ORIGINAL_EXPORT),
        "export_refusal": refusal_of(check_handling_allows_export, officer, submissions, acknowledged=True),
        "must_acknowledge": any(each.handling == Handling.INTELLIGENCE_ONLY for each in submissions),
        "stack": cards_of(officer, stack_of(officer, material).materials),
    }


def progress_context(officer: Officer, material_id: UUID) -> dict[str, Any]:
    """Return how far the analysis of a visible material is.

    Raises:
        NotFound: There is none that the officer may see.
    """
    return {"card": cards_of(officer, [get_visible_material(officer, material_id)])[0]}


def tab_context(officer: Officer, material: Material, tab: str) -> dict[str, Any]:
    """Return what one tab shows; an unknown name is the first one."""
    chosen = tab if tab in TABS else TABS[0]
    card = cards_of(officer, [material])[0]
    matches = list_matches(officer, material.pk) if card.is_done else []
    counts = {"matches": len(matches), "faces": card.faces}
    return {"material": material, "card": card, "tab": chosen, "counts": counts} | _TAB_CONTEXTS[chosen](
        officer, card, matches
    )


def _matches(officer: Officer, card: Card, matches: list[MatchView]) -> dict[str, Any]:
    cards = cards_by_id(officer, [match.other for match in matches])
    pairs = {match.id: Pair.of(match.kind, card.material.pk, match.other.pk) for match in matches}
    said = decisions_about(officer, set(pairs.values()))
    lines = [_line(card, match, cards[match.other.pk], said.get(pairs[match.id])) for match in matches]
    return {
        "copies": [line for line in lines if line.match.kind in _COPIES],
        "similar": [line for line in lines if line.match.kind not in _COPIES],
    }


def _line(card: Card, match: MatchView, other: Card, decision: Decision | None) -> MatchLine:
    regions = match.regions
    return MatchLine(
        match=match,
        title=title_of(match.kind, regions),
        measure=measure_of(match),
        where=where_of(regions),
        own=Pane.of(card, regions.get("own"), at_ms=regions.get("own_at_ms")),
        other=Pane.of(other, regions.get("other"), at_ms=regions.get("other_at_ms")),
        card=other,
        decision=decision,
    )


def _faces(officer: Officer, card: Card, matches: list[MatchView]) -> dict[str, Any]:
    found: list[Face] = (
        faces_of(card.material, list_faces(officer, card.material.pk), card.frames_ms) if card.is_done else []
    )
    return {"faces": found}


def _metadata(officer: Officer, card: Card, matches: list[MatchView]) -> dict[str, Any]:
    facts = capture_facts(officer, card.material.pk) if card.is_done else None
    return {
        "facts": facts,
        "taken": f"{facts.taken_at.replace('T', ' ')}, {zone(facts.utc_offset_minutes)}" if facts else "",
        "tags": sorted(facts.tags.items()) if facts else [],
        "serials": _serials(facts) if facts else [],
    }


def _serials(facts: CaptureFacts) -> list[tuple[str, str]]:
    named = (
        ("Camera serial number", facts.body_serial),
        ("Lens serial number", facts.lens_serial),
        ("Internal serial number", facts.internal_serial),
    )
    return [(label, value) for label, value in named if value]


def _origin(officer: Officer, card: Card, matches: list[MatchView]) -> dict[str, Any]:
    submissions = list_visible_submissions(officer, card.material)
    return {
        "origins": [(each, LegalBasis(each.legal_basis).label) for each in submissions],
        "custody": list_own_custody(officer, card.material),
    }


def _series(officer: Officer, card: Card, matches: list[MatchView]) -> dict[str, Any]:
    held_by = list(list_series_of_material(officer, card.material.pk))
    return {"series_of_material": held_by, "copies": card.further_copies} | selection_context(officer)


_TAB_CONTEXTS: Final = {
    "matches": _matches,
    "faces": _faces,
    "metadata": _metadata,
    "origin": _origin,
    "series": _series,
}
