from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from series.models import Series

if TYPE_CHECKING:
    from accounts.models import Officer
    from forum.models import Topic


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, officer: Officer) -> TopicQuerySet:
        """Keep topics about series that the officer may see."""
        return self.filter(series__in=Series.objects.visible_to(officer).values("pk"))
