"""Error pages: whole ones, fragments for htmx, JSON for the API."""

import sys
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from icse.common.errors import AccessDenied, DomainError, NotFound

_API_PREFIX: Final = "/api/"

_AWAY_SECONDS: Final = 10
"""After which a database that is away or full may be asked again."""


class _Failed(DomainError):
    """Something that nobody foresaw."""

    reason = "failed"
    status = 500

    def __init__(self) -> None:
        super().__init__("Something went wrong here. Try again.")


class _Away(DomainError):
    """The database is away, restarts or has no room: no fault of the request."""

    reason = "away"
    status = 503

    def __init__(self) -> None:
        super().__init__("The platform is restarting or has no room at present. Try again in a minute.")


def render_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Render an error the way it was asked for: JSON under /api/, a notice for htmx, else a page."""
    if request.path.startswith(_API_PREFIX):
        return error_as_json(error)
    if request.headers.get("HX-Request") == "true":
        return _as_notice(request, error)
    context = {"title": _title(error.status), "message": error.message}
    return render(request, "errors/error.html", context, status=error.status)


def error_as_json(error: DomainError) -> JsonResponse:
    """Return the API's one shape of an error."""
    shape = {"error": {"reason": error.reason, "message": error.message}}
    return JsonResponse(shape, status=error.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django found malformed (handler400)."""
    return render_error(request, DomainError("The request could not be read. Go back and try again."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a PermissionDenied of Django or a package (handler403)."""
    return render_error(request, AccessDenied("Your role does not allow this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old."""
    return render_error(request, AccessDenied("This page was open too long. Reload it and try again."))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere (handler404)."""
    return render_error(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an unforeseen failure (handler500); 503 where it was the database that is away or full."""
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return render_failure(request, _Failed())
    answer = render_failure(request, _Away())
    answer.headers["Retry-After"] = str(_AWAY_SECONDS)
    return answer


def render_failure(request: HttpRequest, failure: DomainError) -> HttpResponse:
    """Render what the platform itself failed in, without asking database, session or officer."""
    if request.path.startswith(_API_PREFIX):
        return error_as_json(failure)
    return render(None, "errors/500.html", {"failure": failure}, status=failure.status)


def _as_notice(request: HttpRequest, error: DomainError) -> HttpResponse:
    response = render(
        request, "errors/partials/_notice.html", {"message": error.message}, status=error.status
    )
    response.headers["HX-Retarget"] = "#notices"
    response.headers["HX-Reswap"] = "beforeend"
    return response


def _title(status: int) -> str:
    titles = {403: "Not allowed", 404: "Not found", 409: "Changed meanwhile"}
    return titles.get(status, "Not done")
