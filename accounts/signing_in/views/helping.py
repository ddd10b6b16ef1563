"""For national administrators: officers who cannot get in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import OfficerRequest
from accounts.signing_in.proof import recently_authenticated
from accounts.signing_in.queries import get_colleague, list_colleagues, list_locked
from accounts.signing_in.services.helping import reset_sign_in
from accounts.signing_in.services.helping import unlock as lift_lockout


@require_safe
def locked_out(request: OfficerRequest) -> HttpResponse:
    """Show the officers of the own country, the locked ones first."""
    locked = list_locked(request.user)
    context = {"locked": locked, "colleagues": list_colleagues(request.user), "password": ""}
    return render(request, "accounts/signing_in/locked_out.html", context)


@require_POST
def unlock(request: OfficerRequest, officer_id: UUID) -> HttpResponse:
    """Have an account be tried again at once."""
    officer = get_colleague(request.user, officer_id)
    lift_lockout(by=request.user, officer=officer)
    messages.success(request, f"{officer.full_name} may try again.")
    return redirect("locked_out")


@require_POST
@recently_authenticated
def reset(request: OfficerRequest, officer_id: UUID) -> HttpResponse:
    """Take password and factors from somebody who lost theirs; show their one-time password, this once."""
    officer = get_colleague(request.user, officer_id)
    context = {
        "password": reset_sign_in(by=request.user, officer=officer),
        "reset": officer,
        "locked": list_locked(request.user),
        "colleagues": list_colleagues(request.user),
    }
    return render(request, "accounts/signing_in/locked_out.html", context)
