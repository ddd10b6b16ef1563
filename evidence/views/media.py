"""Bytes for the screen: derivatives for looking, originals only as an attachment with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET, require_POST

from accounts.audit.recording import note
from accounts.policies import Permission
from accounts.signing_in.proof import recently_authenticated
from evidence.attachments import original_as_attachment
from evidence.objects import open_for_asker
from evidence.queries import get_derivative, get_playable, get_visible_material
from evidence.ranges import serve
from evidence.services import export_original

if TYPE_CHECKING:
    from uuid import UUID

    from django.http.response import HttpResponseBase

    from accounts.http import OfficerRequest


@require_GET
def derivative(request: OfficerRequest, material_id: UUID, kind: str) -> HttpResponseBase:
    """Send a derivative; `at_ms` in the address is the place in a video."""
    at_ms = request.GET.get("at_ms", "0")
    found = get_derivative(request.user, material_id, kind, int(at_ms) if at_ms.isdecimal() else 0)
    if found.is_sharp:
        note("media.viewed", material_id, right=Permission.MATERIAL_SEE, kind=kind, at_ms=found.at_ms)
    return serve(
        open_for_asker(found),
        size=found.size,
        media_type=found.media_type,
        range_header=request.headers.get("Range", ""),
    )


@require_GET
def playable(request: OfficerRequest, material_id: UUID) -> HttpResponseBase:
    """Send a video that the browser plays, or the part of it that the player asks for."""
    found = get_playable(request.user, material_id)
    part = request.headers.get("Range", "")
    note("media.viewed", material_id, right=Permission.MATERIAL_SEE, kind="playable", part=part)
    return serve(
        open_for_asker(found),
        size=found.size,
        media_type=found.media_type,
        range_header=part,
    )


@require_POST
@recently_authenticated
def original(request: OfficerRequest, material_id: UUID) -> HttpResponseBase:
    """Hand out an original as an attachment that no browser opens, once a reason is given."""
    material = get_visible_material(request.user, material_id)
    submission = export_original(
        by=request.user,
        material=material,
        reason=request.POST.get("reason", ""),
        acknowledged="acknowledged" in request.POST,
    )
    return original_as_attachment(material, submission)
