from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.audit.criteria import Criteria
    from accounts.audit.models import Checkpoint, SealedEvent
    from accounts.models import Officer


class CheckpointQuerySet(models.QuerySet["Checkpoint"]):
    """Checkpoints; how long another country's chain is, is not told."""

    def visible_to(self, officer: Officer) -> CheckpointQuerySet:
        """Return those of the chain of the officer's country, all for an auditor."""
        return self if officer.role == "auditor" else self.filter(chain=officer.unit.country_id)


class SealedEventQuerySet(models.QuerySet["SealedEvent"]):
    """Sealed events; the same rule lies under the table as row-level security."""

    def visible_to(self, officer: Officer) -> SealedEventQuerySet:
        """Return the officer's own events; to a national administrator their country's, to an auditor all."""
        if officer.role == "auditor":
            return self
        own = Q(officer_id=officer.pk)
        if officer.role == "national_administrator":
            own |= Q(country_id=officer.unit.country_id)
        return self.filter(own)

    def matching(self, criteria: Criteria) -> SealedEventQuerySet:
        """Return the events that an asker's criteria describe."""
        return self.filter(**criteria.lookups())

    def newest_first(self) -> SealedEventQuerySet:
        """Order by time, those of one moment by id."""
        return self.order_by("-happened_at", "-pk")

    def before(self, event: SealedEvent) -> SealedEventQuerySet:
        """Return what stands after an event in `newest_first`."""
        earlier = Q(happened_at__lt=event.happened_at)
        return self.filter(earlier | Q(happened_at=event.happened_at, pk__lt=event.pk))
