"""Countries on their way in and in service, and their units."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import OfficerRequest
from accounts.onboarding.forms import (
    AgreementForm,
    CountryFilterForm,
    FirstAdministratorForm,
    InviteCountryForm,
    ServiceForm,
    StepForm,
    UnitForm,
)
from accounts.onboarding.queries import (
    get_administered_country,
    get_administered_unit,
    list_countries,
    view_country,
)
from accounts.onboarding.services.countries import (
    NewMember,
    SignedAgreement,
    activate_country,
    approve_country,
    confirm_contact,
    invite_country,
    receive_agreement,
    resume_country,
    suspend_country,
)
from accounts.onboarding.services.invitations import (
    IssuedInvitation,
    first_administrator,
    invite_first_administrator,
)
from accounts.onboarding.services.officers import make_unit, resume_unit, suspend_unit
from accounts.onboarding.views.issued import issued_page
from accounts.onboarding.views.proving import proven_unless_suspending
from accounts.policies import check_can_manage_countries
from accounts.signing_in.proof import recently_authenticated
from icse.common.access import allows
from icse.common.errors import DomainError

_STEPS: Final = {
    "confirm": (confirm_contact, "The contact is confirmed."),
    "approve": (approve_country, "The country is approved."),
    "activate": (activate_country, "The country takes part."),
    "suspend": (suspend_country, "The country is suspended; its officers are out."),
    "resume": (resume_country, "The country takes part again."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def countries(request: OfficerRequest) -> HttpResponse:
    """List the countries for the secretariat, or lead to the own one; a POST invites one."""
    narrowed = CountryFilterForm(request.GET)
    told = narrowed.cleaned_data if narrowed.is_valid() else {}
    listed = list_countries(request.user, words=told.get("words", ""), state=told.get("state", ""))
    if not allows(check_can_manage_countries, request.user):
        return redirect("country", request.user.unit.country_id)
    form = InviteCountryForm(request.POST or None)
    if form.is_valid() and (code := _invited(request, form)):
        return redirect("country", code)
    context = {"countries": listed, "filter": narrowed, "form": form}
    return render(request, "accounts/onboarding/countries.html", context)


@require_safe
def country(request: OfficerRequest, country_id: UUID) -> HttpResponse:
    """Show a country: its state, what is missing, units, invitations and history."""
    return _country_page(request, country_id)


@require_POST
@proven_unless_suspending
def step(request: OfficerRequest, country_id: UUID) -> HttpResponse:
    """Take a country a step further, out of service or back."""
    found = get_administered_country(request.user, country_id)
    form = StepForm(request.POST)
    if not form.is_valid():
        return _country_page(request, country_id, step_form=form)
    take, words = _STEPS[form.cleaned_data["act"]]
    take(by=request.user, country=found, note=form.cleaned_data["note"])
    messages.success(request, words)
    return redirect("country", country_id)


@require_POST
def agreement(request: OfficerRequest, country_id: UUID) -> HttpResponse:
    """Enter a signed agreement of a country."""
    found = get_administered_country(request.user, country_id)
    form = AgreementForm(request.POST)
    if not form.is_valid():
        return _country_page(request, country_id, agreement_form=form)
    receive_agreement(by=request.user, country=found, agreement=SignedAgreement(**form.cleaned_data))
    messages.success(request, "The agreement was entered.")
    return redirect("country", country_id)


@require_POST
@recently_authenticated
def administrator(request: OfficerRequest, country_id: UUID) -> HttpResponse:
    """Invite the first administrator of a country and show the link, this once."""
    found = get_administered_country(request.user, country_id)
    form = FirstAdministratorForm(request.POST)
    issued: IssuedInvitation | None = None
    if form.is_valid():
        told = form.cleaned_data
        try:
            issued = invite_first_administrator(
                by=request.user,
                country=found,
                unit_name=told["unit_name"],
                newcomer=first_administrator(told["email"], told["full_name"]),
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    if issued is None:
        return _country_page(request, country_id, administrator_form=form)
    return issued_page(request, [issued])


@require_POST
def make(request: OfficerRequest, country_id: UUID) -> HttpResponse:
    """Add a unit to the own country."""
    found = get_administered_country(request.user, country_id)
    form = UnitForm(request.POST)
    if not form.is_valid():
        return _country_page(request, country_id, unit_form=form)
    make_unit(by=request.user, country=found, name=form.cleaned_data["name"])
    messages.success(request, "The unit was made.")
    return redirect("country", country_id)


@require_POST
@proven_unless_suspending
def unit_service(request: OfficerRequest, unit_id: UUID) -> HttpResponse:
    """Take a unit out of service or put it back."""
    unit = get_administered_unit(request.user, unit_id)
    form = ServiceForm(request.POST)
    if form.is_valid() and form.cleaned_data["act"] == "suspend":
        suspend_unit(by=request.user, unit=unit)
        messages.success(request, f"{unit.name} is suspended; its officers are out.")
    elif form.is_valid():
        resume_unit(by=request.user, unit=unit)
        messages.success(request, f"{unit.name} is in service again.")
    return redirect("country", unit.country_id)


def _invited(request: OfficerRequest, form: InviteCountryForm) -> UUID | None:
    told = dict(form.cleaned_data)
    note = told.pop("note")
    try:
        return invite_country(by=request.user, member=NewMember(**told), note=note).pk
    except DomainError as refusal:
        form.add_error("code", refusal.message)
        return None


def _country_page(request: OfficerRequest, country_id: UUID, **bound: Any) -> HttpResponse:
    forms = {
        "step_form": StepForm(),
        "agreement_form": AgreementForm(),
        "administrator_form": FirstAdministratorForm(),
        "unit_form": UnitForm(),
    }
    context = {"view": view_country(request.user, country_id), **forms, **bound}
    return render(request, "accounts/onboarding/country.html", context)
