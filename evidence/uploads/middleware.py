"""What every answer of the upload protocol carries, whoever gives it."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from evidence.uploads.protocol import VERSION

GetResponse = Callable[[HttpRequest], HttpResponse]

_UPLOADS: Final = "/api/v1/uploads/"


class TusMiddleware:
    """Name the version of the protocol, as tus 1.0.0 wants of every answer: refusals of others included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        response = self.get_response(request)
        if request.path.startswith(_UPLOADS):
            response.headers["Tus-Resumable"] = VERSION
        return response
