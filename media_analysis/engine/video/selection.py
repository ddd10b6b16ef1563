"""Leave out frames that show nothing new."""

from collections.abc import Iterable, Iterator
from typing import Final

from media_analysis.engine.decoding.results import VideoFrame
from media_analysis.engine.video.signatures import Signature, greatest_change, sign

# Gray levels, of the cell that changed most. The noise of a standing camera, coded, stays at 3 or below; a
# thing of 32 px that moves in a frame of 1024 px changes a cell by 5 to 50 (bench/bench_shots.py). A mean
# over the frame, or a hash of it, would not see a child walk through a room.
MOST_UNSEEN_CHANGE: Final = 4


class RepeatFilter:
    """Tells which frames show what the last kept one showed."""

    def __init__(self) -> None:
        self._kept: Signature | None = None

    def is_new(self, frame: VideoFrame) -> bool:
        """Return whether a frame differs from the last one of which this was true."""
        signature = sign(frame.pixels)
        if self._kept is not None and greatest_change(self._kept, signature) <= MOST_UNSEEN_CHANGE:
            return False
        self._kept = signature
        return True


def select_frames(frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    """Yield the frames that differ from the last one yielded."""
    repeats = RepeatFilter()
    return (frame for frame in frames if repeats.is_new(frame))
