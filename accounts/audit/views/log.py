"""The log on the screen and as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.acting import purpose_of
from accounts.audit.contexts import log_context
from accounts.audit.forms import CriteriaForm
from accounts.audit.lines import COLUMNS, cells_of
from accounts.audit.queries import list_checkpoints, stream_events
from accounts.audit.recording import note
from accounts.audit.spreadsheets import rows_of_csv
from accounts.audit.witness import witness_file

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.http import OfficerRequest

CHECKPOINTS_SHOWN: Final = 50
_FILE: Final = 'attachment; filename="{}"'


@require_safe
def log(request: OfficerRequest) -> HttpResponse:
    """Show the officer's part of the log, newest first; the address holds what it is narrowed to."""
    form = CriteriaForm(request.GET)
    context = log_context(request.user, form, after=request.GET.get("after", ""))
    note("audit.viewed", asked=context["asked"])
    return render(request, "accounts/audit/log.html", context)


@require_safe
def export(request: OfficerRequest) -> HttpResponseBase:
    """Send the same events as a file, all of them, piece by piece."""
    form = CriteriaForm(request.GET)
    if not form.is_valid():
        return log(request)
    note("audit.exported", asked=form.criteria.told())
    events = stream_events(request.user, form.criteria, purpose_of(request))
    answer = StreamingHttpResponse(
        rows_of_csv(COLUMNS, map(cells_of, events)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = _FILE.format("audit.csv")
    return answer


@require_safe
def checkpoints(request: OfficerRequest) -> HttpResponse:
    """Show how far the log has been signed."""
    context = {"checkpoints": list_checkpoints(request.user)[:CHECKPOINTS_SHOWN]}
    note("checkpoints.viewed")
    return render(request, "accounts/audit/checkpoints.html", context)


@require_safe
def checkpoints_file(request: OfficerRequest) -> HttpResponse:
    """Send every checkpoint as a file of signed notes, for a witness to keep."""
    note("checkpoints.exported")
    answer = witness_file(list_checkpoints(request.user))
    answer["Content-Disposition"] = _FILE.format("checkpoints.txt")
    return answer
