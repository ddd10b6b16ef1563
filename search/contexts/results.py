"""The search page: results by words, by picture or by face, each with the reason why it is there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator

from accounts.audit.viewing import asks
from evidence.queries import kept_frames
from media_analysis.queries.facts import get_visible_faces
from search.contexts.narrowing import narrowing_context
from search.fitting import fit_of
from search.forms import FACES_AT_ONCE
from search.models import PictureQuery
from search.queries.faces import like_faces
from search.queries.grouping import (
    count_by_series,
    further_series,
    ordered_by_series,
    series_of_page,
    series_shown,
)
from search.queries.pictures import get_picture_query, list_hits
from search.queries.words import text_search
from series.contexts.cards import cards_by_id
from series.contexts.pictures import faces_with_material
from series.contexts.selection import selection_context
from series.drawing import Sheet
from series.explanations import measure_of, place_of, title_of
from series.queries.stacks import collapse_list, stacks_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from accounts.models import Officer
    from media_analysis.queries.matches import MatchView
    from search.queries.faces import FaceHit
    from search.queries.words import Hit
    from search.terms import SearchTerms
    from series.contexts.cards import Card
    from series.contexts.pictures import Face
    from series.models import Series

PAGE_SIZE: Final = 60


@dataclass(frozen=True, slots=True)
class Result:
    """A material that was found, and why, in words."""

    card: Card
    why: tuple[str, ...]
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class AskedFace:
    """A face that is searched with, its number on the page, and the address's query that takes it back."""

    face: Face
    number: int
    without: str


@dataclass(frozen=True, slots=True)
class ResultGroup:
    """Results that are here for one kind of reason, or that stand in one series.

    `total` counts them on all pages.
    """

    title: str
    results: list[Result]
    total: int
    series: Series | None = None

    @classmethod
    def whole(cls, title: str, results: list[Result]) -> ResultGroup:
        """Return a group that stands on one page as a whole."""
        return cls(title, results, len(results))


def words_context(officer: Officer, terms: SearchTerms, page: str) -> dict[str, Any]:
    """Return what a search by words, hashes or serial numbers found; nothing while nothing is asked."""
    if terms.is_empty:
        return {"is_asked": False, "terms": terms}
    search = text_search(officer, terms)
    found = ordered_by_series(officer, collapse_list(officer, search.materials()))
    shown = Paginator(found, PAGE_SIZE).get_page(page)
    groups = _series_groups(officer, search.explain(shown), count_by_series(found))
    return (
        {"is_asked": True, "page": shown, "groups": groups}
        | narrowing_context(search, terms)
        | selection_context(officer)
    )


def _series_groups(
    officer: Officer, hits: Sequence[Hit], totals: Mapping[UUID | None, int]
) -> list[ResultGroup]:
    materials = [hit.material for hit in hits]
    cards = cards_by_id(officer, materials)
    under = series_shown(officer, materials)
    series = series_of_page(officer, under)
    further = further_series(officer, under)
    by_series: defaultdict[UUID | None, list[Result]] = defaultdict(list)
    for hit in hits:
        pk = hit.material.pk
        if pk in cards:
            why = _found_by(hit, further.get(pk, ()))
            by_series[under.get(pk)].append(Result(cards[pk], why))
    return [
        ResultGroup(
            series[pk].name if pk else "In no series", results, totals[pk], series[pk] if pk else None
        )
        for pk, results in by_series.items()
    ]


def picture_context(officer: Officer, query_id: UUID) -> dict[str, Any]:
    """Return a search by picture and what it has found so far.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    query = get_picture_query(officer, query_id)
    asks(**query.asked_with())
    hits = list_hits(officer, query) if query.state == PictureQuery.State.DONE else []
    return {
        "is_asked": True,
        "picture_query": query,
        "asked_picture": _asked_picture(officer, query),
        "is_waiting": query.state == PictureQuery.State.WAITING,
        "has_failed": query.state == PictureQuery.State.FAILED,
        "groups": _groups(officer, hits),
    } | selection_context(officer)


def faces_context(officer: Officer, face_ids: Sequence[UUID], *, together: bool) -> dict[str, Any]:
    """Return material with faces like those chosen, candidates first.

    Raises:
        NotFound: The officer may not see one of the faces.
    """
    hits = like_faces(officer, face_ids, together=together)
    results = _face_results(officer, hits, face_ids, together=together)
    near = [result for hit, result in zip(hits, results, strict=True) if hit.is_candidate]
    far = [result for hit, result in zip(hits, results, strict=True) if not hit.is_candidate]
    groups = [
        ResultGroup.whole("Perhaps the same person", near),
        ResultGroup.whole("Next nearest, probably others", far),
    ]
    return {
        "is_asked": True,
        "asked_faces": _asked_faces(officer, face_ids, together=together),
        "together": together,
        "other_way": _face_query(face_ids, together=not together),
        "may_pick": len(face_ids) < FACES_AT_ONCE,
        "groups": [group for group in groups if group.results],
    } | selection_context(officer)


def _found_by(hit: Hit, further: Sequence[str]) -> tuple[str, ...]:
    found = f"Found by {', '.join(hit.reasons)}" if hit.reasons else ""
    also = f"Also in {', '.join(further)}" if further else ""
    return tuple(filter(None, (found, also)))


def _groups(officer: Officer, hits: Sequence[MatchView]) -> list[ResultGroup]:
    cards = cards_by_id(officer, [hit.other for hit in hits])
    shown = _one_a_stack(officer, hits)
    kinds = dict.fromkeys(hit.kind for hit in shown)
    return [
        ResultGroup.whole(title_of(kind), [_hit_result(cards, hit) for hit in shown if hit.kind == kind])
        for kind in kinds
    ]


def _one_a_stack(officer: Officer, hits: Sequence[MatchView]) -> list[MatchView]:
    """Keep of the copies that were found for one kind of reason the first, which is the strongest."""
    stacks = stacks_of(officer, [hit.other for hit in hits])
    first: dict[tuple[str, UUID], MatchView] = {}
    for hit in hits:
        first.setdefault((hit.kind, stacks[hit.other.pk].representative.pk), hit)
    return list(first.values())


def _hit_result(cards: dict[UUID, Card], hit: MatchView) -> Result:
    place = place_of(hit.regions.get("other_at_ms")) if cards[hit.other.pk].length else ""
    return Result(cards[hit.other.pk], tuple(filter(None, (measure_of(hit), place))))


def _face_results(
    officer: Officer, hits: Sequence[FaceHit], face_ids: Sequence[UUID], *, together: bool
) -> list[Result]:
    """Return what was found with the face that fits best, which can be picked to search on with."""
    cards = cards_by_id(officer, [hit.material for hit in hits])
    fitting = {face.face.pk: face for face in faces_with_material(officer, [hit.faces[0] for hit in hits])}
    places = {face_id: number for number, face_id in enumerate(face_ids, start=1)}
    found = []
    for hit in hits:
        numbers = [places[asked] for asked in hit.asked] if len(face_ids) > 1 else []
        why = fit_of(numbers, hit.distances, hit.threshold, together=together)
        found.append(Result(cards[hit.material.pk], (why,), fitting[hit.faces[0].pk]))
    return found


def _asked_picture(officer: Officer, query: PictureQuery) -> dict[str, Any] | None:
    """Return what is drawn of the material that was asked with; an uploaded picture is not shown again."""
    if query.material is None:
        return None
    sheet = Sheet.over(query.material.width, query.material.height)
    is_shown = query.at_ms in kept_frames(officer, [query.material.pk])[query.material.pk].own
    return {
        "material": query.material,
        "sheet": sheet,
        "view": sheet.around(query.box, margin=0.15) if query.box else sheet.box((0, 0, 1, 1)),
        "boxes": [sheet.box(query.box)] if query.box else [],
        "is_shown": is_shown,
    }


def _asked_faces(officer: Officer, face_ids: Sequence[UUID], *, together: bool) -> list[AskedFace]:
    faces = faces_with_material(officer, get_visible_faces(officer, face_ids))
    return [
        AskedFace(
            face,
            number,
            _face_query([each for each in face_ids if each != face.face.pk], together=together),
        )
        for number, face in enumerate(faces, start=1)
    ]


def _face_query(face_ids: Sequence[UUID], *, together: bool) -> str:
    """Return the address's query of a search by faces; one face has nobody to be together with."""
    several = [("together", "on")] if together and len(face_ids) > 1 else []
    return urlencode([*(("face", str(face_id)) for face_id in face_ids), *several])
