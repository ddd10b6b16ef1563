"""Matches between materials, and what the analyzers wrote of them."""

from typing import Any

from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from evidence.models import Material
from evidence.services import name_match_frames
from media_analysis.models import Analysis, CaptureFacts, ExactSignal, ExactSignalMember, Face, Match
from media_analysis.services.match_frames import frames_of
from tests.factories.evidence import MaterialFactory


class AnalysisFactory(DjangoModelFactory[Analysis]):
    """What one analyzer found on one material."""

    class Meta:
        model = Analysis

    material = SubFactory(MaterialFactory)
    analyzer = "metadata"
    version = Sequence(lambda number: f"test-{number}")
    state = "done"


class CaptureFactsFactory(DjangoModelFactory[CaptureFacts]):
    """What a file's metadata say of its capture."""

    class Meta:
        model = CaptureFacts

    material = SubFactory(MaterialFactory)
    analysis = LazyAttribute(lambda facts: AnalysisFactory.create(material=facts.material))


class FaceFactory(DjangoModelFactory[Face]):
    """A face; `direction` is the one coordinate in which its embedding is 1."""

    class Meta:
        model = Face
        exclude = ("direction",)

    material = SubFactory(MaterialFactory)
    analysis = LazyAttribute(lambda face: AnalysisFactory.create(material=face.material, analyzer="faces"))
    box = LazyAttribute(lambda _: [0.25, 0.25, 0.2, 0.2])
    landmarks = LazyAttribute(lambda _: [[0.3, 0.3]] * 5)
    score = 0.9
    quality = 0.8
    model_id = "test-face-model"
    direction = 0
    embedding = LazyAttribute(lambda face: [1.0 if place == face.direction else 0.0 for place in range(128)])


def connect(one: Material, other: Material, kind: str = "copy", **fields: Any) -> Match:
    """Write down that the machines found two materials to match."""
    left, right = sorted((one, other), key=lambda material: material.pk)
    measure = {} if {"score", "distance"} & fields.keys() else {"score": 0.95}
    known = {"threshold": 0.5, "algorithm": "test", "version": "1"}
    match = Match.objects.create(left=left, right=right, kind=kind, **known | measure | fields)
    name_match_frames(frames_of(match))
    return match


def share_signal(kind: str, value: str, *materials: Material) -> ExactSignal:
    """Let materials carry one exact value."""
    signal, _ = ExactSignal.objects.get_or_create(kind=kind, value=value)
    for material in materials:
        analysis = AnalysisFactory.create(material=material)
        ExactSignalMember.objects.create(signal=signal, material=material, analysis=analysis)
    return signal
