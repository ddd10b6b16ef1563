"""From where somebody asks: their address, and the session or token through which they do."""

from __future__ import annotations

import hashlib
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpRequest

_SESSION_DIGITS: Final = 16


def address_of(request: HttpRequest) -> str | None:
    """Return the address that the connection comes from, None where it has none, as on a Unix socket."""
    return _checked(request.META.get("REMOTE_ADDR", ""))


def address_of_socket(scope: Mapping[str, Any]) -> str | None:
    """Return the same of a WebSocket's ASGI scope."""
    return _checked((scope.get("client") or ("",))[0])


def via_session(session_key: str | None) -> str:
    """Return how events name a session: by the beginning of its key's digest, which opens nothing."""
    if not session_key:
        return ""
    return f"session {hashlib.sha256(session_key.encode()).hexdigest()[:_SESSION_DIGITS]}"


def via_token(token_id: UUID) -> str:
    """Return how events name a token: by its id."""
    return f"token {token_id}"


def _checked(address: str) -> str | None:
    try:
        return str(ip_address(address))
    except ValueError:
        return None
