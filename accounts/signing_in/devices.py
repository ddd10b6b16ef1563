"""Devices on which somebody has signed in before: what others fail at never locks them out there.

A signed cookie names the device and the officer. Failures on such a device are counted for it alone, all
others for account and address together (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core import signing

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import Officer

_SALT: Final = "signing_in.device"
_KEPT_SECONDS: Final = 180 * 24 * 3600


def remember_device(request: HttpRequest, response: HttpResponse, officer: Officer) -> None:
    """Have the browser remember that the officer signed in here, with both factors."""
    mark = device_of(request, officer.email) or secrets.token_urlsafe(12)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([officer.email, mark], salt=_SALT),
        max_age=_KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def device_of(request: HttpRequest, email: str) -> str | None:
    """Return the mark of a device on which that account has signed in, None on any other."""
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        account, mark = signing.loads(cookie, salt=_SALT, max_age=_KEPT_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(mark) if account == email.lower() else None
