"""The page on which a country changes later who may see what it handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.audit.viewing import views
from accounts.policies import Permission
from accounts.sharing.forms import OpeningForm
from accounts.sharing.queries import named_in
from evidence.policies import check_can_share_submission
from evidence.queries import get_visible_submission
from evidence.resharing import share_submission

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.http import OfficerRequest


@require_http_methods(["GET", "HEAD", "POST"])
@views("submission_sharing.viewed", Permission.MATERIAL_SEE)
def sharing(request: OfficerRequest, submission_id: UUID) -> HttpResponse:
    """Show who may see a submission of the own country; a POST changes it, at once and everywhere."""
    submission = get_visible_submission(request.user, submission_id)
    check_can_share_submission(request.user, submission)
    present = {"sharing": submission.sharing, **named_in(request.user, submission.audience)}
    told = request.POST if request.method == "POST" else None
    form = OpeningForm(told, initial=present, officer=request.user)
    if form.is_valid():
        share_submission(by=request.user, submission_id=submission_id, **form.opening())
        messages.success(request, "Who may see it was changed.")
        return redirect("material", submission.material_id)
    return render(request, "evidence/sharing.html", {"submission": submission, "form": form})
