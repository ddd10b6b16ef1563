"""Asking a worker whether it is ready while its broker is away."""

import pytest
import redis
from kombu.exceptions import OperationalError

from icse.celery import app
from icse.embedded import processes


@pytest.mark.parametrize(
    "fault",
    [
        OperationalError("away"),
        redis.ConnectionError("reset"),
        redis.BusyLoadingError("loading"),
        OSError("gone"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_worker_is_not_ready_while_the_broker_is_away(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """Whatever the broker's end raises, the launcher waits on and stops nothing."""

    def ping(**_: object) -> list[object]:
        raise fault

    monkeypatch.setattr(app.control, "ping", ping)

    assert processes._replies("analysis@here") is False
