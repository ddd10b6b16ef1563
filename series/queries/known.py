"""What an officer may know of the machines' findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.models import Submission

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import Officer


def known_by_analysis(officer: Officer) -> QuerySet[Submission, UUID]:
    """Return the ids of materials whose own analysis is through for the officer.

    What was read off a material that another country handed in first must not be found before that:
    it would betray that somebody holds it.
    """
    analyzed = Submission.objects.visible_to(officer).filter(analyzed_at__isnull=False)
    return analyzed.values_list("material", flat=True)
