"""Originals on their way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.http import content_disposition_header

from evidence.objects import open_for_asker
from evidence.ranges import serve

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from evidence.models import Material, Submission


def original_as_attachment(material: Material, submission: Submission) -> HttpResponseBase:
    """Answer with an original that no browser opens, under the name with which it was handed in."""
    answer = serve(
        open_for_asker(material),
        size=material.size,
        media_type="application/octet-stream",
        range_header="",
    )
    answer["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=submission.file_name
    )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
