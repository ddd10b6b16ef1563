"""Canaries in every text field of every country: who reads all they can reach meets their own alone."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from django.core import mail
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.access.canaries.countries import ASKERS, CanaryWorld, make_world
from tests.access.canaries.crawling import Crawl, Reading, starts
from tests.access.canaries.unsown import HIDDEN, UNSOWN
from tests.access.canaries.words import sown_places, unsown_places
from tests.factories.accounts import members_scope
from tests.factories.queues import queues_alive

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Crawled:
    """What everybody met, and what was logged and mailed meanwhile."""

    world: CanaryWorld
    readings: Mapping[str, Reading]
    logged: str
    mailed: str

    def foreign(self, asker: str) -> dict[str, str]:
        """Return the fields whose canaries an asker met and must not, with the first address of each."""
        known = self.world.canaries.known
        met = self.readings[asker].met.items()
        return {known[word].place: address for word, address in met if asker not in known[word].seen_by}


@pytest.fixture(scope="module")
def crawled(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, valkey_server: str
) -> Iterator[Crawled]:
    """Have everybody read everything once, in a world that is committed and gone after the last test."""
    lines: list[str] = []
    handler = _Lines(lines)
    with django_db_blocker.unblock():
        try:
            queues_alive()
            world = make_world()
            everywhere = starts(world.canaries)
            logging.getLogger().addHandler(handler)
            readings = {name: Crawl(world.askers[name], world.canaries).run(everywhere) for name in ASKERS}
            mailed = "\n".join(str(each.message()) for each in getattr(mail, "outbox", ()))
            yield Crawled(world, readings, "\n".join(lines), mailed)
        finally:
            logging.getLogger().removeHandler(handler)
            call_command("flush", verbosity=0, interactive=False)
            members_scope()


class _Lines(logging.Handler):
    """Keeps what is logged, at whatever level, as it would be written."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self._lines.append(self.format(record))


def test_every_text_field_carries_a_canary_or_says_why_not(crawled: Crawled) -> None:
    assert sown_places() - crawled.world.canaries.places() == set()
    assert UNSOWN.keys() - unsown_places() == set()


@pytest.mark.parametrize("asker", ASKERS)
def test_nobody_meets_a_foreign_canary(crawled: Crawled, asker: str) -> None:
    assert crawled.foreign(asker) == {}


@pytest.mark.parametrize("asker", ASKERS)
def test_nothing_breaks_under_a_crawl(crawled: Crawled, asker: str) -> None:
    assert not [status for status in crawled.readings[asker].statuses if status >= 500]


def test_every_field_is_met_by_somebody_or_hidden_on_purpose(crawled: Crawled) -> None:
    """Without this, a crawl that meets nothing would find nothing wrong."""
    known = crawled.world.canaries.known
    met = {known[word].place for reading in crawled.readings.values() for word in reading.met}
    assert crawled.world.canaries.places() - met == HIDDEN.keys()


def test_no_canary_is_logged_or_mailed(crawled: Crawled) -> None:
    """A log names what was asked for; of words that officers wrote it holds none."""
    told = crawled.logged + crawled.mailed
    assert [word for word in crawled.world.canaries.words() if word in told] == []
