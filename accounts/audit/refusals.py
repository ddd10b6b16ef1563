"""Refusals on record: who asked for what, was not let, and why."""

from __future__ import annotations

import re
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from rest_framework.exceptions import APIException

from accounts.acting import present_standing, purpose_of
from accounts.audit.models import Outcome
from accounts.audit.recording import act_for, note
from accounts.models import Officer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

REFUSED: Final = "access.refused"

SIGNED_OUT: Final = "signed_out"

_REASONS: Final[dict[int, str]] = {
    HTTPStatus.UNAUTHORIZED: SIGNED_OUT,
    HTTPStatus.FORBIDDEN: "denied",
    HTTPStatus.NOT_FOUND: "not_found",
}
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"


def note_refusal(request: HttpRequest, answer: HttpResponseBase, reason: str) -> None:
    """Note an answer that refuses (401, 403, 404): for what, which objects were named, and the reason.

    Somebody signed out who strays to an address that does not exist leaves no event: nothing was asked for.
    """
    usual = _REASONS.get(answer.status_code)
    officer = request.user if isinstance(request.user, Officer) else None
    if usual is None or (officer is None and request.resolver_match is None):
        return
    standing = present_standing()
    by = standing.officer if standing else officer
    named = [*_named(request), *_named_in_json(request, answer)]
    _note(request, named, reason or _reason_told(answer) or usual, by=by)


def note_sent_to_sign_in(request: HttpRequest) -> None:
    """Note that somebody signed out asked for an object and was led to the sign-in instead."""
    if request.resolver_match and request.resolver_match.kwargs:
        _note(request, _named(request), SIGNED_OUT, by=None)


def _note(request: HttpRequest, named: list[UUID], reason: str, *, by: Officer | None) -> None:
    act_for(purpose_of(request))
    note(REFUSED, *named, by=by, outcome=Outcome.REFUSED, reason=reason)


def _reason_told(answer: HttpResponseBase) -> str:
    told: Any = getattr(answer, "data", None)
    return str(told["error"].get("reason", "")) if isinstance(told, dict) and "error" in told else ""


def _named(request: HttpRequest) -> list[UUID]:
    """Return the ids that address and form name; those that do not exist as well."""
    return [each for value in _values(request) for each in _ids_in(value)]


def _named_in_json(request: HttpRequest, answer: HttpResponseBase) -> list[UUID]:
    """Return the ids that the body of an API's request names."""
    context = getattr(answer, "renderer_context", None)
    if context is None or request.content_type != _JSON:
        return []
    with suppress(APIException):
        return _ids_in(str(context["request"].data))
    return []


def _ids_in(text: str) -> list[UUID]:
    return [UUID(found) for found in _ID.findall(text)]


def _values(request: HttpRequest) -> Iterator[str]:
    if request.resolver_match:
        yield from map(str, request.resolver_match.kwargs.values())
    lists = [*request.GET.lists()]
    # Other bodies may be uploads that nobody has read, and must not be read for this.
    if request.method == "POST" and request.content_type == _FORM:
        with suppress(SuspiciousOperation, OSError):
            lists += request.POST.lists()
    yield from (value for _, values in lists for value in values)
