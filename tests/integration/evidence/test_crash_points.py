"""Killed at every point of receiving a file: nothing acknowledged is lost, and nothing is invented."""

import hashlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings
from django.db import connection
from PIL import Image

from evidence.models import Material, StoreRepair, Submission
from evidence.reconciling import reconcile
from evidence.store import SLICES, Shelf
from icse.common.jobs import send_waiting
from icse.common.models import OutboxMessage
from tests.cast import Cast, make_cast
from tests.conftest import RoleSwitch
from tests.integration.evidence.crashing import POINTS
from tests.kept import bytes_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

COMMITTED: Final = {"its rows are committed", "never"}
_TWO_HOURS: Final = 2 * 3600


@pytest.fixture
def hand_in(own_store: Path, valkey_server: str) -> Callable[[Cast, bytes, str], int]:
    """Return a function that hands a file in by a process, kills it at a point, and returns how it ended."""

    def handed_in(cast: Cast, content: bytes, point: str) -> int:
        known = connection.settings_dict
        told = {
            "database": {name: known[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")},
            "evidence": str(own_store),
            "broker": valkey_server,
            "officer": str(cast.owner.pk),
            "content": content.decode("latin-1"),
            "point": point,
        }
        command = [sys.executable, "-m", "tests.integration.evidence.crashing", json.dumps(told)]
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
        ended = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=False)
        return ended.returncode

    return handed_in


def _drawn() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), "seagreen").save(stream, "JPEG")
    return stream.getvalue()


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def _repair_everything(as_engine: RoleSwitch, evidence: Path) -> list[StoreRepair]:
    """Look through the whole store as if two hours had passed."""
    for path in evidence.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - _TWO_HOURS,) * 2)
    with as_engine():
        return [each for number in range(SLICES) for each in reconcile(number=number)]


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_store_and_rows_agree_and_the_file_may_be_handed_in_again(
    point: str, own_store: Path, hand_in: Callable[[Cast, bytes, str], int], as_engine: RoleSwitch
) -> None:
    cast, content = make_cast(), _drawn()
    digest = hashlib.sha256(content).hexdigest()
    ended = hand_in(cast, content, point)
    known = set(Material.objects.values_list("sha256", flat=True))
    repairs = _repair_everything(as_engine, own_store)

    assert ended == (0 if point == "never" else -9)
    assert known == ({digest} if point in COMMITTED else set())
    assert Submission.objects.count() == OutboxMessage.objects.count() == len(known)
    assert _files(own_store / Shelf.ORIGINALS) == known
    assert _files(own_store / "incoming") == set()
    assert StoreRepair.Kind.MISSING not in {each.kind for each in repairs}
    assert bool(repairs) is (point not in COMMITTED)

    assert hand_in(cast, content, "never") == 0
    verdicts = Submission.objects.order_by("received_at").values_list("verdict", flat=True)
    assert list(verdicts) == ["new", "known_to_your_country"][: len(known) + 1]
    assert bytes_of(Material.objects.get(sha256=digest)) == content


def test_order_that_was_not_sent_before_the_crash_is_sent_by_the_relay(
    hand_in: Callable[[Cast, bytes, str], int],
) -> None:
    hand_in(make_cast(), _drawn(), "its rows are committed")
    waiting = OutboxMessage.objects.filter(sent_at=None).count()
    sent = send_waiting()

    assert (waiting, sent) == (1, 1)
    assert not OutboxMessage.objects.filter(sent_at=None).exists()
