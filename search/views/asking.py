"""Ask with a picture: a file, a material, or a marked part of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from evidence.receiving import ReceivedUpload, StreamingUploadHandler
from evidence.store import store
from search.errors import PICTURE_LIMIT, BadBox, PictureTooLarge
from search.forms import AskForm
from search.services.asking import ask_picture

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.http import OfficerRequest


@csrf_exempt  # the handler must be in place before the token is read from the body; `_ask` checks it
@require_POST
def ask(request: OfficerRequest) -> HttpResponse:
    """Stream the picture to the store and ask with it."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > PICTURE_LIMIT:
        raise PictureTooLarge(PICTURE_LIMIT)
    request.upload_handlers = [StreamingUploadHandler(request, store())]
    return _ask(request)


@csrf_protect
def _ask(request: OfficerRequest) -> HttpResponse:
    upload = request.FILES.get("picture")
    form = AskForm(request.POST)
    if not form.is_valid():
        raise BadBox
    query = ask_picture(
        by=request.user,
        upload=upload.received if isinstance(upload, ReceivedUpload) else None,
        material_id=form.cleaned_data["material"],
        at_ms=form.cleaned_data["at_ms"] or 0,
        box=form.cleaned_data["box"],
    )
    return redirect(f"{reverse('search')}?picture={query.pk}")
