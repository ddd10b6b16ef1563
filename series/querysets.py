from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from accounts.queries import scopes_of
from evidence.models import Material

if TYPE_CHECKING:
    from accounts.models import Officer
    from series.models import Decision, Series, SeriesMaterial, StackMember


class SeriesQuerySet(models.QuerySet["Series"]):
    def visible_to(self, officer: Officer) -> SeriesQuerySet:
        """Keep series shared with the officer's scopes."""
        return self.filter(audience__overlap=list(scopes_of(officer)))

    def open(self) -> SeriesQuerySet:
        """Keep series that were not merged into another."""
        return self.filter(state="open")

    def of_country_of(self, officer: Officer) -> SeriesQuerySet:
        """Keep series that the officer's own country keeps."""
        return self.filter(country_id=officer.unit.country_id)


class SeriesMaterialQuerySet(models.QuerySet["SeriesMaterial"]):
    def in_open_series(self) -> SeriesMaterialQuerySet:
        """Keep memberships of series that were not merged: a merged one keeps its list as a record."""
        return self.filter(series__state="open")

    def visible_to(self, officer: Officer) -> SeriesMaterialQuerySet:
        """Keep memberships of which both the series and the material are visible."""
        return self.filter(
            series__audience__overlap=list(scopes_of(officer)),
            material__in=Material.objects.visible_to(officer).values("pk"),
        )


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, officer: Officer) -> DecisionQuerySet:
        """Keep decisions that are shared with the officer's scopes, about materials that they may see."""
        seen = Material.objects.visible_to(officer).values("pk")
        return self.filter(audience__overlap=list(scopes_of(officer)), left__in=seen, right__in=seen)

    def of_country_of(self, officer: Officer) -> DecisionQuerySet:
        """Keep decisions of the officer's own country."""
        return self.filter(country_id=officer.unit.country_id)

    def current(self) -> DecisionQuerySet:
        """Keep decisions that have not been taken back or replaced."""
        return self.filter(superseded_at=None)


class StackMemberQuerySet(models.QuerySet["StackMember"]):
    def visible_to(self, officer: Officer) -> StackMemberQuerySet:
        """Keep members that the officer may see; whether they may be shown together is the hub's matter."""
        return self.filter(material__in=Material.objects.visible_to(officer).values("pk"))
