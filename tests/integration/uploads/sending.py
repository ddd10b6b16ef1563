"""A client of the upload protocol for tests: it knows the wire and nothing of the platform."""

from __future__ import annotations

import io
from base64 import b64encode
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

if TYPE_CHECKING:
    from django.test import Client

UPLOADS: Final = "/api/v1/uploads/"
BATCHES: Final = "/api/v1/batches/"
VERSION: Final = {"Tus-Resumable": "1.0.0"}

_WIDTHS: Final = count(200)


def new_picture(size: int = 0) -> bytes:
    """Return a JPEG that no test has sent before, padded to a size in bytes if one is named."""
    stream = io.BytesIO()
    Image.new("RGB", (next(_WIDTHS), 48), "teal").save(stream, "JPEG")
    return stream.getvalue().ljust(size, b"\0")


def open_batch(client: Client, **told: Any) -> str:
    """Open a batch and return its id."""
    answer = client.post(BATCHES, told, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def metadata(**told: str) -> str:
    """Return what is told of a file as the header has it."""
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in told.items())


def announce(client: Client, length: int, *, batch: str, **told: str) -> Any:
    """Announce a file and return the answer."""
    headers = {
        **VERSION,
        "Upload-Length": str(length),
        "Upload-Metadata": metadata(batch=batch, **{"filename": "room.jpg", **told}),
    }
    return client.post(UPLOADS, headers=headers)


def begin(client: Client, length: int, **told: str) -> str:
    """Announce a file, in a batch of its own if none is named, and return its address."""
    batch = told.pop("batch", None) or open_batch(client)
    answer = announce(client, length, batch=batch, **told)
    assert answer.status_code == 201, answer.content
    return str(answer["Location"])


def send(client: Client, place: str, piece: bytes, offset: int | str = 0, *, checksum: str = "") -> Any:
    """Send a piece, with its checksum if one is named, and return the answer."""
    checked = {"Upload-Checksum": checksum} if checksum else {}
    return client.generic(
        "PATCH",
        place,
        piece,
        content_type="application/offset+octet-stream",
        headers={**VERSION, "Upload-Offset": str(offset), **checked},
    )


def standing(client: Client, place: str) -> Any:
    """Ask how far a file is and return the answer."""
    return client.head(place, headers=VERSION)
