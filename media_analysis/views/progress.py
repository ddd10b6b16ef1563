"""How far an upload is: its own page, which can be left and come back to, and the clock in the bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.audit.viewing import showed, views
from accounts.policies import Permission
from evidence.policies import check_can_submit_material
from evidence.queries import list_own_submissions
from evidence.uploads.queries import find_own_batch, is_being_unpacked, is_missing_files, list_refused
from media_analysis.queries.progress import batch_progress, progress_of, running_work

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.http import OfficerRequest

_ROWS: Final = 50
_REFUSED: Final = 100


@require_safe
@views("submissions.listed", Permission.MATERIAL_SUBMIT)
def batch(request: OfficerRequest, batch_id: UUID) -> HttpResponse:
    """Show the files of one upload and how far each is."""
    check_can_submit_material(request.user)
    return render(request, "media_analysis/batch.html", _batch_context(request, batch_id))


@require_safe
@views("submissions.listed", Permission.MATERIAL_SUBMIT)
def batch_fragment(request: OfficerRequest, batch_id: UUID) -> HttpResponse:
    """Return the part of that page that changes; it asks for itself until everything is done."""
    check_can_submit_material(request.user)
    return render(request, "media_analysis/partials/_batch.html", _batch_context(request, batch_id))


@require_safe
def running(request: OfficerRequest) -> HttpResponse:
    """Return how much of the officer's uploads is through, as the bar shows it."""
    done, files = running_work(request.user)
    return render(request, "media_analysis/partials/_running.html", {"done": done, "files": files})


def _batch_context(request: OfficerRequest, batch_id: UUID) -> dict[str, Any]:
    submissions = list_own_submissions(request.user, batch=batch_id)
    page = Paginator(submissions, _ROWS).get_page(request.GET.get("page"))
    progress = progress_of(request.user, [submission.material_id for submission in page])
    showed(submission.pk for submission in page)
    total, sent = batch_progress(request.user, batch_id), find_own_batch(request.user, batch_id)
    is_unpacking = sent is not None and is_being_unpacked(sent)
    is_unfinished = sent is not None and sent.ended_at is None and is_missing_files(sent)
    return {
        "batch_id": batch_id,
        "sent": sent,
        "is_unfinished": is_unfinished,
        "is_changing": is_unfinished or is_unpacking or not total.is_over,
        "refused": list_refused(request.user, sent)[:_REFUSED] if sent else [],
        "total": total,
        "page": page,
        "rows": [(submission, progress[submission.material_id]) for submission in page],
    }
