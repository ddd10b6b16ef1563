"""What was handed in and nobody has put into a series yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Subquery

from evidence.lists import MaterialList
from evidence.models import SeenMaterial, Submission
from series.models import SeriesMaterial

if TYPE_CHECKING:
    from accounts.models import Officer


def list_newcomers(officer: Officer) -> MaterialList:
    """Return materials of the officer's country that stand in no visible series, urgent first, then newest.

    Urgent is what anybody said to be so; newest is what the country itself handed in last.
    """
    own = Submission.objects.visible_to(officer).of_country_of(officer)
    held = SeriesMaterial.objects.visible_to(officer).in_open_series().filter(material=OuterRef("pk"))
    handed_in = own.filter(material=OuterRef("pk")).order_by("-received_at").values("received_at")[:1]
    seen = SeenMaterial.objects.visible_to(officer).filter(countries__contains=[officer.unit.country_id])
    newcomers = seen.filter(~Exists(held)).annotate(handed_in_at=Subquery(handed_in))
    return MaterialList(officer, newcomers.order_by("-is_urgent", "-handed_in_at", "pk"))
