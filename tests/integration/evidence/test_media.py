"""Bytes for the screen: by right, in parts, and never as a document."""

from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Sharing
from evidence.models import CustodyEvent, Kind, Material
from tests.cast import Cast
from tests.factories.evidence import DerivativeFactory, submitted
from tests.kept import keep_original, kept_derivative

pytestmark = pytest.mark.django_db

CONTENT = bytes(range(256)) * 4


def stored(cast: Cast, **fields: object) -> Material:
    """Return a material of the owner whose bytes are in the store."""
    return keep_original(submitted(cast.owner, file_name='a "room".jpg', **fields), CONTENT)


@pytest.fixture
def thumbnail(cast: Cast) -> Material:
    """Return a material of the owner with a sharp thumbnail."""
    material = submitted(cast.owner)
    DerivativeFactory(material=material, kind="thumbnail", **kept_derivative(material, CONTENT))
    return material


def url(material: Material, kind: str = "thumbnail") -> str:
    """Return the address of a derivative."""
    return reverse("evidence:derivative", args=[material.pk, kind])


def test_derivative_is_sent_to_those_who_may_see_it(cast: Cast, client: Client, thumbnail: Material) -> None:
    """Forbidden and missing look the same."""
    seen = {}
    for part, officer in cast.officers():
        client.force_login(officer)
        answer = client.get(url(thumbnail))
        seen[part] = answer.status_code
        answer.getvalue()
    client.force_login(cast.owner)

    allowed = {part for part, status in seen.items() if status == HTTPStatus.OK}
    assert allowed == {"owner", "colleague", "analyst"}
    assert set(seen.values()) == {HTTPStatus.OK, HTTPStatus.NOT_FOUND}
    assert client.get(url(thumbnail, "preview")).status_code == HTTPStatus.NOT_FOUND


def test_part_of_a_derivative_is_sent(cast: Cast, client: Client, thumbnail: Material) -> None:
    """A player asks for parts, and no cache keeps any."""
    client.force_login(cast.owner)

    answer = client.get(url(thumbnail), headers={"Range": "bytes=10-19"})

    assert answer.status_code == HTTPStatus.PARTIAL_CONTENT
    assert answer.getvalue() == CONTENT[10:20]
    assert answer["Content-Range"] == f"bytes 10-19/{len(CONTENT)}"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_part_behind_the_end_is_refused(cast: Cast, client: Client, thumbnail: Material) -> None:
    """The answer says how long the object is."""
    client.force_login(cast.owner)

    answer = client.get(url(thumbnail), headers={"Range": "bytes=5000-"})

    assert answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    assert answer["Content-Range"] == f"bytes */{len(CONTENT)}"


def test_original_leaves_as_an_attachment_with_its_reason(cast: Cast, client: Client) -> None:
    """No browser opens it, and custody keeps who took it out and why."""
    material = stored(cast)
    client.force_login(cast.colleague)

    answer = client.post(reverse("evidence:original", args=[material.pk]), {"reason": "For the court in A."})

    assert answer.getvalue() == CONTENT
    assert answer["Content-Disposition"] == 'attachment; filename="a \\"room\\".jpg"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    event = CustodyEvent.objects.get(kind="exported")
    assert (event.officer, event.detail) == (cast.colleague, {"reason": "For the court in A."})


def test_original_without_a_reason_stays(cast: Cast, client: Client) -> None:
    """The officer is told what is missing."""
    material = stored(cast)
    client.force_login(cast.owner)

    answer = client.post(reverse("evidence:original", args=[material.pk]), {"reason": "  "})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not CustodyEvent.objects.filter(kind="exported").exists()


def test_video_plays_from_its_original_where_no_proxy_is_needed(cast: Cast, client: Client) -> None:
    """A photo has nothing to play, and another country finds nothing."""
    video = stored(cast, sharing=Sharing.NATIONAL)
    Material.objects.filter(pk=video.pk).update(kind=Kind.VIDEO, media_type="video/mp4")
    address = reverse("evidence:playable", args=[video.pk])
    client.force_login(cast.owner)

    answer = client.get(address)
    assert (answer.getvalue(), answer["Content-Type"]) == (CONTENT, "video/mp4")

    client.force_login(cast.partner)
    assert client.get(address).status_code == HTTPStatus.NOT_FOUND
