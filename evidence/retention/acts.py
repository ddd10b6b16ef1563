"""The acts that pages and API name, and what does each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from evidence.retention.services import ask_to_withdraw, hold, keep, release, restrict, review

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date
    from uuid import UUID

    from accounts.models import Officer
    from evidence.retention.models import Withdrawal


class Act(StrEnum):
    """What can be done to chosen submissions; withdrawing is only asked for."""

    REVIEW = "review"
    HOLD = "hold"
    RELEASE = "release"
    RESTRICT = "restrict"
    KEEP = "keep"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Done:
    """How many submissions an act was done to, and the withdrawal that was asked for, if one was."""

    files: int
    withdrawal: Withdrawal | None = None


_WITH_PERIOD: Final[dict[Act, Callable[..., int]]] = {Act.REVIEW: review, Act.KEEP: keep}
_PLAIN: Final[dict[Act, Callable[..., int]]] = {Act.HOLD: hold, Act.RELEASE: release, Act.RESTRICT: restrict}


def perform(
    act: Act,
    *,
    by: Officer,
    submission_ids: Collection[UUID],
    reason: str,
    retain_until: date | None = None,
) -> Done:
    """Do one of them; raises what its service raises. A day is of use for reviewing and keeping alone."""
    told = {"by": by, "submission_ids": submission_ids, "reason": reason}
    if act == Act.WITHDRAW:
        withdrawal = ask_to_withdraw(by=by, submission_ids=submission_ids, reason=reason)
        return Done(withdrawal.files, withdrawal)
    if act in _WITH_PERIOD:
        return Done(_WITH_PERIOD[act](**told, retain_until=retain_until))
    return Done(_PLAIN[act](**told))
