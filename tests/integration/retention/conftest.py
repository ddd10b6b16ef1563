"""A second analyst, and what the tests of retention do again and again."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Officer, Role
from evidence.models import Submission
from evidence.retention.disposing import dispose
from evidence.retention.models import TAKE_BACK_WITHIN
from evidence.retention.services import approve_withdrawal, ask_to_withdraw
from tests.cast import Cast
from tests.factories.accounts import OfficerFactory
from tests.factories.evidence import SubmissionFactory
from tests.roles import database_role, served


@pytest.fixture
def second(cast: Cast) -> Officer:
    """Return another analyst of the owner's country."""
    officer: Officer = OfficerFactory.create(unit=cast.analyst.unit, role=Role.ANALYST)
    return officer


def handed_in(officer: Officer, **fields: Any) -> Submission:
    """Return a submission of the officer's."""
    submission: Submission = SubmissionFactory(officer=officer, **fields)
    return submission


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
