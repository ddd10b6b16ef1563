"""What stood still is discarded, and nothing else is."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from evidence.models import StoreRepair, Submission
from evidence.uploads.models import Batch, Upload
from evidence.uploads.parts import parts
from evidence.uploads.reaping import reap_uploads
from icse.common.sealing import new_key
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.integration.uploads.sending import begin, new_picture, open_batch, send, standing

pytestmark = pytest.mark.django_db

LATER = timezone.now() + timedelta(days=8)


@pytest.fixture
def client(client: Client, cast: Cast) -> Client:
    """Return the owner's client."""
    client.force_login(cast.owner)
    return client


@pytest.fixture(autouse=True)
def _no_parts_of_others() -> Iterator[None]:
    for upload in parts().list_all():
        parts().delete(upload)
    yield
    for upload in parts().list_all():
        parts().delete(upload)


def _id_of(place: str) -> UUID:
    return UUID(place.rstrip("/").rpartition("/")[2])


def _age(upload: UUID) -> None:
    before = time.time() - 2 * 3600
    os.utime(Path(settings.EVIDENCE_DIR) / "uploads" / str(upload), (before, before))


def test_upload_that_stood_still_is_discarded(client: Client, as_engine: RoleSwitch) -> None:
    place = begin(client, 1000)
    send(client, place, b"\xff\xd8\xff")

    with as_engine():
        assert reap_uploads() == 0
        assert reap_uploads(now=LATER) == 1

    assert standing(client, place).status_code == 410
    assert parts().list_all() == {}
    assert StoreRepair.objects.get().kind == "expired"


def test_upload_that_is_being_sent_is_left_to_its_sender(client: Client, as_engine: RoleSwitch) -> None:
    place = begin(client, 1000)
    with parts().locked(_id_of(place)), as_engine():
        assert reap_uploads(now=LATER) == 0
    assert Upload.objects.get().state == "open"


def test_stray_part_is_deleted_once_it_is_old(client: Client, as_engine: RoleSwitch) -> None:
    """A crash between the commit of a submission and the removal of its part."""
    wanted, stray, young = _id_of(begin(client, 1000)), uuid4(), uuid4()
    for upload in (stray, young):
        parts().create(upload, new_key())
    _age(stray)
    _age(wanted)

    with as_engine():
        reap_uploads()

    assert parts().list_all().keys() == {wanted, young}


def test_old_batches_are_forgotten_and_their_submissions_stay(client: Client, as_engine: RoleSwitch) -> None:
    content = new_picture()
    send(client, begin(client, len(content)), content)
    unfinished = open_batch(client)
    begin(client, 1000, batch=unfinished)
    Batch.objects.update(opened_at=timezone.now() - timedelta(days=91))

    with as_engine():
        reap_uploads()

    assert [str(each.pk) for each in Batch.objects.all()] == [unfinished]
    assert Submission.objects.count() == 1
