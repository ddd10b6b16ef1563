"""The platform as its API shows it."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BATCHES: Final = "/api/v1/batches/"
UPLOADS: Final = "/api/v1/uploads/"

_WAIT: Final = urllib3.Timeout(connect=20, read=330)
"""In seconds. The last piece of a large file is answered once all of it has been read again over there."""

_DENIED: Final = (401, 403)


class Refused(Exception):
    """The platform said no, with a status, a reason for programs and a message for people."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message

    @property
    def is_denied(self) -> bool:
        """Tell whether it is about who asks, so that nothing else will be answered either."""
        return self.status in _DENIED


class Unreached(Exception):
    """The platform, or what stands in front of it, did not answer at all, or not in its own way."""


class Platform:
    """Connections to one platform, shared by all lanes."""

    def __init__(self, server: str, token: str, *, lanes: int = 1, ca_file: str = "") -> None:
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "Tus-Resumable": "1.0.0",
            "User-Agent": "icse-upload",
        }
        options: dict[str, Any] = {"headers": headers, "maxsize": lanes, "timeout": _WAIT}
        if ca_file:
            options["ca_certs"] = ca_file
        proxy = _proxy_for(server)
        self._connections = (
            urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
        )
        self._server = server
        self._headers = headers

    def ask(
        self,
        method: str,
        path: str,
        *,
        told: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> urllib3.BaseHTTPResponse:
        """Send one request, of JSON or of bytes, and return the answer. It is neither repeated nor led on.

        Raises:
            Refused: The answer is an error of the platform's.
            Unreached: There is none, or one that says nothing certain, as of a proxy whose server is away.
        """
        sent = {**self._headers, **(headers or {})}
        if told is not None:
            body = json.dumps(told).encode()
            sent["Content-Type"] = "application/json"
        try:
            answer = self._connections.request(
                method, self._server + path, body=body, headers=sent, retries=False, redirect=False
            )
        except urllib3.exceptions.HTTPError as fault:
            raise Unreached(_first_line(fault)) from fault
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise _error_of(answer)
        return answer

    def list_all(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield what a list holds, page after page."""
        wanted: str | None = path
        while wanted:
            page = self.ask("GET", wanted).json()
            yield from page["results"]
            following = urlsplit(page["next"] or "")
            wanted = f"{following.path}?{following.query}" if following.path else None


def _proxy_for(server: str) -> str:
    """Return the proxy that this computer's settings name for an address, or an empty text."""
    parts = urlsplit(server)
    if proxy_bypass(parts.hostname or ""):
        return ""
    return getproxies().get(parts.scheme, "")


def _first_line(fault: Exception) -> str:
    return str(fault).splitlines()[0] if str(fault) else type(fault).__name__


def _error_of(answer: urllib3.BaseHTTPResponse) -> Refused | Unreached:
    """Return what an answer says went wrong; only what has the platform's own shape is a refusal."""
    try:
        error = json.loads(answer.data)["error"]
        refused = Refused(answer.status, str(error["reason"]), str(error["message"]))
    except (ValueError, KeyError, TypeError):
        # A HEAD has no body: its status alone has to do.
        if answer.status in (*_DENIED, 404, 410, 423) and not answer.data:
            return Refused(answer.status, "", f"The platform answered {answer.status}.")
        return Unreached(f"The answer was {answer.status}, and not the platform's.")
    if "fields" in error:
        refused.message += f" {json.dumps(error['fields'])}"
    is_certain = refused.status < HTTPStatus.INTERNAL_SERVER_ERROR
    if is_certain or refused.status == HTTPStatus.INSUFFICIENT_STORAGE:
        return refused
    return Unreached(refused.message)
