"""Decode frames of a video, one at a time: all key frames, or some per second of a part."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final, cast

import av
import numpy as np
from av.container import InputContainer

from media_analysis.engine.decoding.errors import TooLarge, Unreadable
from media_analysis.engine.decoding.limits import Limits
from media_analysis.engine.decoding.results import VideoFrame
from media_analysis.engine.decoding.video_source import Video, check_size
from media_analysis.engine.pictures import Pixels

# A frame may be a rounding error early for the instant that it stands for.
_TOLERANCE_S: Final = 1e-4
_QUARTER: Final = 90


def decoded_frames(video: Video, limits: Limits) -> Iterator["av.VideoFrame"]:
    """Yield the frames that can be decoded from here on, in the order of showing.

    Damaged packets are left out. Raises Unreadable when nothing can be decoded, TooLarge for huge frames.
    """
    count = 0
    for packet in packets_of(video.container, video.stream):
        for frame in decoded_packet(packet):
            check_size(frame.width, frame.height, limits)
            count += 1
            yield frame
    if not count:
        raise Unreadable("damaged")


def key_frames(video: Video, limits: Limits, long_side: int) -> Iterator[VideoFrame]:
    """Yield every key frame, upright, reduced to `long_side`; nothing between them is decoded."""
    video.stream.codec_context.skip_frame = "NONKEY"
    for count, frame in enumerate(decoded_frames(video, limits)):
        if count >= limits.video_frames:
            raise TooLarge("too_many_frames")
        yield _shown(video, frame, long_side)


def sampled_frames(
    video: Video, limits: Limits, *, start_s: float, end_s: float, frames_per_second: float, long_side: int
) -> Iterator[VideoFrame]:
    """Yield the first frame at or after every 1 / `frames_per_second` from `start_s`, up to before `end_s`.

    Everything between is decoded in one pass: seeking to every instant takes twice the time of that.
    """
    if start_s > 0:
        at = round((start_s + video.start_s) / video.time_base)
        video.container.seek(at, stream=video.stream)
    sampled, count = 0, 0
    for frame in decoded_frames(video, limits):
        now = time_of(video, frame)
        if now >= end_s - _TOLERANCE_S:
            return
        if now < start_s + sampled / frames_per_second - _TOLERANCE_S:
            continue
        sampled = int((now - start_s + _TOLERANCE_S) * frames_per_second) + 1
        count += 1
        if count > limits.video_frames:
            raise TooLarge("too_many_frames")
        yield _shown(video, frame, long_side)


def time_of(video: Video, frame: "av.VideoFrame") -> float:
    """Return the time of a frame in seconds from the first one."""
    return max(0.0, float((frame.pts or 0) * video.time_base) - video.start_s)


def display_size(frame: "av.VideoFrame", stream: "av.VideoStream") -> tuple[int, int]:
    """Return (width, height) with square pixels, before rotation; old recordings store narrow ones."""
    aspect = stream.sample_aspect_ratio or Fraction(1)
    if not Fraction(1, 4) < aspect < Fraction(4):
        aspect = Fraction(1)
    return max(1, round(frame.width * aspect)), frame.height


def packets_of(
    container: InputContainer, *streams: "av.VideoStream | av.AudioStream"
) -> Iterator["av.Packet[Any]"]:
    """Yield packets up to the end or to where the file is broken."""
    packets = container.demux(*streams)
    while True:
        try:
            packet = next(packets, None)
        except av.error.InvalidDataError:
            return
        if packet is None:
            return
        yield packet


def decoded_packet(packet: "av.Packet[Any]") -> list[Any]:
    """Return the frames in a packet, none when it is damaged."""
    try:
        return list(packet.decode())
    except av.error.InvalidDataError:
        return []


def _shown(video: Video, frame: "av.VideoFrame", long_side: int) -> VideoFrame:
    width, height = display_size(frame, video.stream)
    scale = min(1.0, long_side / max(width, height))
    converted = frame.reformat(
        width=max(1, round(width * scale)),
        height=max(1, round(height * scale)),
        format="rgb24",
        interpolation="AREA",
    )
    return VideoFrame(
        pixels=_turned(cast("Pixels", converted.to_ndarray()), frame.rotation),
        at_s=time_of(video, frame),
        is_key=frame.key_frame,
    )


def _turned(pixels: Pixels, degrees: int) -> Pixels:
    """Return pixels turned counterclockwise, as the display matrix of a phone's video says."""
    quarters = round(degrees / _QUARTER) % 4
    return np.ascontiguousarray(np.rot90(pixels, quarters)) if quarters else pixels
