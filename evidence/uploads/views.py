"""The upload page and its sheet, and what else is done to a batch; the files themselves go to the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.http import JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acting import purpose_of
from accounts.audit.spreadsheets import rows_of_csv
from accounts.audit.viewing import showed, views
from accounts.policies import Permission
from evidence.policies import check_can_submit_material
from evidence.queries import list_recent_uploads, list_set_aside
from evidence.retention.queries import count_due
from evidence.uploads.forms import DEFAULT_DETAILS, UploadDetailsForm
from evidence.uploads.queries import get_own_batch, list_unfinished_batches
from evidence.uploads.reporting import COLUMNS, stream_report
from evidence.uploads.services import end_batch, open_batch

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from accounts.http import OfficerRequest

_SESSION_KEY: Final = "upload_details"
_UNFINISHED: Final = 20


@require_http_methods(["GET", "HEAD", "POST"])
@views("submissions.listed", Permission.MATERIAL_SUBMIT)
def upload(request: OfficerRequest) -> HttpResponse:
    """Show the upload page; a POST of its details opens a batch and remembers them for the next one."""
    check_can_submit_material(request.user)
    if request.method == "POST":
        return _open_batch(request)
    unfinished = list(list_unfinished_batches(request.user)[:_UNFINISHED])
    showed(batch.pk for batch in unfinished)
    context = {
        "form": _remembered_form(request),
        "unfinished": unfinished,
        "recent": list_recent_uploads(request.user),
        "set_aside": list_set_aside(request.user).count(),
        "due": count_due(request.user),
    }
    return render(request, "evidence/upload.html", context)


@require_safe
def upload_sheet(request: OfficerRequest) -> HttpResponse:
    """Return the form for files that were dropped on another page."""
    check_can_submit_material(request.user)
    return render(
        request, "evidence/partials/_upload_form.html", {"form": _remembered_form(request), "is_sheet": True}
    )


@require_POST
def end(request: OfficerRequest, batch_id: UUID) -> HttpResponse:
    """End an upload: what has arrived of unfinished files is discarded."""
    check_can_submit_material(request.user)
    end_batch(by=request.user, batch_id=batch_id)
    messages.success(request, "The upload was ended. What had arrived whole stays.")
    return redirect("upload")


@require_safe
@views("submissions.listed", Permission.MATERIAL_SUBMIT)
def report(request: OfficerRequest, batch_id: UUID) -> HttpResponseBase:
    """Send what became of each file of an upload, as CSV."""
    check_can_submit_material(request.user)
    batch = get_own_batch(request.user, batch_id)
    rows = stream_report(request.user, batch, purpose_of(request))
    answer = StreamingHttpResponse(rows_of_csv(COLUMNS, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="upload-{batch.opened_at:%Y-%m-%d-%H%M}.csv"'
    return answer


def _open_batch(request: OfficerRequest) -> JsonResponse:
    form = UploadDetailsForm(request.POST, officer=request.user)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    request.session[_SESSION_KEY] = form.remembered()
    batch = open_batch(by=request.user, **form.told())
    opened = {"batch": str(batch.pk), "address": reverse("batch", args=[batch.pk])}
    return JsonResponse(opened, status=HTTPStatus.CREATED)


def _remembered_form(request: OfficerRequest) -> UploadDetailsForm:
    initial = {**DEFAULT_DETAILS, **request.session.get(_SESSION_KEY, {})}
    return UploadDetailsForm(initial=initial, officer=request.user)
