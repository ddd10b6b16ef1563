"""The search page and the grid of all material."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.audit.viewing import asks, views
from accounts.policies import Permission
from icse.common.errors import NotFound
from search.contexts.grid import grid_context
from search.contexts.results import faces_context, picture_context, words_context
from search.forms import PlaceForm, chosen_faces
from search.terms import SearchTerms

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.http import OfficerRequest


@require_safe
@views("materials.listed", Permission.MATERIAL_SEE)
def materials(request: OfficerRequest) -> HttpResponse:
    """Show all visible material as a grid that facets narrow."""
    terms = SearchTerms.from_querydict(request.GET)
    asks(**terms.told(), page=request.GET.get("page"))
    context = grid_context(request.user, terms, request.GET.get("page", ""))
    return render(request, "materials/materials.html", context)


@require_safe
@views("search.asked", Permission.MATERIAL_SEE)
def search(request: OfficerRequest) -> HttpResponse:
    """Search by words, by a picture that was asked with, or by faces: the address says which."""
    return render(request, "search/search.html", _context(request))


@require_safe
@views("search.asked", Permission.MATERIAL_SEE)
def picture_results(request: OfficerRequest, query_id: UUID) -> HttpResponse:
    """Send what a search by picture has found so far; the page asks until it is answered."""
    return render(request, "search/partials/_results.html", picture_context(request.user, query_id))


def _context(request: OfficerRequest) -> dict[str, Any]:
    place = PlaceForm(request.GET)
    if not place.is_valid():
        raise NotFound
    asks(page=request.GET.get("page"))
    if place.cleaned_data["picture"]:
        return picture_context(request.user, place.cleaned_data["picture"])
    faces = chosen_faces(request.GET)
    if faces:
        asks(faces=faces, together=place.cleaned_data["together"])
        return faces_context(request.user, faces, together=place.cleaned_data["together"])
    terms = SearchTerms.from_querydict(request.GET)
    asks(**terms.told())
    return words_context(request.user, terms, request.GET.get("page", ""))
