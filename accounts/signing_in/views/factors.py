"""Second factors: what an officer has, setting one up, recovery codes, confirming that it is still them."""

from base64 import b64encode
from typing import Final

from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import OfficerRequest
from accounts.signing_in.addresses import next_address
from accounts.signing_in.devices import remember_device
from accounts.signing_in.errors import WrongFactor, WrongProof
from accounts.signing_in.forms import AppCodeForm, ConfirmForm, NewKeyForm
from accounts.signing_in.proof import recently_authenticated
from accounts.signing_in.queries import (
    factors_of,
    get_own_factor,
    has_factor,
    has_key,
    list_sessions,
    unused_codes,
)
from accounts.signing_in.services import factors
from accounts.signing_in.services.signing import confirm as take_proof

_SHOW_CODES: Final = "show_recovery_codes"


@require_safe
def security(request: OfficerRequest) -> HttpResponse:
    """Show the officer's second factors and sessions."""
    context = {
        "factors": factors_of(request.user),
        "codes_left": len(unused_codes(request.user)),
        "sessions": list_sessions(request.user, request.session.session_key),
    }
    return render(request, "accounts/signing_in/security.html", context)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@recently_authenticated
def add_app(request: OfficerRequest) -> HttpResponse:
    """Show a new secret as QR code and text until the app gives its first code."""
    form = AppCodeForm(request.POST or None)
    if form.is_valid() and _was_added(request, form):
        return _to_codes(request)
    secret = factors.new_secret(request)
    adapter = get_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    context = {
        "form": form,
        "groups": [secret[start : start + 4] for start in range(0, len(secret), 4)],
        "qr_code": b64encode(svg.encode()).decode(),
        "is_first": not has_factor(request.user),
    }
    return render(request, "accounts/signing_in/add_app.html", context)


@require_http_methods(["GET", "POST"])
@recently_authenticated
def add_key(request: OfficerRequest) -> HttpResponse:
    """Register a security key or passkey."""
    form = NewKeyForm(request.POST or None)
    if form.is_valid():
        entered = form.cleaned_data
        try:
            factors.add_key(request, request.user, entered["name"], entered["credential"])
        except WrongFactor:
            form.add_error(None, "The key's answer did not fit. Try again.")
        else:
            return _to_codes(request)
    context = {
        "form": form,
        "key_options": factors.offer_key(request.user),
        "is_first": not has_factor(request.user),
    }
    return render(request, "accounts/signing_in/add_key.html", context)


@require_POST
@recently_authenticated
def remove_factor(request: OfficerRequest, factor_id: int) -> HttpResponse:
    """Take one of the officer's own factors out of use."""
    factors.remove_factor(request, request.user, get_own_factor(request.user, factor_id))
    messages.success(request, "The second factor was removed.")
    return redirect("security")


@require_http_methods(["GET", "POST"])
@recently_authenticated
def recovery_codes(request: OfficerRequest) -> HttpResponse:
    """Make new recovery codes, or show those that were just made, this once."""
    if request.method == "POST":
        factors.renew_recovery_codes(request, request.user)
        request.session[_SHOW_CODES] = True
        return redirect("recovery_codes")
    if not request.session.pop(_SHOW_CODES, False):
        return redirect("security")
    return render(request, "accounts/signing_in/recovery_codes.html", {"codes": unused_codes(request.user)})


@sensitive_post_parameters("password", "code", "credential")
@require_http_methods(["GET", "POST"])
def confirm(request: OfficerRequest) -> HttpResponse:
    """Ask for password, code or key, and lead back."""
    form = ConfirmForm(request.POST or None)
    if form.is_valid():
        try:
            take_proof(request, request.user, **form.cleaned_data)
        except WrongProof as refusal:
            form.add_error("password", refusal.message)
        except WrongFactor as refusal:
            form.add_error("code", refusal.message)
        else:
            return redirect(next_address(request))
    options = factors.challenge(request.user) if has_key(request.user) else None
    context = {"form": form, "next": next_address(request), "key_options": options}
    return render(request, "accounts/signing_in/confirm.html", context)


def _was_added(request: OfficerRequest, form: AppCodeForm) -> bool:
    try:
        factors.add_app(request, request.user, form.cleaned_data["code"])
    except WrongFactor as refusal:
        form.add_error("code", refusal.message)
    return form.is_valid()


def _to_codes(request: OfficerRequest) -> HttpResponse:
    request.session[_SHOW_CODES] = True
    response = redirect("recovery_codes")
    remember_device(request, response, request.user)
    return response
