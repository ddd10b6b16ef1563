"""Who sees a material or a series: the reasons, the grants, and another country's eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.audit.viewing import views
from accounts.grants.errors import GrantNotGiven
from accounts.grants.forms import GrantForm
from accounts.policies import Permission
from accounts.signing_in.proof import recently_authenticated_to_write
from evidence.granting import end_material_grant, grant_material
from evidence.queries import get_visible_material
from series.contexts.access import material_access_context, series_access_context
from series.services.granting import end_series_grant, grant_series

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.http import OfficerRequest


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated_to_write
@views("access.viewed", Permission.MATERIAL_SEE)
def material_access(request: OfficerRequest, material_id: UUID) -> HttpResponse:
    """Show why a material is seen and by whom; a POST opens it to an officer or unit."""
    material = get_visible_material(request.user, material_id)
    form = GrantForm(request.POST) if request.method == "POST" else None
    if form and _has_given(form, lambda: grant_material(by=request.user, material=material, **form.terms())):
        messages.success(request, "It was opened to them.")
        return redirect("material_access", material_id)
    context = material_access_context(request.user, material_id, asked=request.GET, form=form)
    return render(request, "access/material.html", context)


@require_POST
def end_access_to_material(request: OfficerRequest, material_id: UUID, grant_id: UUID) -> HttpResponse:
    """End a grant of a material."""
    material = get_visible_material(request.user, material_id)
    end_material_grant(by=request.user, material=material, grant_id=grant_id)
    messages.success(request, "The grant was ended.")
    return redirect("material_access", material_id)


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated_to_write
@views("access.viewed", Permission.MATERIAL_SEE)
def series_access(request: OfficerRequest, series_id: UUID) -> HttpResponse:
    """Show why a series is seen and by whom; a POST opens it to an officer or unit."""
    form = GrantForm(request.POST) if request.method == "POST" else None
    if form and _has_given(form, lambda: grant_series(by=request.user, series_id=series_id, **form.terms())):
        messages.success(request, "It was opened to them.")
        return redirect("series_access", series_id)
    context = series_access_context(request.user, series_id, asked=request.GET, form=form)
    return render(request, "access/series.html", context)


@require_POST
def end_access_to_series(request: OfficerRequest, series_id: UUID, grant_id: UUID) -> HttpResponse:
    """End a grant of a series."""
    end_series_grant(by=request.user, series_id=series_id, grant_id=grant_id)
    messages.success(request, "The grant was ended.")
    return redirect("series_access", series_id)


def _has_given(form: GrantForm, give: Callable[[], object]) -> bool:
    if not form.is_valid():
        return False
    try:
        give()
    except GrantNotGiven as refusal:
        form.add_error(refusal.field, refusal.message)
    return form.is_valid()
