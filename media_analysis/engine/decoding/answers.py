"""Turn what a decoder child answered into results, believing none of it unchecked."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from media_analysis.engine.decoding.channel import Message
from media_analysis.engine.decoding.errors import DecoderDied
from media_analysis.engine.decoding.memory import PixelMemory
from media_analysis.engine.decoding.results import (
    MEMBER_REASONS,
    ArchiveMember,
    DecodedStill,
    VideoFrame,
    VideoPlan,
)


def still_from(message: Message, memory: PixelMemory) -> DecodedStill:
    """Return the still whose pixels are in shared memory. Raises DecoderDied for nonsense."""
    with _nonsense_is_death():
        height, width = message["shape"]
        return DecodedStill(
            pixels=memory.copy(int(height), int(width)),
            width=int(message["width"]),
            height=int(message["height"]),
            orientation=int(message["orientation"]),
            frame_count=int(message["frame_count"]),
            route=str(message["route"]),
            pixel_digest=str(message["pixel_digest"]),
        )


def plan_from(message: Message) -> VideoPlan:
    """Return the plan in an answer. Raises DecoderDied for nonsense."""
    with _nonsense_is_death():
        plan = message["plan"]
        return VideoPlan(
            duration_s=float(plan["duration_s"]),
            width=int(plan["width"]),
            height=int(plan["height"]),
            frame_rate=float(plan["frame_rate"]),
            video_codec=str(plan["video_codec"]),
            audio_codec=None if plan["audio_codec"] is None else str(plan["audio_codec"]),
            container=str(plan["container"]),
            key_frame_times=tuple(float(at) for at in plan["key_frame_times"]),
            is_web_playable=bool(plan["is_web_playable"]),
            segments=tuple((float(start), float(end)) for start, end in plan["segments"]),
        )


def frame_from(message: Message, memory: PixelMemory) -> VideoFrame:
    """Return the frame whose pixels are in shared memory. Raises DecoderDied for nonsense."""
    with _nonsense_is_death():
        height, width = message["shape"]
        return VideoFrame(
            pixels=memory.copy(int(height), int(width)),
            at_s=float(message["at_s"]),
            is_key=bool(message["is_key"]),
        )


def member_from(message: Message, content: BinaryIO) -> ArchiveMember:
    """Return the member that a child wrote to a file. Raises DecoderDied for nonsense."""
    with _nonsense_is_death():
        name, size, reason = str(message["name"]), int(message["size"]), str(message["reason"])
        if (reason and reason not in MEMBER_REASONS) or size != content.seek(0, os.SEEK_END):
            raise ValueError(reason)
        content.seek(0)
        return ArchiveMember(name, size, None if reason else content, reason)


@contextmanager
def _nonsense_is_death() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError) as nonsense:
        raise DecoderDied from nonsense
