"""What the analysis gave up, with the reason, and a button to try again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.audit.viewing import showed, views
from accounts.policies import Permission
from evidence.policies import check_can_submit_material
from evidence.queries import list_set_aside
from evidence.retrying import retry_all, retry_submission
from media_analysis.queries.progress import failures_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.http import OfficerRequest

_ROWS: Final = 50


@require_safe
@views("submissions.listed", Permission.MATERIAL_SUBMIT)
def set_aside(request: OfficerRequest) -> HttpResponse:
    """List what of the officer's country was set aside, the last first."""
    check_can_submit_material(request.user)
    page = Paginator(list_set_aside(request.user), _ROWS).get_page(request.GET.get("page"))
    failures = failures_of([submission.material_id for submission in page])
    showed(submission.pk for submission in page)
    rows = [(submission, failures.get(submission.material_id, "")) for submission in page]
    return render(request, "media_analysis/set_aside.html", {"page": page, "rows": rows})


@require_POST
def retry(request: OfficerRequest, submission_id: UUID) -> HttpResponse:
    """Have one file analyzed again."""
    submission = retry_submission(by=request.user, submission_id=submission_id)
    messages.success(request, f"{submission.file_name} is analyzed again.")
    return redirect("set_aside")


@require_POST
def retry_everything(request: OfficerRequest) -> HttpResponse:
    """Have everything that was set aside analyzed again, up to a limit."""
    number = retry_all(by=request.user)
    messages.success(request, f"{number} file{'' if number == 1 else 's'} will be analyzed again.")
    return redirect("set_aside")
