"""A recent proof of who one is, before rights are given; taking them away must not wait for it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.signing_in.proof import recently_authenticated


def proven_unless_suspending(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Ask for a recent proof before everything that the view does but a suspension."""
    proven = recently_authenticated(view)

    @wraps(view)
    def chosen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view if request.POST.get("act") == "suspend" else proven
        return answer(request, *args, **kwargs)

    return chosen
