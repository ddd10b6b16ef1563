"""The log on the screen, as CSV and over the API: everybody their part, narrowed by the address."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.audit.models import InboxEvent, Outcome, SealedEvent
from accounts.audit.objects import FINDERS, addresses_of
from accounts.audit.recording import record
from accounts.audit.sealing import seal
from accounts.models import Officer
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.forum import TopicFactory
from tests.factories.series import SeriesFactory
from tests.world import body_of

pytestmark = pytest.mark.django_db

EVERYBODY = ("owner", "partner", "national_administrator", "auditor", "administrator")


@pytest.fixture
def told(cast: Cast) -> None:
    """Put one act of an owner, a colleague and a partner on record, and seal them."""
    for officer in (cast.owner, cast.colleague, cast.partner):
        record("material.viewed", uuid4(), by=officer, right="material.see", tab="faces")
    seal()


def _signed_in(officer: Officer) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(officer)
    return client


def _rows(client: Client, **asked: Any) -> list[dict[str, str]]:
    answer = client.get(reverse("audit_export"), asked)
    return list(csv.DictReader(io.StringIO(body_of(answer))))


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("part", "count"),
    [("owner", 1), ("partner", 1), ("third", 0), ("national_administrator", 2), ("auditor", 3)],
)
def test_page_file_and_api_show_the_same_part(cast: Cast, part: str, count: int) -> None:
    client = _signed_in(getattr(cast, part))

    assert len(client.get(reverse("audit")).context["lines"]) == count
    assert len(_rows(client)) == count
    assert len(client.get(reverse("api_audit")).json()["results"]) == count


@pytest.mark.parametrize("part", EVERYBODY)
def test_reading_the_log_is_on_record(cast: Cast, part: str) -> None:
    client = _signed_in(getattr(cast, part))
    client.get(reverse("audit"), {"act": "search.asked"})
    _rows(client, outcome="refused")
    client.get(reverse("api_audit"), {"address": "192.0.2.9"})

    events = InboxEvent.objects.order_by("happened_at").values_list("act", "detail")
    assert list(events) == [
        ("audit.viewed", {"asked": {"act": "search.asked"}}),
        ("audit.exported", {"asked": {"outcome": "refused"}}),
        ("audit.viewed", {"asked": {"address": "192.0.2.9"}}),
    ]


def test_each_filter_narrows(cast: Cast) -> None:
    seen, other = uuid4(), uuid4()
    record("material.viewed", seen, by=cast.owner)
    record("match.viewed", other, seen, by=cast.partner)
    record("access.refused", other, by=cast.partner, outcome=Outcome.REFUSED)
    seal()
    client = _signed_in(cast.auditor)

    def acts(**asked: Any) -> list[str]:
        return sorted(row["act"] for row in _rows(client, **asked))

    today = datetime.now(tz=UTC).date().isoformat()
    assert acts(officer=cast.partner.pk) == ["access.refused", "match.viewed"]
    assert acts(country=cast.owner.unit.country_id) == ["material.viewed"]
    assert acts(object=seen) == ["match.viewed", "material.viewed"]
    assert acts(outcome="refused") == ["access.refused"]
    assert acts(act="match.viewed") == ["match.viewed"]
    assert acts(begin=today, end=today) == ["access.refused", "match.viewed", "material.viewed"]
    assert acts(end="2020-01-01") == acts(begin="9000-01-01") == acts(address="192.0.2.1") == []


def test_older_events_follow_place_by_place(cast: Cast) -> None:
    for number in range(60):
        record("material.viewed", uuid4(), by=cast.owner, place=number)
    seal()
    client = _signed_in(cast.owner)
    first = client.get(reverse("audit"))
    second = client.get(reverse("audit"), {"after": first.context["older"]})

    shown = [line.event.pk for page in (first, second) for line in page.context["lines"]]
    assert len(shown) == len(set(shown)) == 60
    assert second.context["older"] is None


def test_criteria_that_make_no_sense_are_said_and_show_nothing(cast: Cast, told: None) -> None:
    client = _signed_in(cast.auditor)

    assert "Enter a valid UUID" in client.get(reverse("audit"), {"object": "x"}).content.decode()
    assert client.get(reverse("api_audit"), {"object": "x"}).status_code == 400
    assert "text/html" in client.get(reverse("audit_export"), {"object": "x"})["Content-Type"]


def test_objects_lead_to_their_pages_only_whom_they_are_shared_with(cast: Cast) -> None:
    material = submitted(cast.owner)
    series = SeriesFactory.create(created_by=cast.owner)
    topic = TopicFactory.create(series=series)
    ids = [material.pk, series.pk, topic.pk, uuid4()]

    assert set(addresses_of(cast.owner, ids)) == set(ids[:3])
    assert set(FINDERS) == {"material", "series", "topic"}
    for part in ("third", "auditor", "national_administrator", "administrator"):
        assert addresses_of(getattr(cast, part), ids) == {}


def test_auditor_reads_ids_and_no_name_of_material(cast: Cast) -> None:
    photo = submitted(cast.owner, file_name="only-the-owner-knows.jpg")
    _signed_in(cast.owner).get(reverse("material", args=[photo.pk]))
    seal()
    page = _signed_in(cast.auditor).get(reverse("audit")).content.decode()

    assert str(photo.pk) in page
    assert "only-the-owner-knows" not in page
    assert reverse("material", args=[photo.pk]) not in page


def test_witness_keeps_a_file_that_the_command_accepts(
    cast: Cast, told: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("seal_audit", "--once")
    record("sign_in", by=cast.owner)
    call_command("seal_audit", "--once")
    kept = {}
    for part in ("owner", "partner", "auditor"):
        answer = _signed_in(getattr(cast, part)).get(reverse("audit_checkpoints_file"))
        kept[part] = answer.content.decode().count("\nicse/audit/")
        (tmp_path / part).write_bytes(answer.content)
        call_command("verify_audit", "--witness", str(tmp_path / part))

    assert kept == {"owner": 2, "partner": 1, "auditor": 3}
    assert capsys.readouterr().out.count("events hold.") == 3


def test_checkpoints_of_another_country_are_not_listed(cast: Cast, told: None) -> None:
    call_command("seal_audit", "--once")
    chains = {
        part: {each.chain for each in _listed(getattr(cast, part))} for part in ("owner", "third", "auditor")
    }

    assert chains["owner"] == {cast.owner.unit.country_id}
    assert chains["third"] == set()
    assert len(chains["auditor"]) == 2


def _listed(officer: Officer) -> Any:
    return _signed_in(officer).get(reverse("audit_checkpoints")).context["checkpoints"]


def test_rail_leads_auditors_to_the_log(cast: Cast) -> None:
    page = _signed_in(cast.auditor).get(reverse("audit")).content.decode()

    assert f'<a href="{reverse("audit")}"' in page
    assert SealedEvent.objects.count() == 0
