"""What was handed in and nobody has put into a series yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Subquery

from evidence.models import Material, Priority, Submission
from series.models import SeriesMaterial

if TYPE_CHECKING:
    from accounts.models import Officer
    from evidence.querysets import MaterialQuerySet


def list_newcomers(officer: Officer) -> MaterialQuerySet:
    """Return materials of the officer's country that stand in no visible series, urgent first, then newest.

    Each carries `is_urgent`, whoever said so, and `handed_in_at`, of the country's last submission.
    """
    visible = Submission.objects.visible_to(officer).filter(material=OuterRef("pk"))
    own = visible.of_country_of(officer)
    in_series = SeriesMaterial.objects.visible_to(officer).in_open_series().filter(material=OuterRef("pk"))
    return (
        Material.objects.visible_to(officer)
        .filter(Exists(own), ~Exists(in_series))
        .annotate(
            is_urgent=Exists(visible.filter(priority=Priority.URGENT)),
            handed_in_at=Subquery(own.order_by("-received_at").values("received_at")[:1]),
        )
        .order_by("-is_urgent", "-handed_in_at", "pk")
    )
