"""Reads of hits, on the asker's side and on the holder's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence.models import Submission
from series.hits.models import Contact, CountryHitPolicy, Hit, HitPolicy, SubmissionHitPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import Officer

LINES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class HitLine:
    """A hit as the asker reads it; a contact stands in it once its holder has agreed."""

    hit: Hit
    contacts: list[Contact]


def list_hits(officer: Officer) -> list[HitLine]:
    """Return the hits of the officer's country about what they see, newest first.

    Whether contact was declined or is not answered yet cannot be told apart: neither has a contact.
    """
    seen = Submission.objects.visible_to(officer).of_country_of(officer)
    own = Hit.objects.filter(country=officer.unit.country_id, submission__in=seen)
    hits = list(
        own.select_related("submission", "unit", "named_country", "named_unit").order_by("-found_at", "pk")[
            :LINES_SHOWN
        ]
    )
    agreed = _agreed(officer, hits)
    return [HitLine(hit, [each for each in agreed if each.hit_id == hit.pk]) for hit in hits]


def _agreed(officer: Officer, hits: Sequence[Hit]) -> list[Contact]:
    own = Contact.objects.filter(hit__in=[hit.pk for hit in hits], asker_country=officer.unit.country_id)
    return list(own.exclude(agreed_at=None).select_related("country", "unit").order_by("agreed_at", "pk"))


def list_asked(officer: Officer) -> list[Contact]:
    """Return what the officer's country was asked, about what they see, unanswered first."""
    seen = Submission.objects.visible_to(officer).of_country_of(officer)
    asked = Contact.objects.filter(country=officer.unit.country_id, submission__in=seen).exclude(
        asked_at=None
    )
    shown = asked.select_related("submission", "unit", "asker_country", "asker_unit")
    return sorted(shown.order_by("-asked_at", "pk")[:LINES_SHOWN], key=_is_answered)


def _is_answered(contact: Contact) -> bool:
    return contact.agreed_at is not None or contact.declined_at is not None


def country_policy(officer: Officer) -> HitPolicy:
    """Return what the officer's country lets others learn of its holdings."""
    own = CountryHitPolicy.objects.filter(country=officer.unit.country_id).first()
    return HitPolicy(own.policy) if own else HitPolicy.SILENT


def submission_policy(submission: Submission) -> HitPolicy | None:
    """Return what the country says of one submission instead, None where it says nothing."""
    own = SubmissionHitPolicy.objects.filter(submission=submission).first()
    return HitPolicy(own.policy) if own else None
