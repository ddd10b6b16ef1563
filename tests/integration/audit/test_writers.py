"""Eight writers beside the sealer: no event is lost, and no chain forks."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import connection

from accounts.audit.models import InboxEvent, SealedEvent
from accounts.audit.recording import record
from accounts.audit.sealing import seal
from accounts.audit.verification import verify_chains
from accounts.models import Officer
from tests.cast import make_cast
from tests.roles import database_role

WRITERS = 8
EVENTS = 40


def _in_a_connection_of_its_own(role: str, act: Callable[[], None]) -> None:
    try:
        with database_role(role):
            act()
    finally:
        connection.close()


def _write(officer: Officer) -> None:
    for number in range(EVENTS):
        record("material.viewed", uuid4(), by=officer, number=number)


@pytest.mark.django_db(transaction=True)
def test_eight_writers_lose_and_fork_nothing() -> None:
    cast = make_cast()
    done = threading.Event()

    def keep_sealing() -> None:
        while not done.wait(0.01):
            seal(limit=50)

    sealer = threading.Thread(target=_in_a_connection_of_its_own, args=("icse_engine", keep_sealing))
    sealer.start()
    officers = [cast.owner, cast.colleague, cast.partner, cast.third] * (WRITERS // 4)
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [
            pool.submit(_in_a_connection_of_its_own, "icse_app", partial(_write, officer))
            for officer in officers
        ]
    done.set()
    sealer.join()
    while seal():
        pass

    assert [writer.exception() for writer in writers] == [None] * WRITERS
    assert not InboxEvent.objects.exists()
    assert verify_chains() == []
    chains = {chain: SealedEvent.objects.filter(chain=chain).count() for chain in _chains(officers)}
    assert sum(chains.values()) == WRITERS * EVENTS
    assert chains[cast.owner.unit.country_id] == 4 * EVENTS


def _chains(officers: list[Officer]) -> set[UUID]:
    return {officer.unit.country_id for officer in officers}
