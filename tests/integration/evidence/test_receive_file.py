"""Taking a file in: what is written, what is told to whom."""

import hashlib
import io

import pytest
from django.test import Client
from PIL import Image

from evidence.models import CustodyEvent, Material, Submission
from evidence.store import Shelf, store
from icse.common.models import OutboxMessage
from tests.cast import Cast

pytestmark = pytest.mark.django_db

URL = "/api/v1/submissions/"


def drawn(colour: str = "steelblue") -> bytes:
    """Return a small JPEG of one colour."""
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(stream, "JPEG")
    return stream.getvalue()


def hand_in(client: Client, content: bytes, name: str = "room.jpg", **told: str):
    """Send one file as a browser does."""
    upload = io.BytesIO(content)
    upload.name = name
    return client.post(URL, {**told, "file": upload})


def test_new_file_is_stored_noted_and_ordered(cast: Cast, client: Client) -> None:
    """A first file makes material, submission, three custody lines and one order to analyze it."""
    client.force_login(cast.owner)
    content = drawn()

    answer = hand_in(client, content, case_reference="AA-2026-1", source_path="phone/DCIM/room.jpg")

    assert answer.status_code == 201, answer.content
    told = answer.json()
    digest = hashlib.sha256(content).hexdigest()
    assert told["verdict"] == "new"
    assert told["material"] | {"id": None} == {
        "id": None, "sha256": digest, "kind": "photo", "state": "received",
    }  # fmt: skip
    material = Material.objects.get()
    assert material.sha1 == hashlib.sha1(content, usedforsecurity=False).hexdigest()
    with store().open(Shelf.ORIGINALS, digest) as kept:
        assert kept.read() == content
    submission = Submission.objects.get()
    assert (submission.case_reference, submission.source_path) == ("AA-2026-1", "phone/DCIM/room.jpg")
    kinds = list(CustodyEvent.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["received", "hashed", "stored"]
    order = OutboxMessage.objects.get()
    assert order.task == "media_analysis.analyze"
    assert order.arguments["material_id"] == str(material.pk)
