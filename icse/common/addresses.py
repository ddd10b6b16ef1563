"""From which address a request comes, whatever its headers claim."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_FORWARDED: Final = "HTTP_X_FORWARDED_FOR"


class TrustedAddressMiddleware:
    """Put the address of whoever asks into REMOTE_ADDR, past TRUSTED_PROXIES proxies of our own.

    Each of them appends to X-Forwarded-For whom it was asked by. Counted from the end, that many entries are
    therefore true; what stands before them was sent by the asker and may be anything.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on under the address that can be trusted."""
        told = request.META.pop(_FORWARDED, "").split(",")
        if 0 < settings.TRUSTED_PROXIES <= len(told):
            candidate = told[-settings.TRUSTED_PROXIES].strip()
            request.META["REMOTE_ADDR"] = checked_address(candidate) or request.META.get("REMOTE_ADDR", "")
        return self.get_response(request)


def checked_address(text: str) -> str | None:
    """Return an address in its one spelling, None for what is none, as on a Unix socket."""
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def address_of(request: HttpRequest) -> str | None:
    """Return the address that a request comes from, None where it has none."""
    return checked_address(request.META.get("REMOTE_ADDR", ""))
