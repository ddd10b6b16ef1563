"""What a session knows about who sits in front of it: which factors were given, and when."""

from __future__ import annotations

import time
from functools import wraps
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from rest_framework.authentication import SessionAuthentication
from rest_framework.views import APIView

from accounts.signing_in.errors import ConfirmationNeeded
from accounts.signing_in.limits import ACCOUNT_LIMIT, PENDING_LIMIT, RECENT
from icse.common.pages import error_as_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

_FACTOR_AT: Final = "second_factor_at"
_PROVED_AT: Final = "proved_at"
_PENDING: Final = "pending_sign_in"
_API_PREFIX: Final = "/api/"


def note_proof(request: HttpRequest, *, with_factor: bool) -> None:
    """Note that the officer of the session has just given a password or a second factor."""
    request.session[_PROVED_AT] = time.time()
    if with_factor:
        request.session[_FACTOR_AT] = time.time()


def has_second_factor(session: Mapping[str, Any]) -> bool:
    """Tell whether the session may go on: a second factor was given in it, or none is asked for here."""
    return not settings.SECOND_FACTOR or _FACTOR_AT in session


def is_recent(session: Mapping[str, Any]) -> bool:
    """Tell whether the last proof of who sits here is at most ten minutes old."""
    return 0 <= time.time() - float(session.get(_PROVED_AT, 0)) <= RECENT.total_seconds()


def hold(request: HttpRequest, officer_id: UUID, came_for: str) -> None:
    """Keep, under a new session id, that the password was given and the second factor is not."""
    request.session.cycle_key()
    request.session[_PENDING] = {"officer": str(officer_id), "at": time.time(), "next": came_for, "wrong": 0}


def is_pending(session: Mapping[str, Any]) -> bool:
    """Tell whether a second factor is awaited, of a password given a moment ago."""
    pending = session.get(_PENDING)
    return pending is not None and 0 <= time.time() - pending["at"] <= PENDING_LIMIT.total_seconds()


def pending_officer(session: Mapping[str, Any]) -> str | None:
    """Return the id of the officer whose second factor is awaited, None where none is."""
    return str(session[_PENDING]["officer"]) if is_pending(session) else None


def pending_address(session: Mapping[str, Any]) -> str:
    """Return where somebody whose second factor is awaited wanted to go."""
    return str(session.get(_PENDING, {}).get("next", ""))


def count_wrong(request: HttpRequest) -> None:
    """Count a wrong second factor of a sign-in; after a few of them it begins anew with the password."""
    pending = request.session.get(_PENDING)
    if pending is None:
        return
    pending["wrong"] += 1
    request.session.modified = True
    if pending["wrong"] >= ACCOUNT_LIMIT:
        release(request)


def release(request: HttpRequest) -> None:
    """Forget that a second factor is awaited."""
    request.session.pop(_PENDING, None)


def recently_authenticated(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Ask for a proof of who one is before a view of a page or fragment that changes more than usual.

    A page is led to the confirmation and back to where it was asked from; nothing of a form is kept. htmx is
    told to leave the page. What is asked under `/api/` in a session gets the API's error.
    """

    @wraps(view)
    def proven(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_recent(request.session):
            return view(request, *args, **kwargs)
        return ask_for_proof(request)

    return proven


def recently_authenticated_to_write(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Ask for a proof before a POST to a page that everybody may read."""
    proven = recently_authenticated(view)

    @wraps(view)
    def chosen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return (proven if request.method == "POST" else view)(request, *args, **kwargs)

    return chosen


class RecentlyAuthenticated(APIView):
    """A base of API views whose unsafe methods need a recent proof; a token has its scope instead."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check it once it is known who asks.

        Raises:
            ConfirmationNeeded: The session's last proof is older than ten minutes.
        """
        super().initial(request, *args, **kwargs)
        by_session = isinstance(request.successful_authenticator, SessionAuthentication)
        if by_session and request.method not in {"GET", "HEAD", "OPTIONS"}:
            check_recent(request.session)


def check_recent(session: Mapping[str, Any]) -> None:
    """Check that the last proof is recent.

    Raises:
        ConfirmationNeeded: It is not.
    """
    if not is_recent(session):
        raise ConfirmationNeeded


def ask_for_proof(request: HttpRequest) -> HttpResponse:
    """Lead to the confirmation, and from there back to the page that was looked at."""
    if request.path.startswith(_API_PREFIX):
        return error_as_json(ConfirmationNeeded())
    address = f"{reverse('confirm')}?{urlencode({'next': _page_in_front(request)})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": address})
    if request.method != "GET":
        messages.info(request, "Confirm that it is you, then do it again: nothing was done yet.")
    return redirect(address)


def _page_in_front(request: HttpRequest) -> str:
    if request.method == "GET" and "HX-Request" not in request.headers:
        return request.get_full_path()
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return reverse("account")
    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
