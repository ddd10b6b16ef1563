"""From an anticipated error to the page or fragment that tells the officer what to do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from icse.common.errors import DomainError
from icse.common.pages import render_error

GetResponse = Callable[[HttpRequest], HttpResponse]


class DomainErrorMiddleware:
    """Answer a DomainError that a page raised; the API has its own handler.

    What is missing and what the asker may not know of are both `NotFound` and look the same.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Render a DomainError; leave anything else to Django."""
        if not isinstance(exception, DomainError):
            return None
        return render_error(request, exception)


class ClosedToOthersMiddleware:
    """Close every answer to other sites, and the browser's devices to every page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers that Django has no setting for."""
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response
