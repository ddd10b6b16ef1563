"""The upload page and its sheet; the files themselves go to the API, one request each."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit.viewing import views
from accounts.policies import Permission
from evidence.forms import DEFAULT_DETAILS, UploadDetailsForm
from evidence.policies import check_can_submit_material
from evidence.queries import list_recent_uploads, list_set_aside
from icse.common.ids import new_id

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.http import OfficerRequest

_SESSION_KEY: Final = "upload_details"


@require_http_methods(["GET", "HEAD", "POST"])
@views("submissions.listed", Permission.MATERIAL_SUBMIT)
def upload(request: OfficerRequest) -> HttpResponse:
    """Show the upload page; a POST of its details opens a batch and remembers them for the next one."""
    check_can_submit_material(request.user)
    if request.method == "POST":
        return _open_batch(request)
    context = {
        "form": _remembered_form(request),
        "recent": list_recent_uploads(request.user),
        "set_aside": list_set_aside(request.user).count(),
    }
    return render(request, "evidence/upload.html", context)


@require_safe
def upload_sheet(request: OfficerRequest) -> HttpResponse:
    """Return the form for files that were dropped on another page."""
    check_can_submit_material(request.user)
    return render(
        request, "evidence/partials/_upload_form.html", {"form": _remembered_form(request), "is_sheet": True}
    )


def _open_batch(request: OfficerRequest) -> JsonResponse:
    form = UploadDetailsForm(request.POST, officer=request.user)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    request.session[_SESSION_KEY] = form.remembered()
    batch = new_id()
    opened = {"batch": str(batch), "address": reverse("batch", args=[batch])}
    return JsonResponse(opened, status=HTTPStatus.CREATED)


def _remembered_form(request: OfficerRequest) -> UploadDetailsForm:
    initial = {**DEFAULT_DETAILS, **request.session.get(_SESSION_KEY, {})}
    return UploadDetailsForm(initial=initial, officer=request.user)
