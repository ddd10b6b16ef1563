"""Nothing leaves the platform of which nothing is on record."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from accounts.acting import purpose_of
from accounts.audit.errors import NotOnRecord
from accounts.audit.origin import address_of, via_session
from accounts.audit.recording import Circumstances, act_for, present_circumstances, under, write_gathered
from accounts.audit.refusals import note_refusal
from accounts.audit.viewing import note_unnamed
from icse.common.errors import DomainError
from icse.common.pages import render_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)


class AuditMiddleware:
    """Gather what a request reads or is refused, and write it before the first byte of the answer leaves.

    It stands inside everything that may still send another answer, and inside the officer's acting.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; where its events cannot be written, answer 503 instead."""
        circumstances = Circumstances(address_of(request), via_session(request.session.session_key))
        with under(circumstances):
            answer = self.get_response(request)
            note_refusal(request, answer, circumstances.refusal)
            note_unnamed(circumstances)
            try:
                write_gathered(circumstances)
            except NotOnRecord as failure:
                logger.exception("an answer was held back, for nothing could be written down of it")
                answer.close()
                return render_failure(request, failure)
        return answer

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Say for what is asked, for the events of those who are not signed in."""
        act_for(purpose_of(request))

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember why a page refused; the answer is another middleware's matter."""
        circumstances = present_circumstances()
        if circumstances is not None and isinstance(exception, DomainError):
            circumstances.refusal = exception.reason
