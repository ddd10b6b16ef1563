"""Opening one submission to one officer or unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Permission
from django.db import transaction

from accounts.grants.queries import find_holder, get_own_grant, list_grants
from accounts.grants.services import end_grant, give_grant, group_of
from evidence.models import Submission, SubmissionOfficerGrant, SubmissionUnitGrant
from evidence.policies import check_can_grant_submission
from icse.common.access import allows
from icse.common.audiences import with_scope, without_scope
from icse.common.errors import AccessDenied, NotFound

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from accounts.grants.models import Grant
    from accounts.grants.queries import Holder
    from accounts.models import Officer
    from evidence.models import Material
    from evidence.querysets import SubmissionQuerySet


def grant_material(
    *, by: Officer, material: Material, named: str, whole_unit: bool, reason: str, expires_at: datetime
) -> Grant:
    """Open what the officer's country handed in of a material to the officer or unit that is named.

    It is the earliest submission that the officer may grant, and that one alone.

    Raises:
        AccessDenied: The country handed none in, or the officer may not grant it.
        HolderNotFound: Nobody of that name can hold a grant.
        GrantReasonMissing, BadExpiry: Its terms are not complete.
    """
    submission = grantable_submission(by, material)
    if submission is None:
        raise AccessDenied(
            "Only an analyst of the country that handed it in, or who did, may open it to anybody."
        )
    holder = find_holder(by, named, whole_unit=whole_unit)
    with transaction.atomic():
        grant = give_grant(
            by=by,
            holder=holder,
            reason=reason,
            expires_at=expires_at,
            object_id=submission.pk,
            kind="submission",
        )
        Submission.objects.filter(pk=submission.pk).update(audience=with_scope(grant.scope_id))
        _note_holder(submission, holder, grant)
    return grant


def _note_holder(submission: Submission, holder: Holder, grant: Grant) -> None:
    opened = {
        "grant": grant,
        "content_object": submission,
        "permission": Permission.objects.get(content_type__app_label="evidence", codename="view_submission"),
    }
    if holder.officer is not None:
        SubmissionOfficerGrant.objects.create(user=holder.officer, **opened)
    else:
        SubmissionUnitGrant.objects.create(group=group_of(holder.unit), **opened)


@transaction.atomic
def end_material_grant(*, by: Officer, material: Material, grant_id: UUID) -> None:
    """End a grant of a submission of the material; its scope leaves the audience.

    Raises:
        NotFound: There is no such grant of the officer's country.
        AccessDenied: The officer may not grant the submission, so not end that either.
    """
    grant = get_own_grant(by, grant_id)
    submission = _granted(by, material).filter(audience__contains=[grant.scope_id]).first()
    if submission is None:
        raise NotFound
    check_can_grant_submission(by, submission)
    end_grant(by=by, grant=grant, object_id=submission.pk)
    Submission.objects.filter(pk=submission.pk).update(audience=without_scope(grant.scope_id))


def grantable_submission(officer: Officer, material: Material) -> Submission | None:
    """Return the earliest submission of the material that the officer may grant, or None."""
    own = _granted(officer, material).order_by("received_at", "pk")
    return next((each for each in own if allows(check_can_grant_submission, officer, each)), None)


def _granted(officer: Officer, material: Material) -> SubmissionQuerySet:
    return Submission.objects.visible_to(officer).of_country_of(officer).filter(material=material)


def list_material_grants(officer: Officer, material: Material) -> list[Grant]:
    """Return the grants of the submissions of the officer's own country that nobody has ended."""
    submissions = list(_granted(officer, material).values_list("pk", flat=True))
    return list(list_grants(_grant_ids(submissions)))


def _grant_ids(submissions: Collection[UUID]) -> set[UUID]:
    return {
        grant_id
        for rows in (SubmissionOfficerGrant, SubmissionUnitGrant)
        for grant_id in rows.objects.filter(content_object__in=submissions).values_list("grant", flat=True)
    }
