"""Who may hand in, take out and open to others."""

from collections.abc import Sequence

from accounts.models import Officer
from accounts.policies import Permission, check_has_permission, has_permission
from evidence.errors import ConditionNotAcknowledged, PassingOnForbidden
from evidence.handling import CLOSED_TO_OTHERS
from evidence.models import Handling, Submission
from icse.common.errors import AccessDenied


def check_can_submit_material(officer: Officer) -> None:
    """Check the right to hand in material; raises AccessDenied."""
    check_has_permission(officer, Permission.MATERIAL_SUBMIT)


def check_can_share_submission(officer: Officer, submission: Submission) -> None:
    """Check the right to change who may see a submission: whoever hands in, of the country that did.

    Raises:
        AccessDenied: The role hands nothing in, or another country did.
    """
    check_can_submit_material(officer)
    if submission.country_id != officer.unit.country_id:
        raise AccessDenied("Only the country that handed it in decides who may see it.")


def check_can_retry_submission(officer: Officer, submission: Submission) -> None:
    """Check the right to have what was set aside analyzed anew: whoever hands in, of the country that did.

    Raises:
        AccessDenied: The role hands nothing in, or another country did.
    """
    check_can_submit_material(officer)
    if submission.country_id != officer.unit.country_id:
        raise AccessDenied("Only the country that handed it in has it analyzed again.")


def check_can_export_original(officer: Officer) -> None:
    """Check the right to take an original out of the platform; raises AccessDenied."""
    check_has_permission(officer, Permission.ORIGINAL_EXPORT)


def check_handling_allows_export(
    officer: Officer, submissions: Sequence[Submission], *, acknowledged: bool
) -> None:
    """Check that no condition of the submissions that the officer sees keeps the original inside.

    Each of them counts, so that the strictest does: whoever else holds it less strictly changes nothing. A
    country is not bound by what it said itself, but has to acknowledge that it is no evidence for a court.

    Raises:
        PassingOnForbidden: Another country named recipients, or wants to be asked first.
        ConditionNotAcknowledged: It is intelligence only, and that was not acknowledged.
    """
    for each in submissions:
        if each.country_id != officer.unit.country_id and each.handling in CLOSED_TO_OTHERS:
            raise PassingOnForbidden(Handling(each.handling).label, f"{each.unit.name}, {each.country.name}")
    handlings = {each.handling for each in submissions}
    if Handling.INTELLIGENCE_ONLY in handlings and not acknowledged:
        raise ConditionNotAcknowledged(Handling.INTELLIGENCE_ONLY.label)


def check_can_grant_submission(officer: Officer, submission: Submission) -> None:
    """Check the right to open one submission to an officer or unit, and to end that.

    Only the country that handed it in has it: there an analyst, and whoever handed it in.

    Raises:
        AccessDenied: It is another country's, or neither of the two.
    """
    if submission.country_id != officer.unit.country_id:
        raise AccessDenied("Only the country that handed it in may open it to anybody: ask them.")
    is_own = submission.officer_id == officer.pk and has_permission(officer, Permission.MATERIAL_SUBMIT)
    if not is_own:
        check_has_permission(officer, Permission.ACCESS_GRANT)
