"""The own page, the own password and tokens."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import ChangePasswordForm, TokenForm
from accounts.http import OfficerRequest
from accounts.matrix import permission_matrix, rights_of
from accounts.queries import get_own_token, list_role_names, list_tokens
from accounts.services import WeakPassword, WrongPassword, issue_token, revoke_token
from accounts.services import change_password as replace_password
from accounts.signing_in.addresses import next_address
from accounts.signing_in.proof import recently_authenticated
from accounts.signing_in.services.sessions import follow_password

THEMES: Final = ("auto", "light", "dark")
THEME_COOKIE: Final = "theme"
_ONE_YEAR: Final = 365 * 24 * 3600


@sensitive_post_parameters("present", "new", "again")
@require_http_methods(["GET", "POST"])
def change_password(request: OfficerRequest) -> HttpResponse:
    """Let the officer choose another password; every other session of theirs ends."""
    form = ChangePasswordForm(request.POST or None)
    if form.is_valid() and _has_replaced_password(request, form):
        former_key = request.session.session_key
        update_session_auth_hash(request, request.user)
        follow_password(request, request.user, former_key)
        messages.success(request, "Your password was changed.")
        return redirect("account")
    return render(request, "accounts/change_password.html", {"form": form})


@require_safe
def account(request: OfficerRequest) -> HttpResponse:
    """Show who the officer is, what they may do and their tokens."""
    return render(request, "accounts/account.html", _account_context(request))


@require_safe
def roles(request: OfficerRequest) -> HttpResponse:
    """Show what every role may do."""
    context = {"roles": list_role_names(), "rows": permission_matrix(), "own_role": request.user.role}
    return render(request, "accounts/roles.html", context)


@require_POST
@recently_authenticated
def issue(request: OfficerRequest) -> HttpResponse:
    """Issue a token and show its text, this once."""
    form = TokenForm(request.user, request.POST)
    text = ""
    if form.is_valid():
        text = issue_token(by=request.user, officer=request.user, **form.cleaned_data)
        form = TokenForm(request.user)
    return render(request, "accounts/account.html", _account_context(request, form=form, token_text=text))


@require_POST
def revoke(request: OfficerRequest, token_id: UUID) -> HttpResponse:
    """End one of the officer's own tokens."""
    revoke_token(by=request.user, token=get_own_token(request.user, token_id))
    messages.success(request, "The token was revoked.")
    return redirect("account")


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the system's choice on this device."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    response = redirect(next_address(request))
    response.set_cookie(
        THEME_COOKIE, theme, max_age=_ONE_YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return response


def _has_replaced_password(request: OfficerRequest, form: ChangePasswordForm) -> bool:
    entered = form.cleaned_data
    try:
        replace_password(by=request.user, present=entered["present"], new=entered["new"])
    except WrongPassword as refusal:
        form.add_error("present", refusal.message)
    except WeakPassword as refusal:
        form.add_error("new", list(refusal.messages))
    return form.is_valid()


def _account_context(
    request: OfficerRequest, *, form: TokenForm | None = None, token_text: str = ""
) -> dict[str, Any]:
    return {
        "rights": rights_of(request.user),
        "tokens": list_tokens(request.user),
        "token_form": form or TokenForm(request.user),
        "token_text": token_text,
    }
