"""Divide a run of frames into shots, and keep of each the frame that shows most."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2

from media_analysis.engine.decoding.results import VideoFrame
from media_analysis.engine.pictures import Picture
from media_analysis.engine.video.signatures import Signature, colour_distance, sign, structure_distance

# At two frames a second the known cuts of the clips change colours by 0.40 or more, a car that passes before
# the camera by 0.34 (bench/bench_shots.py). A flash changes colours but not structure, hence both.
CUT_COLOURS: Final = 0.36
CUT_STRUCTURE: Final = 0.20
# Two unrelated photographs differ by 0.55 at least (121 pairs): a shot that has moved on as far as this from
# its first frame, by a pan or a fade, shows another view.
VIEW_COLOURS: Final = 0.50

_SHARPNESS_SIDE: Final = 320


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """Frames without a cut between them, and the sharpest of them."""

    start_s: float  # time of its first sampled frame
    end_s: float  # and of its last
    frame: VideoFrame


class ShotFinder:
    """Finds the shots in frames that are shown to it one after the other; it keeps one frame only."""

    def __init__(self) -> None:
        self._shot: Shot | None = None
        self._sharpness = 0.0
        self._first: Signature | None = None
        self._last: Signature | None = None

    def add(self, frame: VideoFrame) -> Shot | None:
        """Look at the next frame; return the shot before it if this one begins another."""
        signature = sign(frame.pixels)
        ended = self._shot if self._begins_shot(signature) else None
        if ended is not None or self._shot is None:
            self._begin(frame, signature)
        else:
            self._extend(self._shot, frame)
        self._last = signature
        return ended

    def finish(self) -> Shot | None:
        """Return the last shot, unless there was no frame at all."""
        ended, self._shot, self._first, self._last = self._shot, None, None, None
        return ended

    def _begins_shot(self, signature: Signature) -> bool:
        if self._first is None or self._last is None:
            return False
        return is_cut(self._last, signature) or is_other_view(self._first, signature)

    def _begin(self, frame: VideoFrame, signature: Signature) -> None:
        self._first, self._sharpness = signature, sharpness(frame)
        self._shot = Shot(frame.at_s, frame.at_s, frame)

    def _extend(self, shot: Shot, frame: VideoFrame) -> None:
        best = shot.frame
        if (found := sharpness(frame)) > self._sharpness:
            best, self._sharpness = frame, found
        self._shot = Shot(shot.start_s, frame.at_s, best)


def representative_frames(frames: Iterable[VideoFrame]) -> Iterator[Shot]:
    """Yield each shot with its sharpest frame, when the shot ends."""
    finder = ShotFinder()
    for frame in frames:
        if (ended := finder.add(frame)) is not None:
            yield ended
    if (last := finder.finish()) is not None:
        yield last


def is_cut(before: Signature, after: Signature) -> bool:
    """Return whether the picture changed between two neighbouring samples as only a cut changes it."""
    return (
        colour_distance(before, after) >= CUT_COLOURS and structure_distance(before, after) >= CUT_STRUCTURE
    )


def is_other_view(first: Signature, now: Signature) -> bool:
    """Return whether a shot has moved on to something else since its first frame."""
    return colour_distance(first, now) >= VIEW_COLOURS and structure_distance(first, now) >= CUT_STRUCTURE


def sharpness(frame: VideoFrame) -> float:
    """Return the variance of the Laplacian (Pech-Pacheco et al., 2000): motion blur and fades lower it."""
    gray = Picture(frame.pixels).at_long_side(_SHARPNESS_SIDE).gray
    return float(cv2.Laplacian(gray, cv2.CV_32F).var())
