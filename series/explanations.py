"""Why two materials match, in sentences: what was measured, what it means, what an answer says; pure."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from media_analysis.models import ExactSignal, MatchKind
from series.passages import LEFT_RIGHT, OWN_OTHER, is_of_films, shared_passages
from series.wording import clock_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_REGIONS: Final[Mapping[str, Any]] = MappingProxyType({})


class Measured(Protocol):
    """What a match, a hit or a reason has in common: a kind and what was measured."""

    @property
    def kind(self) -> str:
        """Return the kind of match."""

    @property
    def score(self) -> float | None:
        """Return how many points agree, None where a distance was measured."""

    @property
    def distance(self) -> float | None:
        """Return the distance, None where points were counted."""

    @property
    def threshold(self) -> float:
        """Return what was needed, or what was allowed."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What each answer to a match says."""

    question: str
    yes: str
    no: str


TITLES: Final = {
    MatchKind.IDENTICAL: "Identical picture",
    MatchKind.COPY: "Copy",
    MatchKind.NEAR_IN_TIME: "Taken moments apart",
    MatchKind.FRAME: "Frame of a video",
    MatchKind.FACE: "Similar face",
    MatchKind.SCENE: "Same room or object",
    MatchKind.DEVICE: "Same device",
}

ANSWERS: Final = {
    MatchKind.IDENTICAL: Answers(
        "Is this the same picture?",
        "Both are one picture in two files; they stay in one stack.",
        "Your country sees them apart from now on.",
    ),
    MatchKind.COPY: Answers(
        "Is this the same photograph, edited?",
        "Both come from one photograph; they stay in one stack.",
        "Your country sees them apart from now on.",
    ),
    MatchKind.NEAR_IN_TIME: Answers(
        "Were both taken in one go?",
        "Both were taken within moments of each other; they belong to one event.",
        "They are two events, however alike; the pair is not offered again.",
    ),
    MatchKind.FRAME: Answers(
        "Is the photo a frame of the video?",
        "The photo was cut from this video, or from another version of it.",
        "The photo has another source; the pair is not offered again.",
    ),
    MatchKind.FACE: Answers(
        "Is this the same person?",
        "Both faces are one person. Nothing is merged; it becomes a reason to put them into one series.",
        "They are two persons; the pair is not offered again, whatever is computed anew.",
    ),
    MatchKind.SCENE: Answers(
        "Is this the same room or object?",
        "Both show one place or thing; it becomes a reason to put them into one series.",
        "They only look alike; the pair is not offered again, whatever is computed anew.",
    ),
    MatchKind.DEVICE: Answers(
        "Did one device take both?",
        "Both were taken with one device; it becomes a reason to put them into one series.",
        "The number is no proof here; the pair is not offered again.",
    ),
}

_FILM_TITLES: Final = {MatchKind.COPY: "Copy of a film", MatchKind.FRAME: "Same picture in two videos"}
_PASSAGE_TITLE: Final = "Shared passage of two videos"

_FILM_ANSWERS: Final = {
    MatchKind.COPY: Answers(
        "Is this the same film, edited?",
        "Both come from one film; they stay in one stack.",
        "Your country sees them apart from now on.",
    ),
    MatchKind.FRAME: Answers(
        "Do both videos show the same recording here?",
        "One holds a part of the other, or both of a third; a reason to put them into one series.",
        "They only look alike; the pair is not offered again, whatever is computed anew.",
    ),
}

_SERIAL_NAMES: Final = {
    ExactSignal.Kind.BODY_SERIAL: "camera serial number",
    ExactSignal.Kind.LENS_SERIAL: "lens serial number",
    ExactSignal.Kind.INTERNAL_SERIAL: "internal serial number",
}


def title_of(kind: str, regions: Mapping[str, Any] = _NO_REGIONS) -> str:
    """Return the name of a kind of match, as a heading; two videos share other things than photos do."""
    if kind == MatchKind.FRAME and (
        shared_passages(regions, LEFT_RIGHT) or shared_passages(regions, OWN_OTHER)
    ):
        return _PASSAGE_TITLE
    titles = TITLES | _FILM_TITLES if is_of_films(regions) else TITLES
    return titles[MatchKind(kind)]


def answers_to(kind: str, regions: Mapping[str, Any] = _NO_REGIONS) -> Answers:
    """Return what is asked of a match of this kind, and what each answer says."""
    answers = ANSWERS | _FILM_ANSWERS if is_of_films(regions) else ANSWERS
    return answers[MatchKind(kind)]


def measure_of(match: Measured) -> str:
    """Return the measured number with what it means, such as `74 points agree, 10 needed`."""
    if match.kind == MatchKind.IDENTICAL:
        return "Every pixel is equal; only the file around them differs."
    if match.kind == MatchKind.DEVICE:
        return "Both files carry the same serial number."
    if match.kind == MatchKind.FACE and match.distance is not None:
        return f"Distance {match.distance:.2f}: strangers rarely come below {match.threshold:.2f}."
    if match.score is not None:
        return f"{match.score:.0f} points agree, {match.threshold:.0f} needed."
    return (
        f"{match.distance or 0:.0f} of the 256 bits of their hashes differ;"
        f" up to {match.threshold:.0f} do between copies."
    )


def details_of(kind: str, regions: Mapping[str, Any]) -> list[str]:
    """Return what else was found: agreement after alignment, hash distance, the value that both carry."""
    found: list[str] = []
    share = regions.get("agreement")
    if share is not None:
        found.append(
            f"Laid over each other, {share * 100:.0f} % of what has texture agrees; of copies nearly all."
        )
    bits = regions.get("pdq_distance")
    if bits is not None:
        found.append(f"{bits} of the 256 bits of their hashes differ; up to 31 do between copies.")
    if kind == MatchKind.DEVICE:
        name = _SERIAL_NAMES.get(regions.get("signal", ""), "serial number")
        found.append(f"The {name} is {regions.get('value')}.")
    return found


def where_of(regions: Mapping[str, Any]) -> str:
    """Return where in the other video something was found, such as `at 0:12`, or from when to when."""
    passages = shared_passages(regions, OWN_OTHER)
    if passages:
        return "at " + ", ".join(str(each.second) for each in passages)
    return place_of(regions.get("other_at_ms"))


def place_of(at_ms: int | None) -> str:
    """Return where in a video something was found, such as `at 0:12`; empty for a photo."""
    return f"at {clock_ms(at_ms)}" if at_ms is not None else ""
