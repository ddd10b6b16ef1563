"""The demo case: which country hands in which file, and with whom it is shared.

Benign throughout: drawn rooms, two portraits in the public domain, and edited copies of them. Together
they hold every kind of match: identical, copy, near in time, frame, face, scene and device.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID, uuid4

from accounts.models import Officer, Sharing
from evidence.models import LegalBasis, Priority
from evidence.receiving import ReceivedFile, Receiver
from evidence.services import SubmissionDetails, receive_file
from evidence.store import store
from icse.demo import film, pictures
from icse.demo.officers import NORLAND, SUNDRIA, VESTMARK
from icse.demo.patterns import Surface
from icse.demo.pictures import PORTRAITS, Camera
from icse.demo.rooms import Room, Taste, Viewpoint, furnished, seen_from, toy

WIDTH: Final = 1600
HEIGHT: Final = 1200

# One camera that took photos which two countries hold, and another one.
TRAVELLING: Final = Camera("Halden", "Halden H2", "H2-0048213")
OTHER: Final = Camera("Sorley", "Sorley 40 Pro", "S40-771902")

_BLUE: Final = Taste(11, "flower", (196, 214, 226), (70, 100, 150))
_OCHRE: Final = Taste(42, "ring", (226, 218, 190), (150, 90, 60))
_GREEN: Final = Taste(73, "trellis", (206, 220, 196), (72, 118, 82))
_ROSE: Final = Taste(114, "leaf", (232, 210, 208), (158, 76, 96))

_BACKGROUND: Final = {
    NORLAND: ("DEMO-N-2026-014", LegalBasis.SEIZURE_ORDER),
    SUNDRIA: ("DEMO-S-0331", LegalBasis.CRIMINAL_INVESTIGATION),
    VESTMARK: ("DEMO-V-77", LegalBasis.HOTLINE_REPORT),
}


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A file that a country hands in, under the path at which it was found."""

    country: str
    path: str
    content: bytes
    sharing: Sharing = Sharing.MEMBERS
    priority: Priority = Priority.ROUTINE


def exhibits() -> Iterator[Exhibit]:
    """Draw the case and yield its files: in an order by which the kinds of match appear early."""
    return chain(_of_portraits(), _of_moments(), _of_film(), _of_blue_room(), _of_other_rooms())


def hand_in(officers: Mapping[str, Officer], files: list[Exhibit]) -> int:
    """Hand the files in, each as the officer of its country, and return how many there were.

    Raises:
        AccessDenied: One of the officers may not hand in material.
    """
    batches = {country: uuid4() for country in officers}
    for exhibit in files:
        receive_file(
            by=officers[exhibit.country],
            upload=_received(exhibit),
            details=_details(exhibit, batches[exhibit.country]),
        )
    return len(files)


def _received(exhibit: Exhibit) -> ReceivedFile:
    receiver = Receiver(store(), PurePosixPath(exhibit.path).name)
    receiver.write(exhibit.content)
    return receiver.finish()


def _details(exhibit: Exhibit, batch: UUID) -> SubmissionDetails:
    case_reference, legal_basis = _BACKGROUND[exhibit.country]
    return SubmissionDetails(
        source_path=exhibit.path,
        case_reference=case_reference,
        legal_basis=legal_basis,
        priority=exhibit.priority,
        sharing=exhibit.sharing,
        batch=batch,
    )


def _of_blue_room() -> Iterator[Exhibit]:
    """One photo, its edited copies in three countries, and the same room from the other side."""
    room = furnished(_BLUE)
    pixels = _taken(room, Viewpoint(x=-0.2, yaw=-4))
    taken = pictures.photo(pixels, TRAVELLING.writes("2026:03:14 16:05:22", "+01:00"))
    aside = _taken(room, Viewpoint(x=0.9, z=-1.2, yaw=-14))
    national = Sharing.NATIONAL
    yield Exhibit(NORLAND, "DCIM/100HALDN/HAL_0412.jpg", taken)
    yield Exhibit(NORLAND, "Downloads/room-cut.jpg", pictures.cropped(pixels))
    yield Exhibit(NORLAND, "Downloads/room-flip.jpg", pictures.mirrored(pixels), national)
    yield Exhibit(SUNDRIA, "chat/IMG-20260402-0007.jpg", pictures.shrunk(pixels), national)
    yield Exhibit(SUNDRIA, "chat/IMG-20260402-0009.jpg", pictures.greyed(pixels))
    captioned = pictures.framed_with_caption(pixels, "the blue room, spring")
    yield Exhibit(VESTMARK, "report-77/attachment-1.jpg", captioned)
    yield Exhibit(VESTMARK, "report-77/attachment-2.jpg", pictures.without_metadata(taken))
    other_camera = OTHER.writes("2026:03:20 09:41:07", "+02:00")
    yield Exhibit(SUNDRIA, "phone/S40_20260320_094107.jpg", pictures.photo(aside, other_camera))


def _of_other_rooms() -> Iterator[Exhibit]:
    """A second room by the first camera, and one of which only its own country may know."""
    ochre, rose = furnished(_OCHRE), furnished(_ROSE)
    first = _taken(ochre, Viewpoint(x=-0.6, yaw=8))
    second = _taken(ochre, Viewpoint(x=0.7, yaw=-9, z=-1.3))
    closed = _taken(rose, Viewpoint(x=0.3, yaw=-5))
    same_camera = TRAVELLING.writes("2026:03:27 18:22:40", "+01:00")
    urgent = Priority.URGENT
    yield Exhibit(SUNDRIA, "card/HAL_0533.jpg", pictures.photo(first, same_camera), priority=urgent)
    yield Exhibit(SUNDRIA, "card/HAL_0534.jpg", pictures.photo(second), Sharing.NATIONAL)
    later = TRAVELLING.writes("2026:04:02 11:03:15", "+01:00")
    yield Exhibit(VESTMARK, "seized/HAL_0590.jpg", pictures.photo(closed, later), Sharing.NATIONAL)


def _of_moments() -> Iterator[Exhibit]:
    """Two photos of one burst: the same room, a moment later."""
    room = furnished(_ROSE)
    for number, shift in enumerate((0.0, 0.14)):
        pixels = _taken(room + toy(0.1 + shift, 0.6), Viewpoint(yaw=6, pitch=8), seed=number)
        yield Exhibit(NORLAND, f"DCIM/burst/BURST_{number:03}.jpg", pictures.photo(pixels))


def _of_film() -> Iterator[Exhibit]:
    """A video of two shots, and a photo that is one of its frames."""
    green, ochre = furnished(_GREEN), furnished(_OCHRE)
    frames = [*film.pan(green), *film.passage(ochre)]
    yield Exhibit(NORLAND, "videos/clip-03.mp4", film.encoded(frames))
    middle = frames[film.FRAMES_PER_SECOND * film.SHOT_SECONDS // 2]
    yield Exhibit(SUNDRIA, "chat/still.jpg", pictures.photo(middle))


def _of_portraits() -> Iterator[Exhibit]:
    """The same adult in two photos, years apart."""
    first, second = ((PORTRAITS / f"portrait_{number}.jpg").read_bytes() for number in (1, 2))
    yield Exhibit(NORLAND, "Pictures/portrait-garden.jpg", first)
    yield Exhibit(VESTMARK, "report-81/portrait.jpg", second)


def _taken(room: Room, viewpoint: Viewpoint, *, seed: int = 0) -> Surface:
    return seen_from(room, viewpoint, width=WIDTH, height=HEIGHT, seed=seed)
