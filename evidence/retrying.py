"""Asking once more for the analysis of what was set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from accounts.audit.recording import record
from accounts.policies import Permission
from evidence.models import Priority, Submission
from evidence.policies import check_can_retry_submission, check_can_submit_material
from evidence.queries import get_visible_submission, list_set_aside
from evidence.services import order_analysis

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer

MOST_AT_ONCE: Final = 500
"""So many files are tried again by one order; each is a task of its own."""


@transaction.atomic
def retry_submission(*, by: Officer, submission_id: UUID) -> Submission:
    """Have a file that was set aside analyzed anew, with as many attempts as a new one.

    Asking twice is one order. What it was set aside for stays on record until the analysis ends. Other
    countries that hold the file wait for nothing by this.

    Raises:
        NotFound: The officer may not see it.
        AccessDenied: Another country handed it in, or the role hands nothing in.
    """
    submission = get_visible_submission(by, submission_id)
    check_can_retry_submission(by, submission)
    # Only now, for the database lets nobody lock what they may not change.
    submission.refresh_from_db(from_queryset=Submission.objects.select_for_update())
    if submission.set_aside_at is not None:
        _retry(by, submission)
    return submission


@transaction.atomic
def retry_all(*, by: Officer) -> int:
    """Do so with everything of the officer's country, the earliest first; return how many files it was.

    Raises:
        AccessDenied: The role hands nothing in.
    """
    check_can_submit_material(by)
    waiting = list_set_aside(by).order_by("set_aside_at", "pk").select_for_update(of=("self",))[:MOST_AT_ONCE]
    submissions = list(waiting)
    for submission in submissions:
        _retry(by, submission)
    return len(submissions)


def _retry(by: Officer, submission: Submission) -> None:
    submission.set_aside_at = None
    submission.save(update_fields=["set_aside_at"])
    order_analysis(submission.material_id, urgent=submission.priority == Priority.URGENT)
    ids = (submission.pk, submission.material_id)
    record("submission.retried", *ids, by=by, right=Permission.MATERIAL_SUBMIT)
