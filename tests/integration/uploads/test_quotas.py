"""How much an officer and a country may send: told before a byte is sent, counted without being shown."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from evidence.models import Intake, Submission
from evidence.uploads import policies
from evidence.uploads.models import Upload
from tests.cast import Cast
from tests.integration.uploads.sending import announce, begin, new_picture, open_batch, send

pytestmark = pytest.mark.django_db


def _client(officer: Any) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def test_received_bytes_are_counted_whichever_way_they_came(cast: Cast) -> None:
    client = _client(cast.owner)
    first, second = new_picture(), new_picture()
    send(client, begin(client, len(first)), first)
    upload = io.BytesIO(second)
    upload.name = "room.jpg"
    client.post("/api/v1/submissions/", {"file": upload})

    intake = Intake.objects.get()
    assert (intake.officer, intake.files, intake.bytes) == (cast.owner, 2, len(first) + len(second))


def test_day_of_an_officer_that_is_full(cast: Cast, settings: Any) -> None:
    settings.UPLOAD_OFFICER_DAY = 10_000
    client = _client(cast.owner)
    batch = open_batch(client)
    begin(client, 6000, batch=batch)  # announced counts, not only what has arrived

    answer = announce(client, 4001, batch=batch)

    assert (answer.status_code, answer.json()["error"]["reason"]) == (429, "day_full")
    assert announce(client, 4000, batch=batch).status_code == 201
    assert (
        announce(_client(cast.colleague), 4001, batch=open_batch(_client(cast.colleague))).status_code == 201
    )


def test_day_of_a_country_that_is_full(cast: Cast, settings: Any) -> None:
    settings.UPLOAD_COUNTRY_DAY = 10_000
    begin(_client(cast.owner), 6000)
    colleague, partner = _client(cast.colleague), _client(cast.partner)

    answer = announce(colleague, 4001, batch=open_batch(colleague))

    assert answer.status_code == 429
    assert "Your country" in answer.json()["error"]["message"]
    assert announce(partner, 4001, batch=open_batch(partner)).status_code == 201


def test_full_day_refuses_the_other_way_in_as_well(cast: Cast, settings: Any) -> None:
    settings.UPLOAD_OFFICER_DAY = 100
    upload = io.BytesIO(new_picture())
    upload.name = "room.jpg"

    answer = _client(cast.owner).post("/api/v1/submissions/", {"file": upload})

    assert answer.status_code == 429
    assert not Submission.objects.exists()


def test_yesterday_does_not_count(cast: Cast, settings: Any) -> None:
    settings.UPLOAD_OFFICER_DAY = 1000
    yesterday = timezone.now().date() - timedelta(days=1)
    Intake.objects.create(country=cast.owner.unit.country, officer=cast.owner, day=yesterday, bytes=999)
    client = _client(cast.owner)
    assert announce(client, 900, batch=open_batch(client)).status_code == 201


def test_too_many_files_on_their_way(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "OPEN_OF_OFFICER", 2)
    monkeypatch.setattr(policies, "OPEN_OF_COUNTRY", 3)
    owner, colleague = _client(cast.owner), _client(cast.colleague)
    batch = open_batch(owner)
    begin(owner, 1000, batch=batch)
    begin(owner, 1000, batch=batch)

    third = announce(owner, 1000, batch=batch)

    assert (third.status_code, third.json()["error"]["reason"]) == (429, "too_many_open")
    begin(colleague, 1000)
    assert announce(colleague, 1000, batch=open_batch(colleague)).status_code == 429
    Upload.objects.filter(officer=cast.owner).update(state="refused")
    assert announce(owner, 1000, batch=batch).status_code == 201
