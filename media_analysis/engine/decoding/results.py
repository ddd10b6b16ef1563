"""What comes out of the decoder."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

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


@dataclass(frozen=True, slots=True, eq=False)
class ArchiveMember:
    """A file in an archive; `content` stands at its beginning and is gone with the next member.

    Without content, `reason` is one of `MEMBER_REASONS`.
    """

    name: str  # a path with `/`, led to by the names of the archives around it
    size: int
    content: BinaryIO | None
    reason: str = ""


MEMBER_REASONS: Final = {
    "unsafe_name": "Its name leads out of the archive.",
    "no_file": "It is a link or a device, not a file.",
    "encrypted": "It is encrypted: unpack the archive with its password and hand in what is inside.",
    "unknown_compression": "It is packed in a way that is not read here.",
    "damaged": "It is damaged and cannot be unpacked.",
    "too_deep": "It is an archive too deep inside of others: hand it in by itself.",
}


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
