"""Materials and submissions as they are after receipt, without bytes in the store."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import factory
from django.utils import timezone

from accounts.models import Sharing
from accounts.queries import audience_for
from evidence.models import Derivative, Kind, Material, Submission, Verdict
from evidence.objects import derivative_name
from tests.factories.accounts import OfficerFactory

if TYPE_CHECKING:
    from accounts.models import Officer


class MaterialFactory(factory.django.DjangoModelFactory):
    """A photo that nobody has handed in yet."""

    class Meta:
        model = Material

    sha256 = factory.Sequence(lambda number: hashlib.sha256(str(number).encode()).hexdigest())
    sha1 = factory.LazyAttribute(lambda material: material.sha256[:40])
    md5 = factory.LazyAttribute(lambda material: material.sha256[:32])
    size = 1234
    kind = Kind.PHOTO
    media_type = "image/jpeg"
    width = 640
    height = 480


class SubmissionFactory(factory.django.DjangoModelFactory):
    """An analyzed submission of a new photo, shared with the officer's own country alone."""

    class Meta:
        model = Submission

    class Params:
        groups = ()

    officer = factory.SubFactory(OfficerFactory)
    material = factory.SubFactory(MaterialFactory)
    unit = factory.LazyAttribute(lambda submission: submission.officer.unit)
    country = factory.LazyAttribute(lambda submission: submission.officer.unit.country)
    file_name = factory.Sequence(lambda number: f"IMG_{number:04d}.jpg")
    sharing = Sharing.NATIONAL
    audience = factory.LazyAttribute(
        lambda submission: audience_for(
            submission.sharing,
            submission.officer.unit.country,
            groups=submission.groups,
            units=[submission.officer.unit_id],
        )
    )
    verdict = Verdict.NEW
    received_at = factory.LazyFunction(timezone.now)
    waits_since = factory.LazyAttribute(lambda submission: submission.received_at)
    analyzed_at = factory.LazyFunction(timezone.now)


def handed_in(officer: Officer, **fields: Any) -> Submission:
    """Return an officer's submission of a new material, unless one is given."""
    submission: Submission = SubmissionFactory(officer=officer, **fields)
    return submission


def submitted(officer: Officer, **fields: Any) -> Material:
    """Return a new material that the officer has handed in."""
    return handed_in(officer, **fields).material


class DerivativeFactory(factory.django.DjangoModelFactory):
    """A derivative's row."""

    class Meta:
        model = Derivative

    material = factory.SubFactory(MaterialFactory)
    kind = Derivative.Kind.BLURRED
    sha256 = factory.LazyAttribute(lambda derivative: derivative.material.sha256)
    object_name = factory.LazyAttribute(lambda made: derivative_name(made.material, made.sha256))
    media_type = "image/jpeg"
    size = 900
    width = 32
    height = 24
