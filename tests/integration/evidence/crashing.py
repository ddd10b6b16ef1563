"""A process that hands one file in and is killed at one point of it; what to do comes as JSON."""

import json
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import django
from django.conf import settings

POINTS: Final = (
    "the file has arrived",
    "before it is in the store",
    "it is in the store",
    "its rows are written",
    "its rows are committed",
    "never",
)


def main() -> None:
    told = json.loads(sys.argv[1])
    settings.DATABASES["default"].update(told["database"])
    settings.EVIDENCE_DIR = Path(told["evidence"])
    settings.BROKER_URL = settings.CELERY_BROKER_URL = told["broker"]
    django.setup()
    _hand_in(told["officer"], told["content"].encode("latin-1"), told["point"])


def _hand_in(officer_id: str, content: bytes, point: str) -> None:
    # Only now, for models need Django to be set up.
    models, services, receiving, storing, jobs, roles = map(
        import_module,
        (
            "accounts.models",
            "evidence.services",
            "evidence.receiving",
            "evidence.store",
            "icse.common.jobs",
            "tests.roles",
        ),
    )
    die_at = dict.fromkeys(POINTS, _goes_on) | ({} if point == POINTS[-1] else {point: _die})
    officer = models.Officer.objects.select_related("unit__country").get(pk=officer_id)
    receiver = receiving.Receiver(storing.store(), "room.jpg")
    receiver.write(content)
    upload = receiver.finish()
    die_at[POINTS[0]]()
    with (
        patch.object(
            storing.PosixStore, "commit", _around(storing.PosixStore.commit, die_at, POINTS[1], POINTS[2])
        ),
        patch.object(services, "record", _around(services.record, die_at, "", POINTS[3])),
        patch.object(jobs, "relay_now", _around(jobs.relay_now, die_at, POINTS[4], "")),
        roles.served(officer),
    ):
        services.receive_file(by=officer, upload=upload, details=services.SubmissionDetails())


def _around(
    work: Callable[..., Any], die_at: dict[str, Callable[[], None]], before: str, after: str
) -> Callable[..., Any]:
    def done(*args: Any, **told: Any) -> Any:
        die_at.get(before, _goes_on)()
        answer = work(*args, **told)
        die_at.get(after, _goes_on)()
        return answer

    return done


def _goes_on() -> None:
    pass


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
