from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.queries import scopes_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.models import Officer
    from evidence.models import Derivative, Material, Submission


def _is_submitted_to(scopes: Collection[int], *, material: str) -> Exists:
    submissions: SubmissionQuerySet = apps.get_model("evidence", "Submission").objects.all()
    return Exists(submissions.in_scopes(scopes).filter(material=OuterRef(material)))


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, officer: Officer) -> SubmissionQuerySet:
        """Keep what was shared with the officer's scopes; the only way to read submissions."""
        return self.in_scopes(scopes_of(officer))

    def in_scopes(self, scopes: Collection[int]) -> SubmissionQuerySet:
        """Keep submissions whose audience meets one of the scopes."""
        return self.filter(audience__overlap=list(scopes))

    def of_country_of(self, officer: Officer) -> SubmissionQuerySet:
        """Keep submissions of the officer's own country."""
        return self.filter(country_id=officer.unit.country_id)


class MaterialQuerySet(models.QuerySet["Material"]):
    def visible_to(self, officer: Officer) -> MaterialQuerySet:
        """Keep materials of which at least one submission is visible; the only way to read materials."""
        return self.in_scopes(scopes_of(officer))

    def in_scopes(self, scopes: Collection[int]) -> MaterialQuerySet:
        """Keep materials with a submission whose audience meets one of the scopes."""
        return self.filter(_is_submitted_to(scopes, material="pk"))

    def analyzed_for(self, officer: Officer) -> MaterialQuerySet:
        """Keep materials of which a visible submission's own analysis is through.

        What was read off a material that another country handed in first must not show before that: it
        would betray that somebody holds it.
        """
        submissions = apps.get_model("evidence", "Submission").objects.visible_to(officer)
        analyzed = submissions.filter(material=OuterRef("pk"), analyzed_at__isnull=False)
        return self.filter(Exists(analyzed))

    def with_digest(self, digest: str) -> MaterialQuerySet:
        """Keep materials whose SHA-256, SHA-1 or MD5 is the digest."""
        wanted = digest.lower()
        return self.filter(Q(sha256=wanted) | Q(sha1=wanted) | Q(md5=wanted))


class DerivativeQuerySet(models.QuerySet["Derivative"]):
    def visible_to(self, officer: Officer) -> DerivativeQuerySet:
        """Keep derivatives of materials that the officer may see."""
        return self.in_scopes(scopes_of(officer))

    def in_scopes(self, scopes: Collection[int]) -> DerivativeQuerySet:
        """Keep derivatives of materials with a submission whose audience meets one of the scopes."""
        return self.filter(_is_submitted_to(scopes, material="material_id"))
