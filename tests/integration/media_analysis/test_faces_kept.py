"""Faces are kept under ids that are found again, and no two of a film under one."""

import numpy as np
import pytest

from media_analysis.engine.faces.face import DetectedFace
from media_analysis.models import Face
from media_analysis.services.signals import keep_faces
from tests.factories.evidence import MaterialFactory
from tests.factories.media_analysis import AnalysisFactory

pytestmark = pytest.mark.django_db

FACE = DetectedFace(
    box=(0.1, 0.1, 0.2, 0.2),
    landmarks=((0.1, 0.1),) * 5,
    score=0.9,
    quality=0.5,
    embedding=np.ones(128, np.float32),
)


def test_same_moment_of_two_segments_and_twice_in_one_is_kept_as_often() -> None:
    film = MaterialFactory.create(kind="video")
    faces = {"material": film, "analyzer": "faces", "version": "1"}
    analyses = [AnalysisFactory.create(segment=each, **faces) for each in (0, 1)]

    for analysis in analyses:
        keep_faces(analysis, [(0, (FACE, FACE)), (0, (FACE,)), (500, (FACE,))], model_id="sface")

    assert Face.objects.filter(material=film).count() == 8


def test_what_is_found_again_has_the_ids_that_it_had() -> None:
    analysis = AnalysisFactory.create(analyzer="faces")

    def kept() -> set[object]:
        keep_faces(analysis, [(None, (FACE, FACE))], model_id="sface")
        return set(Face.objects.filter(analysis=analysis).values_list("pk", flat=True))

    assert kept() == kept()
