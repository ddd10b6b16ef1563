from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from accounts.models import Officer
    from evidence.uploads.models import Batch, Upload


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, officer: Officer) -> BatchQuerySet:
        """Keep what the officer opened; nobody else reads a batch."""
        return self.filter(officer=officer)


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, officer: Officer) -> UploadQuerySet:
        """Keep what the officer sends; nobody else reads it before it is a submission."""
        return self.filter(officer=officer)

    def open(self) -> UploadQuerySet:
        """Keep what is neither received nor given up."""
        return self.filter(state="open")

    def on_disk(self) -> UploadQuerySet:
        """Keep what has a part: what is open, and archives that wait to be unpacked."""
        return self.filter(state__in=("open", "unpacking"))
