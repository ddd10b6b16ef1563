"""Withdrawing by four eyes, and disposing before its time, as tests want it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from evidence.retention.disposing import dispose
from evidence.retention.models import TAKE_BACK_WITHIN
from evidence.retention.services import approve_withdrawal, ask_to_withdraw
from tests.roles import database_role, served

if TYPE_CHECKING:
    from accounts.models import Officer
    from evidence.models import Submission


def withdraw(asker: Officer, second: Officer, *submissions: Submission) -> None:
    """Withdraw submissions by four eyes."""
    with served(asker):
        asked = ask_to_withdraw(
            by=asker, submission_ids=[each.pk for each in submissions], reason="handed in by mistake"
        )
    with served(second):
        approve_withdrawal(by=second, withdrawal_id=asked.pk)


def dispose_later() -> int:
    """Let the machines dispose of what was withdrawn, as if its time to be taken back were over."""
    with database_role("icse_engine"):
        return dispose(now=timezone.now() + TAKE_BACK_WITHIN + timedelta(seconds=1)).submissions
