"""Jobs are named by string between rooms: every name that is asked for must be a task somewhere."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from celery.schedules import crontab
from django.conf import settings

from icse.celery import app

ROOT: Final = Path(settings.BASE_DIR)
ROOMS: Final = ("icse", "accounts", "evidence", "media_analysis", "series", "search", "forum")


def _registered() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def _enqueued() -> Iterator[str]:
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "enqueue":
                    yield from (str(word.value) for word in node.args[:1] if isinstance(word, ast.Constant))


def test_every_job_asked_for_exists() -> None:
    asked = set(_enqueued())
    assert asked
    assert asked - _registered() == set()


def test_every_periodic_job_exists_and_expires() -> None:
    schedule = app.conf.beat_schedule
    assert {entry["task"] for entry in schedule.values()} - _registered() == set()
    late = [
        name for name, entry in schedule.items() if entry["options"]["expires"] > _turn(entry["schedule"])
    ]
    assert late == []


def _turn(schedule: float | crontab) -> float:
    """Return the seconds between two turns; what runs at fixed times does so at one minute of some hours."""
    return 86400 / len(schedule.hour) if isinstance(schedule, crontab) else schedule


def test_every_job_is_named_after_its_room() -> None:
    names = _registered()
    assert names
    rooms = {"common", *ROOMS}
    assert {name for name in names if name.split(".")[0] not in rooms} == set()


def test_no_job_runs_inside_its_sender() -> None:
    assert app.conf.task_always_eager is False
    assert app.conf.task_acks_late is True
    assert app.conf.accept_content == ["json"]
    assert app.conf.worker_prefetch_multiplier == 1
