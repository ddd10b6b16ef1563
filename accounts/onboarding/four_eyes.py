"""Four eyes: one officer asks for an act, another one of the same country approves or declines it.

What the act is and who may ask or decide belongs to the caller; here is only that it takes two, which the
database checks as well (`approval_takes_four_eyes`).
"""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Officer
from accounts.onboarding.errors import SamePair, WrongState
from accounts.onboarding.models import Approval
from icse.common.access import allows


def ask_for_second(*, by: Officer, act: str, object_id: UUID) -> Approval:
    """Ask for a second pair of eyes on an act; asking while one is asked for already changes nothing."""
    approval, _ = Approval.objects.get_or_create(
        act=act, object_id=object_id, verdict="", defaults={"country": by.unit.country, "asked_by": by}
    )
    return approval


def find_approval(act: str, object_id: UUID) -> Approval | None:
    """Return the latest approval that was asked for, with who asked and who decided."""
    asked = Approval.objects.filter(act=act, object_id=object_id).select_related("asked_by", "decided_by")
    return asked.order_by("-asked_at").first()


def check_is_second(by: Officer, approval: Approval) -> None:
    """Check that an officer is not the one who asked.

    Raises:
        SamePair: They are.
    """
    if approval.asked_by_id == by.pk:
        raise SamePair


def may_decide(by: Officer, approval: Approval | None) -> bool:
    """Tell whether an officer may be the second pair of eyes on something that waits for one."""
    return approval is not None and not approval.verdict and allows(check_is_second, by, approval)


@transaction.atomic
def decide(*, by: Officer, act: str, object_id: UUID, verdict: Approval.Verdict, note: str = "") -> Approval:
    """Approve or decline what a colleague asked for.

    Raises:
        SamePair: The officer asked for it themselves.
        WrongState: Nothing waits for a decision.
    """
    waiting = Approval.objects.select_for_update().filter(act=act, object_id=object_id, verdict="").first()
    if waiting is None:
        raise WrongState("Nothing waits for a second pair of eyes here.")
    check_is_second(by, waiting)
    waiting.decided_by, waiting.decided_at = by, timezone.now()
    waiting.verdict, waiting.note = verdict, note
    waiting.save(update_fields=["decided_by", "decided_at", "verdict", "note"])
    return waiting
