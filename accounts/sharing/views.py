"""The pages about sharing groups and a country's default level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.audit.viewing import views
from accounts.policies import Permission
from accounts.sharing.contexts import default_form_of, group_context, groups_context
from accounts.sharing.forms import GroupForm
from accounts.sharing.policies import check_can_manage_groups, check_can_see_groups
from accounts.sharing.services import (
    accept_invitation,
    choose_default,
    end_group,
    invite_country,
    leave_group,
    make_group,
    remove_country,
)
from icse.common.errors import Conflict, DomainError

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.http import OfficerRequest


@require_http_methods(["GET", "HEAD", "POST"])
@views("groups.listed", Permission.MATERIAL_SEE)
def sharing_groups(request: OfficerRequest) -> HttpResponse:
    """List the country's sharing groups; a POST makes one that it owns."""
    check_can_see_groups(request.user)
    form = GroupForm(request.POST, auto_id="group_%s") if request.method == "POST" else None
    if form and form.is_valid():
        try:
            made = make_group(by=request.user, **form.cleaned_data)
        except Conflict as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, f"The group {made.name} was made. Ask countries into it below.")
            return redirect("sharing_group", made.pk)
    return render(request, "sharing/groups.html", groups_context(request.user, form=form))


@require_POST
def choose_default_sharing(request: OfficerRequest) -> HttpResponse:
    """Choose what `default` means for the country."""
    check_can_manage_groups(request.user)
    form = default_form_of(request.user, request.POST)
    if form.is_valid():
        try:
            choose_default(by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("groups", refusal.message)
        else:
            messages.success(request, "The default was changed, for everything that is shared by it.")
            return redirect("sharing_groups")
    return render(request, "sharing/groups.html", groups_context(request.user, default_form=form))


@require_http_methods(["GET", "HEAD", "POST"])
@views("group.viewed", Permission.MATERIAL_SEE)
def sharing_group(request: OfficerRequest, group_id: UUID) -> HttpResponse:
    """Show one group; a POST asks a country into it."""
    check_can_see_groups(request.user)
    told = request.POST if request.method == "POST" else None
    context = group_context(request.user, group_id, told=told)
    form = context["form"]
    if form and form.is_valid():
        invite_country(by=request.user, group_id=group_id, **form.cleaned_data)
        messages.success(request, f"{form.cleaned_data['country']} was asked.")
        return redirect("sharing_group", group_id)
    return render(request, "sharing/group.html", context)


@require_POST
def accept_group(request: OfficerRequest, group_id: UUID) -> HttpResponse:
    """Accept an invitation for the own country."""
    accept_invitation(by=request.user, group_id=group_id)
    messages.success(request, "Your country is in the group.")
    return redirect("sharing_group", group_id)


@require_POST
def leave(request: OfficerRequest, group_id: UUID) -> HttpResponse:
    """Leave a group, or decline an invitation."""
    leave_group(by=request.user, group_id=group_id)
    messages.success(request, "Your country is in the group no more.")
    return redirect("sharing_groups")


@require_POST
def end(request: OfficerRequest, group_id: UUID) -> HttpResponse:
    """End a group that the own country owns."""
    end_group(by=request.user, group_id=group_id)
    messages.success(request, "The group was ended. Nobody sees anything through it any more.")
    return redirect("sharing_group", group_id)


@require_POST
def remove(request: OfficerRequest, group_id: UUID, membership_id: UUID) -> HttpResponse:
    """Take a country out of a group that the own country owns, or an invitation back."""
    remove_country(by=request.user, group_id=group_id, membership_id=membership_id)
    messages.success(request, "The country is in the group no more.")
    return redirect("sharing_group", group_id)
