"""Whether files that are handed in now will be analyzed, and the figures of whoever runs the platform."""

import threading
import time
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery.signals import task_postrun, task_prerun
from django.conf import settings
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from evidence.keys import key_holder
from evidence.models import StoreRepair
from icse.celery import app
from icse.common.canaries import LONG_TASKS
from icse.common.models import OutboxMessage, QueueCanary
from icse.common.queues import QUEUES, STALLED_AFTER_S
from icse.common.tasks import pass_canary
from media_analysis.models import PipelineRun
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.factories.evidence import submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey_server")]


def _all_pass(as_engine: RoleSwitch) -> None:
    with as_engine():
        for queue in QUEUES:
            pass_canary(queue)


def _figures(client: Client) -> dict[tuple[str, str], float]:
    """Return each figure by its name and label."""
    text = client.get("/metrics").content.decode()
    samples = (each for family in text_string_to_metric_families(text) for each in family.samples)
    return {(each.name, "".join(each.labels.values())): each.value for each in samples}


def test_platform_is_ready_once_something_came_through_every_queue(
    client: Client, as_engine: RoleSwitch
) -> None:
    before = client.get("/readyz")
    _all_pass(as_engine)
    after = client.get("/readyz")

    assert (before.status_code, before.json()["queue analyze"]) == (503, "failing")
    assert (after.status_code, after.json()["status"]) == (200, "ok")


def test_queue_that_nobody_takes_from_is_named_within_a_minute(client: Client, as_engine: RoleSwitch) -> None:
    _all_pass(as_engine)
    late = timezone.now() - timedelta(seconds=STALLED_AFTER_S + 1)
    QueueCanary.objects.filter(queue="match").update(passed_at=late)
    told = client.get("/readyz").json()

    assert {name for name, word in told.items() if word == "failing"} == {"status", "queue match"}


@pytest.mark.django_db(transaction=True)
def test_long_task_speaks_for_its_queue_until_it_ends(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LONG_TASKS, "_every_s", 0.02)
    task = SimpleNamespace(request=SimpleNamespace(delivery_info={"routing_key": "analyze"}))
    silent = client.get("/readyz").json()["queue analyze"]
    task_prerun.send(None, task_id="1", task=task)
    deadline = time.monotonic() + 30
    while not QueueCanary.objects.filter(queue="analyze").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    spoken = client.get("/readyz").json()["queue analyze"]
    task_postrun.send(None, task_id="1", task=task)
    for thread in threading.enumerate():
        if thread.name == "sign of life of analyze":
            thread.join()
    QueueCanary.objects.all().delete()
    time.sleep(0.1)

    assert (silent, spoken) == ("failing", "ok")
    assert not QueueCanary.objects.exists()


def test_every_queue_is_sent_a_canary_ahead_of_its_work() -> None:
    sent = {
        entry["options"]["queue"]: entry
        for entry in app.conf.beat_schedule.values()
        if entry["task"] == "common.pass_canary"
    }

    assert set(sent) == set(QUEUES)
    assert all(entry["schedule"] * 2 < STALLED_AFTER_S for entry in sent.values())
    assert all(entry["options"]["priority"] == 0 for entry in sent.values())


def test_full_store_is_not_ready(client: Client, as_engine: RoleSwitch, settings: Any) -> None:
    _all_pass(as_engine)
    settings.STORAGE_RESERVE = 1 << 60

    assert client.get("/readyz").json()["store"] == "failing"


def test_missing_keys_are_named(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/readyz").json()["keys"] == "ok"
    monkeypatch.setattr(settings, "KEY_FILE", tmp_path / "nowhere")
    key_holder.cache_clear()
    try:
        assert client.get("/readyz").json()["keys"] == "failing"
        assert "icse_keys_there 0" in client.get("/metrics").content.decode()
    finally:
        key_holder.cache_clear()


def test_metrics_count_what_waits_what_was_set_aside_and_what_is_stored(client: Client, cast: Cast) -> None:
    photo, damaged = submitted(cast.owner), submitted(cast.partner)
    PipelineRun.objects.create(material=photo, state="received", priority=6)
    PipelineRun.objects.create(material=damaged, state="quarantined", priority=6)
    StoreRepair.objects.create(kind="missing", number=4)
    OutboxMessage.objects.all().delete()
    OutboxMessage.objects.create(
        task="test", queue="match", priority=6, created_at=timezone.now() - timedelta(minutes=5)
    )
    figures = _figures(client)

    assert figures["icse_runs", "received"] == figures["icse_runs", "quarantined"] == 1
    assert figures["icse_stored_files", "originals"] == 2
    assert figures["icse_stored_bytes", "originals"] == photo.size + damaged.size
    assert figures["icse_store_missing", ""] == 4
    assert figures["icse_outbox_waiting", ""] == 1
    assert 300 <= figures["icse_outbox_age_seconds", ""] < 330
    assert figures["icse_queue_canary_age_seconds", "analyze"] == float("inf")
    assert figures["icse_queue_waiting", "analyze"] >= 0


def test_metrics_name_no_country_officer_or_file(client: Client, cast: Cast) -> None:
    material = submitted(cast.owner, file_name="telling.jpg")
    text = client.get("/metrics").content.decode()

    assert not [word for word in ("telling", str(material.pk), cast.owner.email, "AA") if word in text]


@pytest.mark.parametrize("networks", [[], [ip_network("10.0.0.0/8")]])
def test_metrics_are_no_page_to_other_networks(client: Client, settings: Any, networks: list[Any]) -> None:
    settings.METRICS_NETWORKS = networks

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 404
