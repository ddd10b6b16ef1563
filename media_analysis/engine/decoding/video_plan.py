"""Find out what a video holds and divide the work on it, without decoding more than one frame."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO, Final

import av

from media_analysis.engine.decoding.errors import TooLarge, Unreadable
from media_analysis.engine.decoding.limits import Limits
from media_analysis.engine.decoding.results import VideoPlan
from media_analysis.engine.decoding.video_frames import decoded_frames, display_size
from media_analysis.engine.decoding.video_source import Video, opened_video

SEGMENT_SECONDS: Final = 300.0
"""Of work, not of film: a segment that is lost with its worker costs no more than that to do again."""

# 1080p at 30 frames decodes at 6 to 7 times real time on one core of the reference machine.
_PIXELS_PER_SECOND: Final = 400e6
# Hashes and faces of the one frame that is looked at per second of film.
_ANALYSIS_PER_SECOND: Final = 0.15

_MOST_FRAME_RATE: Final = 1000.0

# What Chrome, Edge, Firefox and Safari all play (MDN, "Web video codec guide").
_WEB_PLAYABLE: Final = {
    "mp4": (frozenset({"h264"}), frozenset({"aac", "mp3", None})),
    "webm": (frozenset({"vp8", "vp9"}), frozenset({"opus", "vorbis", None})),
}
_WEB_PIXELS: Final = frozenset({"yuv420p", "yuvj420p"})


@dataclass(slots=True)
class _Timeline:
    """What the packets of a stream say, in seconds from its first frame."""

    key_frame_times: list[float]
    end_s: float = 0.0
    frames: int = 0


def plan_video(source: BinaryIO, limits: Limits) -> VideoPlan:
    """Return the plan of a video. Raises Unreadable, TooLarge or Unsupported."""
    with opened_video(source, limits) as video:
        timeline = _read_timeline(video, limits)
        if timeline.end_s > limits.video_seconds:
            raise TooLarge("too_long")
        width, height = _upright_size(video, limits)
        rate = _frame_rate(video, timeline)
        return VideoPlan(
            duration_s=timeline.end_s,
            width=width,
            height=height,
            frame_rate=rate,
            video_codec=video.video_codec,
            audio_codec=video.audio_codec,
            container=video.container_name,
            key_frame_times=tuple(timeline.key_frame_times),
            is_web_playable=is_web_playable(video),
            segments=divide(timeline.end_s, timeline.key_frame_times, work_per_second(width, height, rate)),
        )


def is_web_playable(video: Video) -> bool:
    """Return whether every current browser plays the file as it is."""
    pictures, sounds = _WEB_PLAYABLE.get(video.container_name, (frozenset(), frozenset()))
    has_unknown_sound = video.audio is None and bool(video.container.streams.audio)
    return (
        video.video_codec in pictures
        and video.audio_codec in sounds
        and not has_unknown_sound
        and video.stream.codec_context.pix_fmt in _WEB_PIXELS
    )


def work_per_second(width: int, height: int, frame_rate: float) -> float:
    """Return the seconds of work, estimated, that one second of film takes."""
    return width * height * frame_rate / _PIXELS_PER_SECOND + _ANALYSIS_PER_SECOND


def divide(duration_s: float, key_frame_times: list[float], work: float) -> tuple[tuple[float, float], ...]:
    """Return segments (start, end) in seconds that cover a video, each of at most five minutes' work.

    They begin at key frames, where decoding can begin. A group of pictures longer than that stays whole.
    """
    longest = SEGMENT_SECONDS / work
    starts = [0.0]
    for at, following in pairwise([*key_frame_times, duration_s]):
        if at > starts[-1] and following - starts[-1] > longest:
            starts.append(at)
    return tuple(zip(starts, [*starts[1:], duration_s], strict=True))


def _read_timeline(video: Video, limits: Limits) -> _Timeline:
    timeline, tick, start = _Timeline([]), video.time_base, video.start_s
    try:
        for packet in video.container.demux(video.stream):
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is None:
                continue
            at = max(0.0, float(stamp * tick) - start)
            timeline.frames += 1
            timeline.end_s = max(timeline.end_s, at + float((packet.duration or 0) * tick))
            if packet.is_keyframe:
                timeline.key_frame_times.append(at)
            if timeline.frames > limits.video_packets:
                raise TooLarge("too_many_frames")
    except av.error.InvalidDataError:
        pass  # what came before the damage is evidence all the same
    return _checked(timeline)


def _checked(timeline: _Timeline) -> _Timeline:
    if not timeline.frames or not math.isfinite(timeline.end_s):
        raise Unreadable("no_picture")
    timeline.key_frame_times.sort()
    return timeline


def _upright_size(video: Video, limits: Limits) -> tuple[int, int]:
    video.container.seek(video.stream.start_time or 0, stream=video.stream)
    for frame in decoded_frames(video, limits):
        width, height = display_size(frame, video.stream)
        return (height, width) if frame.rotation % 180 else (width, height)
    raise Unreadable("no_picture")


def _frame_rate(video: Video, timeline: _Timeline) -> float:
    stated = float(video.stream.average_rate or 0)
    counted = timeline.frames / timeline.end_s if timeline.end_s else 1.0
    return stated if 0 < stated <= _MOST_FRAME_RATE else min(counted, _MOST_FRAME_RATE)
