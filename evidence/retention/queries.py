"""Reads of what the officer's country keeps, and of what it has withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from accounts.onboarding.four_eyes import find_approval
from evidence.retention.models import Disposal, RetainedSubmission, Standing, Withdrawal
from icse.common.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from accounts.models import Officer
    from accounts.onboarding.models import Approval
    from evidence.retention.querysets import DisposalQuerySet, RetainedQuerySet

WITHDRAW: Final = "material.withdraw"
"""The act that takes four eyes."""

REVIEW_AHEAD: Final = timedelta(days=30)
ENDS_AHEAD: Final = timedelta(days=183)
"""So long before its day something stands on the due list; INTERPOL asks six months before a period ends."""


class Part(StrEnum):
    """A part of what a country keeps, as the page lists it."""

    DUE = "due"
    ASKED = "asked"
    HELD = "held"
    RESTRICTED = "restricted"
    GOING = "going"
    ALL = "all"


def list_retained(officer: Officer, part: Part, words: str = "") -> RetainedQuerySet:
    """Return a part of what the officer's country keeps and they see or saw, what ends first coming first.

    Args:
        officer: Who asks.
        part: Which part.
        words: If given, what file name or case reference has to contain.
    """
    retained = RetainedSubmission.objects.visible_to(officer).filter(_within(part))
    if words:
        retained = retained.filter(Q(file_name__icontains=words) | Q(case_reference__icontains=words))
    order = "withdrawn_at" if part == Part.GOING else "review_at"
    return retained.select_related("officer").order_by(order, "retain_until", "received_at", "pk")


def count_parts(officer: Officer) -> dict[str, int]:
    """Return how much stands in each part, in one query."""
    parts = {part.value: Count("pk", filter=_within(part)) for part in Part if part != Part.ALL}
    return RetainedSubmission.objects.visible_to(officer).aggregate(**parts, all=Count("pk"))


def count_due(officer: Officer) -> int:
    """Return how much has to be reviewed, or ends, before long."""
    return RetainedSubmission.objects.visible_to(officer).filter(_within(Part.DUE)).count()


def _within(part: Part) -> Q:
    today = _today()
    asked = Q(withdrawal__isnull=False) & ~Q(standing=Standing.WITHDRAWN)
    coming = Q(review_at__lte=today + REVIEW_AHEAD) | Q(retain_until__lte=today + ENDS_AHEAD)
    return {
        Part.DUE: coming & ~Q(standing=Standing.WITHDRAWN),
        Part.ASKED: asked,
        Part.HELD: ~Q(hold_reason=""),
        Part.RESTRICTED: Q(standing=Standing.RESTRICTED),
        Part.GOING: Q(standing=Standing.WITHDRAWN),
        Part.ALL: Q(),
    }[part]


def _today() -> date:
    return timezone.now().date()


def get_retained(officer: Officer, submission_id: UUID) -> RetainedSubmission:
    """Return one submission of the officer's country with its retention, restricted or not.

    Raises:
        NotFound: There is none, or it is not one that the officer sees or saw.
    """
    own = RetainedSubmission.objects.visible_to(officer).select_related("officer", "withdrawal")
    retained = own.filter(pk=submission_id).first()
    if retained is None:
        raise NotFound
    return retained


def find_retained(officer: Officer, submission_ids: Collection[UUID]) -> list[RetainedSubmission]:
    """Return those of the submissions that are the own country's and that the officer sees or saw."""
    return list(RetainedSubmission.objects.visible_to(officer).filter(pk__in=submission_ids))


def count_overdue() -> int:
    """Return how much should have been disposed of within a day and was not; of whose, nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT retention_overdue()")
        (number,) = cursor.fetchone()
        return int(number)


@dataclass(frozen=True, slots=True)
class AskedWithdrawal:
    """A withdrawal with who decided it, if anybody did."""

    withdrawal: Withdrawal
    approval: Approval

    @property
    def is_waiting(self) -> bool:
        """Tell whether nobody has decided it yet."""
        return not self.approval.verdict


def get_withdrawal(officer: Officer, withdrawal_id: UUID) -> AskedWithdrawal:
    """Return a withdrawal of the own country that the officer asked for, or of whose files they saw one.

    Raises:
        NotFound: There is none.
    """
    own = Withdrawal.objects.visible_to(officer).select_related("asked_by")
    withdrawal = own.filter(pk=withdrawal_id).first()
    approval = find_approval(WITHDRAW, withdrawal_id) if withdrawal else None
    if withdrawal is None or approval is None:
        raise NotFound
    return AskedWithdrawal(withdrawal, approval)


def count_of_withdrawal(withdrawal_id: UUID) -> int:
    """Return how much is asked back by one, also where a colleague of another unit sees none of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT retention_files_of(%s)", [withdrawal_id])
        (number,) = cursor.fetchone()
        return int(number)


def list_of_withdrawal(officer: Officer, withdrawal: Withdrawal) -> RetainedQuerySet:
    """Return what of a withdrawal is still there, by name."""
    retained = RetainedSubmission.objects.visible_to(officer).filter(withdrawal=withdrawal)
    return retained.select_related("officer").order_by("file_name", "pk")


def list_disposals(officer: Officer, withdrawal: Withdrawal | None = None) -> DisposalQuerySet:
    """Return the tombstones of the own country, the last first; of one withdrawal if it is named."""
    disposals = Disposal.objects.visible_to(officer)
    if withdrawal is not None:
        disposals = disposals.filter(withdrawal=withdrawal)
    return disposals.select_related("withdrawal").order_by("-disposed_at", "-pk")
