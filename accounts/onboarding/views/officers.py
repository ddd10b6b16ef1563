"""Officers of a country: found, invited one by one or by a list, moved, suspended and gone."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import OfficerRequest
from accounts.onboarding.csv_rows import BadFile, decoded, read_rows, write_report
from accounts.onboarding.forms import (
    ImportForm,
    InviteOfficerForm,
    OfficerFilterForm,
    RoleForm,
    ServiceForm,
    UnitChoiceForm,
)
from accounts.onboarding.queries import (
    OfficerFilter,
    get_administered_officer,
    get_administered_unit,
    get_invitation,
    list_countries,
    list_officers,
    list_own_units,
    view_officer,
)
from accounts.onboarding.services.bulk import check_rows, invite_rows
from accounts.onboarding.services.invitations import (
    IssuedInvitation,
    invite_officer,
    newcomer_of,
    renew_invitation,
    revoke_invitation,
)
from accounts.onboarding.services.officers import (
    change_role,
    leave,
    resume_officer,
    suspend_officer,
    transfer_officer,
)
from accounts.onboarding.views.issued import issued_page
from accounts.onboarding.views.proving import proven_unless_suspending
from accounts.policies import check_can_manage_officers
from accounts.signing_in.proof import recently_authenticated
from icse.common.access import allows
from icse.common.errors import DomainError

_SERVICE: Final = {
    "suspend": (suspend_officer, "{} is suspended and out."),
    "resume": (resume_officer, "{} is in service again."),
    "leave": (leave, "{} has left and is out."),
}


@require_safe
def officers(request: OfficerRequest) -> HttpResponse:
    """List the officers of the administered countries, narrowed by what was asked."""
    form = OfficerFilterForm(request.GET)
    form.is_valid()
    page = list_officers(request.user, OfficerFilter(**form.cleaned_data), page=request.GET.get("page", ""))
    context = {
        "page": page,
        "filter": form,
        "is_narrowed": any(form.cleaned_data.values()),
        "countries": list_countries(request.user),
        "may_invite": allows(check_can_manage_officers, request.user, request.user.unit.country),
    }
    return render(request, "accounts/onboarding/officers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def invite(request: OfficerRequest) -> HttpResponse:
    """Invite somebody into a unit of the own country and show the link, this once."""
    check_can_manage_officers(request.user, request.user.unit.country)
    form = InviteOfficerForm(request.POST or None, units=list_own_units(request.user))
    issued = _invited(request, form) if form.is_valid() else None
    if issued is not None:
        return issued_page(request, [issued])
    return render(request, "accounts/onboarding/invite.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def bulk(request: OfficerRequest) -> HttpResponse:
    """Look at a list of officers row by row, hand the report out, or invite everybody in order."""
    check_can_manage_officers(request.user, request.user.unit.country)
    form = ImportForm(request.POST or None, request.FILES or None)
    try:
        content = _content_of(form) if form.is_valid() else ""
        rows = read_rows(content) if content else []
    except BadFile as refusal:
        form.add_error("file", refusal.message)
        content, rows = "", []
    if rows and form.cleaned_data["act"] == "invite":
        return issued_page(request, invite_rows(by=request.user, rows=rows))
    report = check_rows(by=request.user, rows=rows)
    if rows and form.cleaned_data["act"] == "export":
        headers = {"Content-Disposition": 'attachment; filename="invitations-report.csv"'}
        return HttpResponse(write_report(report), content_type="text/csv; charset=utf-8", headers=headers)
    good = sum(not each.problem for each in report)
    context = {"form": ImportForm() if rows else form, "report": report, "content": content, "good": good}
    return render(request, "accounts/onboarding/import.html", context)


@require_safe
def officer(request: OfficerRequest, officer_id: UUID) -> HttpResponse:
    """Show an officer: state, unit, role, how they came in, when they were last active."""
    view = view_officer(request.user, officer_id)
    units = [unit for unit in list_own_units(request.user) if unit.pk != view.officer.unit_id]
    context = {
        "view": view,
        "unit_form": UnitChoiceForm(units=units),
        "role_form": RoleForm(initial={"role": view.officer.role}),
    }
    return render(request, "accounts/onboarding/officer.html", context)


@require_POST
@recently_authenticated
def transfer(request: OfficerRequest, officer_id: UUID) -> HttpResponse:
    """Move an officer to another unit of the same country."""
    found = get_administered_officer(request.user, officer_id)
    form = UnitChoiceForm(request.POST, units=list_own_units(request.user))
    if form.is_valid():
        unit = get_administered_unit(request.user, UUID(form.cleaned_data["unit"]))
        transfer_officer(by=request.user, officer=found, unit=unit)
        messages.success(request, f"{found.full_name} is of {unit.name} now.")
    return redirect("officer", officer_id)


@require_POST
@recently_authenticated
def role(request: OfficerRequest, officer_id: UUID) -> HttpResponse:
    """Give an officer another role."""
    found = get_administered_officer(request.user, officer_id)
    form = RoleForm(request.POST)
    if form.is_valid():
        change_role(by=request.user, officer=found, role=form.cleaned_data["role"])
        messages.success(request, f"{found.full_name} has another role now.")
    return redirect("officer", officer_id)


@require_POST
@proven_unless_suspending
def service(request: OfficerRequest, officer_id: UUID) -> HttpResponse:
    """Take an officer out of service, put them back, or let them leave."""
    found = get_administered_officer(request.user, officer_id)
    form = ServiceForm(request.POST)
    if form.is_valid():
        act, words = _SERVICE[form.cleaned_data["act"]]
        act(by=request.user, officer=found)
        messages.success(request, words.format(found.full_name))
    return redirect("officer", officer_id)


@require_POST
@recently_authenticated
def renew(request: OfficerRequest, invitation_id: UUID) -> HttpResponse:
    """Make a new link for somebody who has not come in yet and show it, this once."""
    invitation = get_invitation(request.user, invitation_id)
    return issued_page(request, [renew_invitation(by=request.user, invitation=invitation)])


@require_POST
def revoke(request: OfficerRequest, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_invitation(request.user, invitation_id)
    revoke_invitation(by=request.user, invitation=invitation)
    messages.success(request, f"The invitation of {invitation.full_name} is revoked.")
    return redirect("country", invitation.country_id)


def _invited(request: OfficerRequest, form: InviteOfficerForm) -> IssuedInvitation | None:
    told = form.cleaned_data
    unit = get_administered_unit(request.user, UUID(told["unit"]))
    newcomer = newcomer_of(told["email"], told["full_name"], told["role"])
    try:
        return invite_officer(by=request.user, unit=unit, newcomer=newcomer)
    except DomainError as refusal:
        form.add_error("email", refusal.message)
        return None


def _content_of(form: ImportForm) -> str:
    file = form.cleaned_data["file"]
    return decoded(file.read()) if file else decoded(form.cleaned_data["content"].encode())
