"""The pages of series, and what an analyst does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.audit.viewing import asks, views
from accounts.policies import Permission
from accounts.sharing.forms import OpeningForm
from series.contexts.series import list_context, page_context
from series.errors import SeriesNameTaken
from series.forms import DescriptionForm, SeriesChoiceForm, SeriesForm, selected_materials
from series.queries.stacks import count_further_copies
from series.services.curating import (
    add_materials,
    create_series,
    describe_series,
    remove_materials,
    share_series,
)
from series.services.merging import merge_series
from series.wording import materials_with_copies

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.http import OfficerRequest


@require_http_methods(["GET", "HEAD", "POST"])
@views("series.listed", Permission.MATERIAL_SEE)
def series_list(request: OfficerRequest) -> HttpResponse:
    """List visible series; a POST starts a new one, from the materials that are selected if any are."""
    form = SeriesForm(request.POST, officer=request.user) if request.method == "POST" else None
    if form and form.is_valid() and (series_id := _start(request, form)):
        return redirect("series", series_id)
    asks(words=request.GET.get("words"), page=request.GET.get("page"))
    context = list_context(
        request.user, words=request.GET.get("words", ""), page=request.GET.get("page", ""), form=form
    )
    selected = selected_materials(request.POST) if form else []
    return render(request, "series/series_list.html", context | {"selected": selected})


@require_safe
@views("series.viewed", Permission.MATERIAL_SEE)
def series(request: OfficerRequest, series_id: UUID) -> HttpResponse:
    """Show a series: its head and one tab; `tab` in the address names it."""
    tab, page = request.GET.get("tab", ""), request.GET.get("page", "")
    asks(tab=tab, page=page)
    return render(request, "series/series.html", page_context(request.user, series_id, tab=tab, page=page))


@require_POST
def add_to_series(request: OfficerRequest) -> HttpResponse:
    """Put the selected materials into a series of the officer's country."""
    choice = SeriesChoiceForm(request.POST)
    selected = selected_materials(request.POST)
    if not choice.is_valid() or not selected:
        messages.warning(request, "Choose a series and at least one material.")
        return redirect("materials")
    found = add_materials(by=request.user, series_id=choice.cleaned_data["series"], material_ids=selected)
    messages.success(request, f"{_named(request, selected)} added to {found.name}.")
    return redirect(f"{reverse('series', args=[found.pk])}?tab={choice.cleaned_data['tab']}")


@require_POST
def remove_from_series(request: OfficerRequest, series_id: UUID) -> HttpResponse:
    """Take the selected materials out of a series; they stay where else they are."""
    selected = selected_materials(request.POST)
    remove_materials(by=request.user, series_id=series_id, material_ids=selected)
    messages.success(request, f"{_named(request, selected)} taken out of the series.")
    return redirect("series", series_id)


@require_POST
@views("series.viewed", Permission.MATERIAL_SEE)
def describe(request: OfficerRequest, series_id: UUID) -> HttpResponse:
    """Change what a series is called, what is said of it and how urgent it is."""
    form = DescriptionForm(request.POST)
    if not form.is_valid() or not _has_described(request, series_id, form):
        context = page_context(request.user, series_id, tab="", page="")
        return render(request, "series/series.html", context | {"form": form})
    messages.success(request, "The series was changed.")
    return redirect("series", series_id)


@require_POST
def share(request: OfficerRequest, series_id: UUID) -> HttpResponse:
    """Open a series further, or close it, as its country."""
    form = OpeningForm(request.POST, officer=request.user)
    if form.is_valid():
        share_series(by=request.user, series_id=series_id, **form.opening())
        messages.success(request, "Who may see the series was changed.")
    else:
        messages.warning(request, "Nothing was changed: choose a level, and the groups that it names.")
    return redirect("series", series_id)


@require_POST
def merge(request: OfficerRequest, series_id: UUID) -> HttpResponse:
    """Bring another series of the same country into this one, after it was confirmed on the page."""
    choice = SeriesChoiceForm(request.POST)
    if choice.is_valid():
        merge_series(by=request.user, series_id=series_id, other_id=choice.cleaned_data["series"])
        messages.success(request, "The series were merged. The other one points here from now on.")
    return redirect("series", series_id)


def _named(request: OfficerRequest, selected: list[UUID]) -> str:
    return materials_with_copies(len(set(selected)), count_further_copies(request.user, selected))


def _start(request: OfficerRequest, form: SeriesForm) -> UUID | None:
    told = form.cleaned_data
    selected = selected_materials(request.POST)
    try:
        made = create_series(by=request.user, **told, material_ids=selected)
    except SeriesNameTaken as refusal:
        form.add_error("name", refusal.message)
        return None
    held = f" with {_named(request, selected)}" if selected else ""
    messages.success(request, f"The series {made.name} was started{held}.")
    return made.pk


def _has_described(request: OfficerRequest, series_id: UUID, form: DescriptionForm) -> bool:
    try:
        describe_series(by=request.user, series_id=series_id, **form.cleaned_data)
    except SeriesNameTaken as refusal:
        form.add_error("name", refusal.message)
    return form.is_valid()
