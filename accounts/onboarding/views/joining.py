"""Coming in by an invitation: nobody is signed in here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.onboarding.errors import InvitationNotValid
from accounts.onboarding.forms import CodeForm, JoinForm
from accounts.onboarding.queries import find_usable_invitation
from accounts.onboarding.services.invitations import join as join_by
from accounts.services import WeakPassword


@sensitive_post_parameters("code", "new", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Ask for the code, then for name and password; the second factor follows at the first sign-in."""
    if request.user.is_authenticated:
        return redirect("account")
    code_form = CodeForm(request.POST or None)
    if not code_form.is_valid():
        return render(request, "accounts/onboarding/join.html", {"code_form": code_form})
    invitation = find_usable_invitation(code_form.cleaned_data["code"])
    if invitation is None:
        raise InvitationNotValid
    is_answer = "full_name" in request.POST
    named = {"code": code_form.cleaned_data["code"], "full_name": invitation.full_name}
    form = JoinForm(request.POST) if is_answer else JoinForm(initial=named)
    if form.is_valid() and _has_joined(form):
        messages.success(request, "Your account is open. Sign in with the password that you chose.")
        return redirect("sign_in")
    return render(request, "accounts/onboarding/join.html", {"form": form, "invitation": invitation})


def _has_joined(form: JoinForm) -> bool:
    told = form.cleaned_data
    try:
        join_by(code=told["code"], full_name=told["full_name"], password=told["new"])
    except WeakPassword as refusal:
        form.add_error("new", list(refusal.messages))
    return form.is_valid()
