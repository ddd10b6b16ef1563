"""The demo's files hold what they are handed in for."""

from io import BytesIO

import av
import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import IFD, Base

from icse.demo import film, pictures
from icse.demo.patterns import Surface
from icse.demo.pictures import Camera
from icse.demo.rooms import Taste, Viewpoint, furnished, seen_from

CAMERA = Camera("Halden", "Halden H2", "H2-0048213")


@pytest.fixture(scope="module")
def room() -> Surface:
    """Draw one small room."""
    taste = Taste(3, "leaf", (200, 210, 190), (80, 90, 40))
    return seen_from(furnished(taste), Viewpoint(), width=320, height=240)


def _opened(jpeg: bytes) -> Image.Image:
    return Image.open(BytesIO(jpeg))


def test_camera_writes_its_serial_number(room: Surface) -> None:
    taken = pictures.photo(room, CAMERA.writes("2026:03:14 16:05:22", "+01:00"))
    detail = _opened(taken).getexif().get_ifd(IFD.Exif)
    assert detail[Base.BodySerialNumber] == CAMERA.body_serial
    assert detail[Base.OffsetTimeOriginal] == "+01:00"


def test_photo_without_metadata_has_the_same_pixels_in_other_bytes(room: Surface) -> None:
    taken = pictures.photo(room, CAMERA.writes("2026:03:14 16:05:22", "+01:00"))
    stripped = pictures.without_metadata(taken)
    assert len(stripped) < len(taken)
    assert not _opened(stripped).getexif()
    assert np.array_equal(np.asarray(_opened(stripped)), np.asarray(_opened(taken)))


def test_same_view_is_drawn_alike_every_time(room: Surface) -> None:
    taste = Taste(3, "leaf", (200, 210, 190), (80, 90, 40))
    assert np.array_equal(room, seen_from(furnished(taste), Viewpoint(), width=320, height=240))


def test_film_holds_every_frame(room: Surface) -> None:
    frame = np.asarray(Image.fromarray(room).resize((film.WIDTH, film.HEIGHT)))
    encoded = film.encoded([frame] * 5)
    with av.open(BytesIO(encoded), "r") as container:
        assert len(list(container.decode(video=0))) == 5
