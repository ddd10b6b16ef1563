from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import Country, Officer
    from accounts.sharing.models import GroupMembership, SharingGroup


class SharingGroupQuerySet(models.QuerySet["SharingGroup"]):
    def visible_to(self, officer: Officer) -> SharingGroupQuerySet:
        """Keep groups in which the officer's country is, or is asked to be; an owner is always in."""
        country = officer.unit.country_id
        standing = Q(memberships__country=country, memberships__state__in=["invited", "accepted"])
        return self.filter(Q(owner=country) | standing).distinct()

    def open_to(self, country: Country) -> SharingGroupQuerySet:
        """Keep groups in which the country is at present: what it may share with."""
        now = timezone.now()
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gt=now),
            Q(memberships__valid_until=None) | Q(memberships__valid_until__gt=now),
            state="active",
            memberships__country=country,
            memberships__state="accepted",
        )


class MembershipQuerySet(models.QuerySet["GroupMembership"]):
    def standing(self) -> MembershipQuerySet:
        """Keep memberships that were offered or accepted, and not left since."""
        return self.exclude(state="left")

    def live(self) -> MembershipQuerySet:
        """Keep memberships that count at present, of groups that do."""
        now = timezone.now()
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gt=now),
            Q(group__valid_until=None) | Q(group__valid_until__gt=now),
            state="accepted",
            group__state="active",
        )

    def visible_to(self, officer: Officer) -> MembershipQuerySet:
        """Keep the own country's, and those of groups that it owns or whose members know each other."""
        country = officer.unit.country_id
        own_groups = self.model._default_manager.filter(
            country=country, state__in=["invited", "accepted"], group__hidden_membership=False
        )
        return self.filter(
            Q(country=country) | Q(group__owner=country) | Q(group__in=own_groups.values("group"))
        )
