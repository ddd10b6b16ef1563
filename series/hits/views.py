"""The page of hits: what is told, contact asked for, contact answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.audit.viewing import views
from accounts.policies import Permission
from evidence.queries import get_visible_material
from icse.common.access import allows
from series.hits.forms import AnswerForm, CountryPolicyForm, MaterialPolicyForm
from series.hits.policies import check_can_set_country_policy, check_can_talk
from series.hits.queries import country_policy, list_asked, list_hits
from series.hits.services import answer_contact, ask_for_contact, set_country_policy, set_material_policy

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.http import OfficerRequest


@require_safe
@views("hits.listed", Permission.MATERIAL_SEE)
def hits(request: OfficerRequest) -> HttpResponse:
    """Show what other units hold as far as they let it be known, and what the own country was asked."""
    shown = {
        "hits": list_hits(request.user),
        "asked": list_asked(request.user),
        "may_talk": allows(check_can_talk, request.user),
    }
    return render(request, "hits/hits.html", shown)


@require_POST
def ask(request: OfficerRequest, hit_id: UUID) -> HttpResponse:
    """Ask for contact."""
    ask_for_contact(by=request.user, hit_id=hit_id)
    messages.success(request, "They were asked. You hear from them if they agree.")
    return redirect("hits")


@require_POST
def answer(request: OfficerRequest, contact_id: UUID) -> HttpResponse:
    """Agree to contact or decline it."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    agrees = form.cleaned_data["answer"] == "agree"
    answer_contact(by=request.user, contact_id=contact_id, agrees=agrees)
    messages.success(request, "Both of you know each other's unit now." if agrees else "Nobody is told.")
    return redirect("hits")


@require_http_methods(["GET", "HEAD", "POST"])
@views("hit_policy.viewed", Permission.MATERIAL_SEE)
def policy(request: OfficerRequest) -> HttpResponse:
    """Show and change what others learn of the country's holdings."""
    form = CountryPolicyForm(request.POST or None, initial={"policy": country_policy(request.user)})
    if request.method == "POST" and form.is_valid():
        set_country_policy(by=request.user, policy=form.cleaned_data["policy"])
        messages.success(request, "What others learn was changed.")
        return redirect("hit_policy")
    may_change = allows(check_can_set_country_policy, request.user)
    return render(request, "hits/policy.html", {"form": form, "may_change": may_change})


@require_POST
def material_policy(request: OfficerRequest, material_id: UUID) -> HttpResponse:
    """Change what others learn of one material that the country handed in."""
    material = get_visible_material(request.user, material_id)
    form = MaterialPolicyForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    set_material_policy(by=request.user, material=material, policy=form.chosen())
    messages.success(request, "What others learn of it was changed.")
    return redirect("material_access", material_id)
