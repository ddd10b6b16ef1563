"""Materials and the submissions through which countries hold them."""

import hashlib
from typing import Any

from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import Officer
from accounts.queries import audience_for
from evidence.models import Kind, Material, Sharing, Submission, Verdict
from tests.factories.accounts import OfficerFactory


def _digest(algorithm: str, text: str) -> str:
    return hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()


class MaterialFactory(DjangoModelFactory[Material]):
    """A photo that nobody has handed in."""

    class Meta:
        model = Material
        exclude = ("content",)

    content = Sequence(lambda number: f"content {number}")
    sha256 = LazyAttribute(lambda material: _digest("sha256", material.content))
    sha1 = LazyAttribute(lambda material: _digest("sha1", material.content))
    md5 = LazyAttribute(lambda material: _digest("md5", material.content))
    size = 1000
    kind = Kind.PHOTO
    media_type = "image/jpeg"
    width = 640
    height = 480


class SubmissionFactory(DjangoModelFactory[Submission]):
    """A country's act of handing in a material, seen by that country alone."""

    class Meta:
        model = Submission

    material = SubFactory(MaterialFactory)
    officer = SubFactory(OfficerFactory)
    unit = SelfAttribute("officer.unit")
    country = SelfAttribute("unit.country")
    file_name = Sequence(lambda number: f"IMG_{number:04d}.JPG")
    sharing = Sharing.NATIONAL
    audience = LazyAttribute(lambda submission: audience_for(submission.sharing, submission.country))
    verdict = Verdict.NEW


def submitted(officer: Officer, *, sharing: str = Sharing.NATIONAL, **material: Any) -> Material:
    """Return a new material that an officer handed in."""
    made = MaterialFactory.create(**material)
    SubmissionFactory.create(material=made, officer=officer, sharing=sharing)
    return made
