from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from accounts.queries import is_made_for, scopes_of
from icse.common.audiences import NOBODY

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.models import Officer
    from evidence.models import Derivative, MatchFrame, Material, SeenMaterial, Submission


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, officer: Officer) -> SubmissionQuerySet:
        """Keep what was shared with the officer's scopes; the only way to read submissions."""
        return self.in_scopes(scopes_of(officer))

    def in_scopes(self, scopes: Collection[int]) -> SubmissionQuerySet:
        """Keep submissions whose audience meets one of the scopes."""
        return self.filter(audience__overlap=list(scopes))

    def kept(self) -> SubmissionQuerySet:
        """Keep what may be worked with: neither restricted nor withdrawn."""
        return self.exclude(audience__contains=[NOBODY])

    def waiting(self) -> SubmissionQuerySet:
        """Keep submissions whose own analysis is neither through nor set aside."""
        return self.kept().filter(analyzed_at=None, set_aside_at=None)

    def of_country_of(self, officer: Officer) -> SubmissionQuerySet:
        """Keep submissions of the officer's own country."""
        return self.filter(country_id=officer.unit.country_id)


class MaterialQuerySet(models.QuerySet["Material"]):
    def visible_to(self, officer: Officer) -> MaterialQuerySet:
        """Keep materials of which at least one submission is visible; the only way to read materials."""
        return self.in_scopes(scopes_of(officer))

    def in_scopes(self, scopes: Collection[int]) -> MaterialQuerySet:
        """Keep materials with a submission whose audience meets one of the scopes."""
        submissions: SubmissionQuerySet = apps.get_model("evidence", "Submission").objects.in_scopes(scopes)
        return self.filter(Exists(submissions.filter(material=OuterRef("pk"))))

    def analyzed_for(self, officer: Officer) -> MaterialQuerySet:
        """Keep materials of which a visible submission's own analysis is through.

        What was read off a material that another country handed in first must not show before that: it
        would betray that somebody holds it.
        """
        submissions = apps.get_model("evidence", "Submission").objects.visible_to(officer)
        analyzed = submissions.filter(material=OuterRef("pk"), analyzed_at__isnull=False)
        return self.filter(Exists(analyzed))

    def told(self, officer: Officer, pattern: str) -> MaterialQuerySet:
        """Keep materials of which a visible submission's name, path or case fits an ILIKE pattern.

        Under row-level security ILIKE uses no index; the function does, and looks within the scopes alone.
        """
        scopes = list(scopes_of(officer))
        told = RawSQL("SELECT material_id FROM evidence_told(%s, %s)", [pattern, scopes])
        return self.filter(pk__in=told)

    def with_digest(self, digest: str) -> MaterialQuerySet:
        """Keep materials whose SHA-256, SHA-1 or MD5 is the digest."""
        wanted = digest.lower()
        return self.filter(Q(sha256=wanted) | Q(sha1=wanted) | Q(md5=wanted))


class SeenMaterialQuerySet(models.QuerySet["SeenMaterial"]):
    def visible_to(self, officer: Officer) -> SeenMaterialQuerySet:
        """Keep everything where the statement is made in the officer's name, and nothing in another's."""
        return self.filter(is_made_for(officer))


class DerivativeQuerySet(models.QuerySet["Derivative"]):
    def visible_to(self, officer: Officer) -> DerivativeQuerySet:
        """Keep derivatives of materials of which a visible submission waits no more.

        What was made of a file that another country handed in first must not show before that; and a frame
        that was taken to show a match, not to who cannot see what it matches.
        """
        shown = apps.get_model("evidence", "MatchFrame").objects.visible_to(officer)
        of_a_match = shown.filter(material=OuterRef("material_id"), at_ms=OuterRef("at_ms"))
        seen = self.filter(Exists(_no_longer_waiting(officer).filter(material=OuterRef("material_id"))))
        return seen.filter(Q(is_for_match=False) | Exists(of_a_match))


class MatchFrameQuerySet(models.QuerySet["MatchFrame"]):
    def visible_to(self, officer: Officer) -> MatchFrameQuerySet:
        """Keep frames of matches with materials of which a visible submission waits no more."""
        return self.filter(Exists(_no_longer_waiting(officer).filter(material=OuterRef("other_id"))))


def _no_longer_waiting(officer: Officer) -> SubmissionQuerySet:
    submissions: SubmissionQuerySet = apps.get_model("evidence", "Submission").objects.visible_to(officer)
    return submissions.exclude(analyzed_at=None, set_aside_at=None)
