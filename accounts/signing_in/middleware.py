"""Two gates: no session past its limits, nobody without a second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from rest_framework.views import APIView

from accounts.middleware import EXEMPT_URL_NAMES
from accounts.signing_in.errors import SecondFactorNeeded
from accounts.signing_in.proof import has_second_factor
from accounts.signing_in.queries import has_factor
from accounts.signing_in.services.sessions import Ending, meet
from accounts.signing_in.services.signing import WHY_ENDED
from icse.common.pages import error_as_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

UNATTENDED: Final = "X-Unattended"
"""The header of what a page asks by itself while nobody touches it."""

ENROLMENT_URL_NAMES: Final = frozenset({"add_app", "add_key", "confirm"})
"""Open with a password alone, to officers who have no second factor yet."""

OPEN_WITHOUT_FACTOR: Final = EXEMPT_URL_NAMES | {
    "choose_theme",
    "session_left",
    "sign_out",
}

_WORDS: Final = {
    Ending.IDLE: "You were signed out because nothing was done for twenty minutes.",
    Ending.LIMIT: "You were signed out because a session lasts twelve hours at most.",
}


class SessionMiddleware:
    """End the session of whoever has stayed away for too long, or whose session somebody has ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, as of nobody where its session is over."""
        if request.user.is_authenticated:
            ending = meet(request, counts=UNATTENDED not in request.headers)
            if ending is not None:
                logout(request)
                request.session[WHY_ENDED] = _WORDS.get(ending, "That session was ended.")
        return self.get_response(request)


class SecondFactorMiddleware:
    """Let nobody past who has given a password alone, but to where a second factor is set up or given."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Answer instead of the view where the session lacks its second factor."""
        if not request.user.is_authenticated or has_second_factor(request.session):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in OPEN_WITHOUT_FACTOR or (name == "change_password" and request.user.must_change_password):
            return None
        has_one = has_factor(request.user)
        wanted = "second_factor" if has_one else "add_app"
        if name == wanted or (name in ENROLMENT_URL_NAMES and not has_one):
            return None
        if issubclass(getattr(view, "cls", object), APIView):
            return error_as_json(SecondFactorNeeded())
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=401, headers={"HX-Redirect": reverse(wanted)})
        return redirect(wanted)
