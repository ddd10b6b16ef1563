"""A desk at which files are handed in, and the workers that analyze them, one task after the other."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest

from accounts.models import Officer
from evidence.models import Material
from evidence.receiving import Receiver
from evidence.services import SubmissionDetails, receive_file
from evidence.store import store
from icse.common.models import OutboxMessage
from media_analysis.queries.matches import MatchView, list_matches
from media_analysis.services import pipeline
from media_analysis.services.forgetting import forget_signals
from series.services.stacking import stack_copies, unstack
from tests.conftest import RoleSwitch, ServedSwitch

Task = Callable[[Mapping[str, Any]], str]


def _unstacked(told: Mapping[str, Any]) -> int:
    # At once, so that the steps are as many whether or not there was anything to forget.
    return unstack(material_id=UUID(told["material_id"]))


def _matched(material_id: UUID) -> str:
    """Match and stack: two tasks, of which the second follows the first within moments."""
    outcome = pipeline.match(material_id)
    stack_copies(material_id=material_id)
    return outcome


TASKS: dict[str, Task] = {
    "media_analysis.analyze": lambda told: pipeline.analyze(UUID(told["material_id"]), urgent=told["urgent"]),
    "media_analysis.analyze_segment": lambda told: pipeline.segment(
        UUID(told["material_id"]), told["segment"]
    ),
    "media_analysis.match": lambda told: _matched(UUID(told["material_id"])),
    "media_analysis.forget": lambda told: f"{forget_signals(UUID(told['material_id']))} {_unstacked(told)}",
    "media_analysis.make_proxy": lambda told: pipeline.make_proxy(UUID(told["material_id"])),
}


class Desk:
    """Hands files in as officers do, and does as the engine what was ordered by it."""

    def __init__(self, as_app: ServedSwitch, as_engine: RoleSwitch) -> None:
        self._as_app = as_app
        self._as_engine = as_engine
        self._done = 0

    def hand_in(self, officer: Officer, content: bytes, **details: Any) -> Material:
        """Hand a file in."""
        receiver = Receiver(store(), "drawn.jpg")
        receiver.write(content)
        with self._as_app(officer):
            receipt = receive_file(by=officer, upload=receiver.finish(), details=SubmissionDetails(**details))
        return receipt.material

    def work_off(self) -> list[str]:
        """Do what is ordered, and what that orders, until nothing is left; return the outcomes."""
        return list(iter(self.work_one, None))

    def work_one(self) -> str | None:
        """Do the next thing that is ordered and return its outcome; None where nothing is left."""
        for message in OutboxMessage.objects.order_by("id")[self._done :]:
            self._done += 1
            if message.task in TASKS:
                with self._as_engine():
                    return str(TASKS[message.task](message.arguments))
        return None

    def lose_what_is_ordered(self) -> None:
        """Lose every order that was not done yet, as a broker does that loses its memory."""
        self._done = OutboxMessage.objects.count()

    def matches(self, officer: Officer, material: Material) -> list[MatchView]:
        """Return the matches of a material as an officer sees them."""
        with self._as_app(officer):
            return list_matches(officer, material.pk)


@pytest.fixture
def desk(as_app: ServedSwitch, as_engine: RoleSwitch) -> Desk:
    """Return a desk."""
    return Desk(as_app, as_engine)
