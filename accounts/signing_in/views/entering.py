"""Signing in with a password and then a second factor, and signing out."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import SignInForm
from accounts.signing_in.addresses import next_address, safe_address
from accounts.signing_in.devices import remember_device
from accounts.signing_in.errors import WrongFactor
from accounts.signing_in.forms import SecondFactorForm
from accounts.signing_in.proof import pending_address
from accounts.signing_in.queries import has_key
from accounts.signing_in.services.factors import challenge
from accounts.signing_in.services.sessions import forget_session
from accounts.signing_in.services.signing import (
    WHY_ENDED,
    note_refusal,
    who_is_half_way,
    with_factor,
    with_password,
)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for e-mail and password; lead to the second factor, or back to where the officer came from."""
    if request.user.is_authenticated:
        return redirect(next_address(request))
    form = SignInForm(request, request.POST or None)
    if form.is_valid():
        officer = form.get_user()
        awaits_factor = with_password(request, officer, next_address(request))
        return redirect("second_factor" if awaits_factor else next_address(request))
    if request.method == "POST":
        note_refusal(request.POST.get("username", ""))
    context = {"form": form, "next": next_address(request), "why": request.session.pop(WHY_ENDED, "")}
    return render(request, "accounts/sign_in.html", context)


@sensitive_post_parameters("code", "credential")
@never_cache
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask whose password was right for a code or a key."""
    officer = who_is_half_way(request)
    if officer is None:
        return redirect("sign_in")
    form = SecondFactorForm(request.POST or None)
    if form.is_valid():
        came_for = pending_address(request.session)
        try:
            with_factor(request, officer, **form.cleaned_data)
        except WrongFactor as refusal:
            form.add_error("code", refusal.message)
        else:
            response = redirect(safe_address(request, came_for))
            remember_device(request, response, officer)
            return response
    if who_is_half_way(request) is None:
        return redirect("sign_in")
    options = challenge(officer) if has_key(officer) else None
    return render(request, "accounts/signing_in/second_factor.html", {"form": form, "key_options": options})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and have the browser forget what it kept of it."""
    forget_session(request)
    logout(request)
    response = redirect("sign_in")
    # Cookies are left out: browsers would clear those of other installations on the same host too.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
