"""The page on which the secretariat sees whether the platform works."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import Officer
from evidence.models import StoreRepair
from icse.common.models import OutboxMessage, QueueCanary
from icse.common.queues import STALLED_AFTER_S
from icse.watch import in_words
from media_analysis.models import PipelineRun
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.queues import queues_alive

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey_server")]

WORKS = "Everything works"


def _page(officer: Officer, name: str = "platform") -> str:
    client = Client()
    client.force_login(officer)
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_platform_that_works_says_so(cast: Cast) -> None:
    queues_alive()

    assert WORKS in _page(cast.administrator)
    assert WORKS in _page(cast.administrator, "platform_figures")


def test_queue_that_nobody_takes_from_is_named_with_what_to_do(cast: Cast) -> None:
    queues_alive()
    silent = timezone.now() - timedelta(seconds=STALLED_AFTER_S + 1)
    QueueCanary.objects.filter(queue="match").update(passed_at=silent)
    QueueCanary.objects.filter(queue="query").delete()
    page = _page(cast.administrator)

    assert "Nobody took from the queue match for 61 s. See to the workers that serve it." in page
    assert "Nobody took from the queue query yet." in page
    assert "queue analyze" not in page
    assert WORKS not in page


def test_orders_that_are_not_sent_are_told(cast: Cast) -> None:
    queues_alive()
    OutboxMessage.objects.create(
        task="test", queue="match", priority=6, created_at=timezone.now() - timedelta(minutes=5)
    )

    assert "Orders have waited 5 min to be sent." in _page(cast.administrator)


def test_full_store_is_told(cast: Cast, settings: Any) -> None:
    queues_alive()
    settings.STORAGE_RESERVE = 1 << 60

    assert "uploads are refused. Make room." in _page(cast.administrator)


def test_repairs_of_the_store_are_told_and_what_is_missing_is_in_the_way(cast: Cast) -> None:
    queues_alive()
    StoreRepair.objects.create(kind="unknown", shelf="originals", number=2)
    StoreRepair.objects.create(kind="unknown", shelf="derivatives", number=3)
    StoreRepair.objects.create(
        kind="unknown", number=100, happened_at=timezone.now() - timedelta(days=1, hours=1)
    )
    mended = _page(cast.administrator)
    StoreRepair.objects.create(kind="missing", shelf="originals", number=1)
    page = _page(cast.administrator)

    assert "Objects that nobody knows of, set aside: 5" in mended
    assert WORKS in mended
    assert "1 object is missing from the store: `manage.py mend_store`." in page
    assert WORKS not in page


def test_broker_that_is_away_is_told_and_breaks_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    queues_alive()
    monkeypatch.setattr("icse.figures.waiting_in", _away)
    page = _page(cast.administrator)

    assert "The broker does not answer." in page
    assert "unknown" in page


def _away(_: str) -> int:
    raise OperationalError


def test_figures_are_sums_and_name_nobody(cast: Cast) -> None:
    queues_alive()
    torn = submitted(cast.owner, file_name="torn.jpg")
    PipelineRun.objects.create(material=torn, state="quarantined", priority=6)
    page = _page(cast.administrator)

    assert "<dt>Set aside</dt> <dd> 1 </dd>" in page
    assert "1 file, 1.2" in page
    assert not [word for word in ("torn.jpg", str(torn.pk), cast.owner.email) if word in page]


@pytest.mark.parametrize("part", ["owner", "analyst", "national_administrator", "auditor"])
def test_nobody_else_sees_it(cast: Cast, part: str) -> None:
    client = Client()
    client.force_login(getattr(cast, part))

    assert client.get(reverse("platform")).status_code == 403
    assert client.get(reverse("platform_figures")).status_code == 403


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2 h"), (float("inf"), "never")],
)
def test_age_is_told_as_a_glance_takes_it_in(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
