from dataclasses import dataclass

import pytest

from media_analysis.models import MatchKind
from series.explanations import answers_to, details_of, measure_of, place_of, title_of


@dataclass(frozen=True)
class Found:
    kind: str
    score: float | None = None
    distance: float | None = None
    threshold: float = 0.0


@pytest.mark.parametrize("kind", MatchKind.values)
def test_every_kind_has_a_title_and_says_what_each_answer_means(kind: str) -> None:
    answers = answers_to(kind)

    assert title_of(kind)
    assert answers.question.endswith("?")
    assert answers.yes != answers.no


def test_points_are_said_with_what_was_needed() -> None:
    found = Found("scene", score=74.0, threshold=10.0)

    assert measure_of(found) == "74 points agree, 10 needed."


def test_face_distance_is_said_with_its_meaning() -> None:
    found = Found("face", distance=0.412, threshold=0.61)

    assert measure_of(found) == "Distance 0.41: strangers rarely come below 0.61."


def test_hash_distance_is_said_in_bits() -> None:
    found = Found("copy", distance=12.0, threshold=31.0)

    assert measure_of(found) == "12 of the 256 bits of their hashes differ; up to 31 do between copies."


def test_device_names_the_number_that_both_carry() -> None:
    details = details_of("device", {"signal": "body_serial", "value": "3001900"})

    assert details == ["The camera serial number is 3001900."]


def test_details_say_agreement_after_alignment() -> None:
    assert details_of("scene", {"agreement": 0.31, "pdq_distance": None}) == [
        "Laid over each other, 31 % of what has texture agrees; of copies nearly all."
    ]


def test_place_is_said_for_videos_only() -> None:
    assert place_of(12_000) == "at 0:12"
    assert place_of(None) == ""
