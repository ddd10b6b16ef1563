from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.queries import is_made_for, scopes_of

if TYPE_CHECKING:
    from accounts.models import Officer
    from evidence.retention.models import Disposal, RetainedSubmission, Withdrawal


class RetainedQuerySet(models.QuerySet["RetainedSubmission"]):
    def visible_to(self, officer: Officer) -> RetainedQuerySet:
        """Keep everything where the statement is made in the officer's name, and nothing in another's."""
        return self.filter(is_made_for(officer))


class WithdrawalQuerySet(models.QuerySet["Withdrawal"]):
    def visible_to(self, officer: Officer) -> WithdrawalQuerySet:
        """Keep the own country's withdrawals that the officer asked for, or of whose files they saw one."""
        retained = apps.get_model("retention", "RetainedSubmission").objects.visible_to(officer)
        disposed = apps.get_model("retention", "Disposal").objects.visible_to(officer)
        still_there = retained.filter(withdrawal=OuterRef("pk"))
        gone = disposed.filter(withdrawal=OuterRef("pk"))
        own = self.filter(country_id=officer.unit.country_id)
        return own.filter(Q(asked_by=officer) | Exists(still_there) | Exists(gone))


class DisposalQuerySet(models.QuerySet["Disposal"]):
    def visible_to(self, officer: Officer) -> DisposalQuerySet:
        """Keep the own country's tombstones of what the officer saw, without what tells of other holders."""
        own = self.filter(country_id=officer.unit.country_id, audience__overlap=list(scopes_of(officer)))
        return own.defer("is_last", "objects_stored", "cleared_at")
