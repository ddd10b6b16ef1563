"""One search over what was typed: names, paths, case references, hashes, serial numbers, metadata."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from django.db.models import F, Q

from evidence.lists import MaterialList
from evidence.models import Submission
from media_analysis.models import CaptureFacts
from search.lookups import contains
from search.models import ListedMaterial
from search.queries.facets import count_facets, narrowed
from search.queries.holding import AmongIds, ids_holding
from search.queries.signals import signal_hits
from search.recognition import recognise
from series.queries.known import known_by_analysis

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from uuid import UUID

    from django.db.models import QuerySet
    from django.db.models.expressions import RawSQL

    from accounts.models import Officer
    from evidence.models import Material
    from search.queries.facets import Facet
    from search.queries.signals import SignalHits
    from search.querysets import ListedMaterialQuerySet
    from search.recognition import Typed
    from search.terms import SearchTerms

TOLD_BY_OFFICERS: Final = {
    "file_name": "file name",
    "source_path": "source path",
    "case_reference": "case reference",
}
"""Columns of a submission that are searched, and how a result calls them."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A material that was found, and why, as a person would say it."""

    material: Material
    reasons: tuple[str, ...]


def text_search(officer: Officer, terms: SearchTerms) -> TextSearch:
    """Return the search of an officer; nothing is read before its parts are asked for."""
    return TextSearch(officer, terms)


class TextSearch:
    """One search: what it found, why, and what it can be narrowed by; all within what the officer may see."""

    def __init__(self, officer: Officer, terms: SearchTerms) -> None:
        self._officer = officer
        self._terms = terms

    @cached_property
    def typed(self) -> Typed:
        """Return what was recognised in the text."""
        return recognise(self._terms.text)

    @cached_property
    def _signals(self) -> SignalHits:
        return signal_hits(self._officer, self.typed)

    @cached_property
    def _holding(self) -> RawSQL:
        return ids_holding(self._officer, self.typed, self._signals.materials)

    def materials(self) -> MaterialList:
        """Return what was found, those handed in last first; cut it into pages and `explain` each."""
        found = narrowed(self._found, self._terms.chosen)
        return MaterialList(self._officer, found.order_by("-last_received_at", "pk"))

    def facets(self) -> tuple[Facet, ...]:
        """Return every facet, counted over what the text and the other facets leave, in one statement."""
        return count_facets(self._found, self._terms.chosen)

    def explain(self, page: Iterable[Material]) -> list[Hit]:
        """Return the materials of one page with the reasons why they were found, in two queries."""
        materials = list(page)
        reasons: defaultdict[UUID, list[str]] = defaultdict(list)
        ids = [material.pk for material in materials]
        for pk, reason in (*self._told_reasons(ids), *self._read_reasons(ids), *self._signal_reasons()):
            if reason not in reasons[pk]:
                reasons[pk].append(reason)
        for material in materials:
            if self.typed.digest in (material.sha256, material.sha1, material.md5):
                reasons[material.pk].insert(0, self.typed.digest_name)
        return [Hit(material, tuple(reasons[material.pk])) for material in materials]

    @cached_property
    def _found(self) -> ListedMaterialQuerySet:
        found = ListedMaterial.objects.visible_to(self._officer)
        return found.filter(AmongIds(F("material"), self._holding)) if self._terms.text else found

    def _facts(self) -> QuerySet[CaptureFacts]:
        return CaptureFacts.objects.filter(material__in=known_by_analysis(self._officer))

    def _told_reasons(self, materials: Collection[UUID]) -> Iterator[tuple[UUID, str]]:
        if not self.typed.words:
            return
        told = Submission.objects.visible_to(self._officer).filter(material__in=materials)
        for pk, *texts in told.values_list("material", *TOLD_BY_OFFICERS):
            for text, name in zip(texts, TOLD_BY_OFFICERS.values(), strict=True):
                if any(word in text.lower() for word in self.typed.words):
                    yield pk, name

    def _read_reasons(self, materials: Collection[UUID]) -> Iterator[tuple[UUID, str]]:
        if not self.typed.words:
            return
        holding = Q()
        for word in self.typed.words:
            holding |= Q(contains("words", word))
        read = self._facts().filter(holding, material__in=materials)
        for pk in read.values_list("material", flat=True):
            yield pk, "metadata"

    def _signal_reasons(self) -> Iterator[tuple[UUID, str]]:
        for pk, distance in self._signals.by_hash.items():
            yield pk, f"PDQ hash, distance {distance} of 256 bits"
        yield from self._signals.by_serial.items()
