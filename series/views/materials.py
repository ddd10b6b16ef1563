"""The page of one material and the fragments that it fetches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.audit.viewing import asks, views
from accounts.policies import Permission
from evidence.queries import get_visible_material
from series.contexts.materials import overview_context, page_context, progress_context, tab_context
from series.forms import InstantForm

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.http import OfficerRequest


@require_safe
@views("material.viewed", Permission.MATERIAL_SEE)
def material(request: OfficerRequest, material_id: UUID) -> HttpResponse:
    """Show a material: the picture, the facts, and one tab; `tab` and `at_ms` in the address say which."""
    asks(tab=request.GET.get("tab"))
    begin_ms = InstantForm.read(request.GET)
    context = page_context(request.user, material_id, request.GET.get("tab", ""), begin_ms=begin_ms)
    return render(request, "material/material.html", context)


@require_safe
@views("material.viewed", Permission.MATERIAL_SEE)
def material_tab(request: OfficerRequest, material_id: UUID) -> HttpResponse:
    """Send one tab of a material's page."""
    asks(tab=request.GET.get("tab"))
    found = get_visible_material(request.user, material_id)
    context = tab_context(request.user, found, request.GET.get("tab", ""))
    return render(request, "material/partials/_tabs.html", context)


@require_safe
@views("material.viewed", Permission.MATERIAL_SEE)
def material_overview(request: OfficerRequest, material_id: UUID) -> HttpResponse:
    """Send viewer and facts of a material's page, once there is more to be seen."""
    found = get_visible_material(request.user, material_id)
    return render(request, "material/partials/_overview.html", overview_context(request.user, found))


@require_safe
@views("material.viewed", Permission.MATERIAL_SEE)
def material_progress(request: OfficerRequest, material_id: UUID) -> HttpResponse:
    """Send how far the analysis is; the last answer has the page fetch what was found."""
    context = progress_context(request.user, material_id)
    answer = render(request, "material/partials/_progress.html", context)
    if context["card"].progress.is_over:
        answer.headers["HX-Trigger"] = "analyzed"
    return answer
