"""What comes out of the decoder."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from media_analysis.engine.pictures import Pixels

LONGEST_SIDE: Final = 2560
"""Pixels on the long side of a decoded still, at most: somewhat more than a preview shows."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedStill:
    """A photo, or the first frame of an animation, upright and reduced to a long side of at most 2560 px."""

    pixels: "Pixels"  # (height, width, 3) RGB
    width: int  # of the original, upright
    height: int
    orientation: int  # 1..8 as the file stated it in Exif (1 for HEIC); already applied to the pixels
    frame_count: int
    route: str  # library and scale: other routes give other pixels
    pixel_digest: str  # SHA-256 over route, shape and pixels


@dataclass(frozen=True, slots=True, eq=False)
class VideoFrame:
    """One frame, upright, with its time from the start of the video."""

    pixels: "Pixels"  # (height, width, 3) RGB
    at_s: float
    is_key: bool


@dataclass(frozen=True, slots=True)
class VideoPlan:
    """What a video holds and how the work on it is divided."""

    duration_s: float
    width: int  # upright
    height: int
    frame_rate: float
    video_codec: str
    audio_codec: str | None
    container: str
    key_frame_times: tuple[float, ...]
    is_web_playable: bool
    segments: tuple[tuple[float, float], ...]
