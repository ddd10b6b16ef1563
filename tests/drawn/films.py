"""Drawn films: a camera that moves through drawn rooms, written by any codec."""

import io
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import cast

import av
import numpy as np

from tests.drawn.rooms import Camera, Pixels, Room, drawn_room, photograph

FRAMES_PER_SECOND = 10
SIZE = (480, 320)


def walk(room: int, seconds: float, *, start_s: float = 0.0) -> list[Pixels]:
    """Return the frames of a camera that moves along a room, and back when it comes to its end."""
    places = np.arange(round(seconds * FRAMES_PER_SECOND)) / FRAMES_PER_SECOND + start_s
    return [_seen(room, float(at)) for at in places]


def still(room: int, seconds: float) -> list[Pixels]:
    """Return the frames of a camera that stands before a room."""
    frame = _seen(room, 0.0)
    return [frame] * round(seconds * FRAMES_PER_SECOND)


def black(seconds: float) -> list[Pixels]:
    """Return frames without a picture."""
    return [np.zeros((SIZE[1], SIZE[0], 3), np.uint8)] * round(seconds * FRAMES_PER_SECOND)


def film(frames: Iterable[Pixels], *, container: str = "mp4", codec: str = "libx264", crf: int = 23) -> bytes:
    """Return frames as a video file of ten a second."""
    stream, drawn = io.BytesIO(), [np.ascontiguousarray(frame) for frame in frames]
    with av.open(stream, "w", format=container) as output:
        track = cast("av.VideoStream", output.add_stream(codec, rate=Fraction(FRAMES_PER_SECOND)))
        track.options = {"crf": str(crf), "g": "20"}
        track.height, track.width = drawn[0].shape[:2]
        track.pix_fmt = "yuv420p"
        for frame in drawn:
            output.mux(track.encode(av.VideoFrame.from_ndarray(frame)))
        output.mux(track.encode(None))
    return stream.getvalue()


@lru_cache(maxsize=8)
def _room(seed: int) -> Room:
    return drawn_room(seed)


def _seen(room: int, at_s: float) -> Pixels:
    width, height = SIZE
    camera = Camera(right=0.6 * float(np.sin(at_s / 2)), distance=2.6 + 0.4 * float(np.cos(at_s / 3)))
    return photograph(_room(room), camera, width=width, height=height, noise_seed=round(at_s * 10))
