"""The demo's short video: two drawn shots, H.264 in MP4."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from io import BytesIO
from typing import Final

import av
import numpy as np

from icse.demo.patterns import Surface
from icse.demo.rooms import Room, Viewpoint, seen_from, toy

WIDTH: Final = 800
HEIGHT: Final = 600
FRAMES_PER_SECOND: Final = 12
SHOT_SECONDS: Final = 4

_FRAMES = FRAMES_PER_SECOND * SHOT_SECONDS


def pan(room: Room) -> Iterator[Surface]:
    """Yield a shot in which the camera turns slowly to the right."""
    for number, share in enumerate(np.linspace(-1, 1, _FRAMES)):
        viewpoint = Viewpoint(x=0.15 * share, yaw=4 * share)
        yield _frame(room, viewpoint, number)


def passage(room: Room) -> Iterator[Surface]:
    """Yield a shot in which a toy cart rolls across the floor before a camera that stands still."""
    for number, share in enumerate(np.linspace(0, 1, _FRAMES)):
        furnished = room + toy(-0.6 + 1.6 * share, 0.5)
        yield _frame(furnished, Viewpoint(pitch=9), number)


def _frame(room: Room, viewpoint: Viewpoint, number: int) -> Surface:
    return seen_from(room, viewpoint, width=WIDTH, height=HEIGHT, seed=number, smoothing=1)


def encoded(frames: Iterable[Surface]) -> bytes:
    """Return RGB frames as an MP4 file."""
    written = BytesIO()
    with av.open(written, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(FRAMES_PER_SECOND))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"crf": "20", "preset": "veryfast", "threads": "1"}
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode(None))
    return written.getvalue()
