"""Which sandbox is in force: said by workers, shown to the secretariat, and demanded in production."""

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from media_analysis.checks import end_without_sandbox, sandbox_is_required
from media_analysis.engine.decoding import sandbox
from media_analysis.engine.decoding.sandbox import Level
from media_analysis.models import DecoderReport
from media_analysis.queries.figures import HEARD_OF
from media_analysis.services.decoder_reports import report_decoder
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.factories.queues import queues_alive

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey_server")]


@pytest.fixture
def nothing_but_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this a machine on which no sandbox is to be had."""
    monkeypatch.setattr(sandbox, "_best_level_here", lambda: Level.LIMITS)


def _page(cast: Cast) -> str:
    queues_alive()
    client = Client()
    client.force_login(cast.administrator)
    return " ".join(client.get(reverse("platform")).content.decode().split())


def test_worker_says_in_what_it_reads(as_engine: RoleSwitch, cast: Cast, settings: Any) -> None:
    settings.DECODER_SOCKET = "/run/decoder/socket"
    with as_engine():
        report_decoder()
        report_decoder()

    assert DecoderReport.objects.get().level == "container"
    assert "in a container without network" in _page(cast)


def test_bare_decoder_is_shown_with_what_to_do(
    as_engine: RoleSwitch, cast: Cast, nothing_but_limits: None
) -> None:
    with as_engine():
        report_decoder()
    page = _page(cast)

    assert "under limits alone" in page
    assert "Install bubblewrap" in page


def test_host_that_fell_silent_is_left_out(cast: Cast) -> None:
    before = timezone.now() - HEARD_OF - timedelta(seconds=1)
    DecoderReport.objects.create(host="gone", level="limits", reported_at=before)

    assert "no worker has said yet" in _page(cast)


def test_worker_does_not_start_without_the_sandbox_that_is_required(
    nothing_but_limits: None, settings: Any
) -> None:
    settings.DECODER_SANDBOX = "required"
    with pytest.raises(SystemExit, match="bubblewrap"):
        end_without_sandbox()
    settings.DECODER_SANDBOX = "best"
    end_without_sandbox()


def test_celery_ends_with_the_reason() -> None:
    """A receiver that raises is only logged by Celery, unless it ends the process."""
    script = (
        "from icse.celery import app; import django; django.setup();"
        "from celery.signals import worker_init; from unittest import mock;"
        "from media_analysis.engine.decoding import sandbox;"
        "sandbox._best_level_here = lambda: sandbox.Level.LIMITS; worker_init.send(sender=None)"
    )
    environment = {**os.environ, "DECODER_SANDBOX": "required"}
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert "without a sandbox" in ended.stderr


def test_deployment_is_warned(settings: Any) -> None:
    settings.DECODER_SANDBOX = "required"
    assert sandbox_is_required(None) == []
    settings.DECODER_SANDBOX = "best"
    assert [each.id for each in sandbox_is_required(None)] == ["media_analysis.W001"]
