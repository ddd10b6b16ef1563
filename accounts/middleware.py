"""The gate of every page: who is not signed in goes to the sign-in page, with one list of exceptions."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from rest_framework.views import APIView

from accounts.acting import act_to_the_end, acting_until_the_end, purpose_of
from accounts.audit.refusals import note_sent_to_sign_in
from accounts.models import Officer
from accounts.services import note_activity
from accounts.signing_in.proof import is_pending
from icse.common.errors import AccessDenied
from icse.common.pages import error_as_json

GetResponse = Callable[[HttpRequest], HttpResponse]

# Everything else asks for a sign-in. Static files are answered before this middleware is reached.
EXEMPT_URL_NAMES: Final = frozenset({"healthz", "join", "metrics", "readyz", "sign_in"})

HALF_WAY_URL_NAME: Final = "second_factor"
"""Open to a browser in which the password was given, and to no other."""

_OPEN_WITH_ONE_TIME_PASSWORD: Final = frozenset(
    {"change_password", "sign_out", "choose_theme", "session_left"}
)


class SignInMiddleware:
    """Let nobody past who is not signed in; lead who has a one-time password to choosing their own.

    The API's views are asked by REST framework, where a token may speak for the officer; there, the
    default permission takes the place of this middleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; keep what a signed-in officer was shown out of every cache."""
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Answer instead of the view where the asker has to sign in or to choose a password."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in EXEMPT_URL_NAMES:
            return None
        is_api = issubclass(getattr(view, "cls", object), APIView)
        if not request.user.is_authenticated:
            is_expected = is_api or (name == HALF_WAY_URL_NAME and is_pending(request.session))
            return None if is_expected else _to_sign_in(request)
        if request.user.must_change_password and name not in _OPEN_WITH_ONE_TIME_PASSWORD:
            return _to_change_password(request, is_api=is_api)
        return None


class ActingMiddleware:
    """Have every statement of a view made in the name of the officer of the session.

    A token's officer is known only to the API's authentication, which calls `act_to_the_end` itself.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, and end whatever it stood for."""
        with acting_until_the_end():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Stand for the officer of the session, if there is one; the purpose is the name of the address."""
        if isinstance(request.user, Officer):
            act_to_the_end(request.user, purpose_of(request))
            note_activity(officer=request.user)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    note_sent_to_sign_in(request)
    if _wants_fragment(request):
        return _leave_for("sign_in")
    came_for = request.get_full_path() if request.method == "GET" else "/"
    return redirect_to_login(came_for, reverse("sign_in"))


def _to_change_password(request: HttpRequest, *, is_api: bool) -> HttpResponse:
    if is_api:
        return error_as_json(AccessDenied("Choose a password of your own first."))
    if _wants_fragment(request):
        return _leave_for("change_password")
    return redirect("change_password")


def _wants_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _leave_for(name: str) -> HttpResponse:
    """Have htmx leave the page; a redirect would put the whole other page where a fragment was wanted."""
    return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": reverse(name)})
