"""One shape for every error of the API: `{"error": {"reason": ..., "message": ..., "fields"?: ...}}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from icse.common.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping


def handle_exception(problem: Exception, context: Mapping[str, object]) -> Response | None:
    """Turn an exception of an API view into an answer; None leaves it to become a logged 500."""
    if isinstance(problem, DomainError):
        return _answer(problem.status, problem.reason, problem.message)
    answer = exception_handler(problem, dict(context))
    if answer is None:
        return None
    reason, message = _describe(problem)
    shaped = _answer(answer.status_code, reason, message)
    if isinstance(problem, ValidationError):
        shaped.data["error"]["fields"] = problem.detail
    for name in ("WWW-Authenticate", "Retry-After"):
        if answer.has_header(name):
            shaped[name] = answer[name]
    return shaped


def _answer(status: int, reason: str, message: str) -> Response:
    return Response({"error": {"reason": reason, "message": message}}, status=status)


def _describe(problem: Exception) -> tuple[str, str]:
    if isinstance(problem, Http404):
        return "not_found", "Not found."
    if isinstance(problem, PermissionDenied):
        return "denied", "Your role does not allow this."
    if isinstance(problem, ValidationError):
        return "invalid", "Some fields are not right; see `fields`."
    if isinstance(problem, APIException):
        return str(problem.default_code), str(problem.detail)
    return "refused", "The request was refused."
