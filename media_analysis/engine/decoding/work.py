"""What a decoder child does with its one file, and how it says that it could not."""

import dataclasses
import os
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from icse.common.sealing import DataKey, SealBroken, SealedScratch
from media_analysis.engine.decoding.archives import Spending, copy_member, packed_members
from media_analysis.engine.decoding.channel import Message, receive, send
from media_analysis.engine.decoding.errors import Refused, TooLarge, Unreadable, to_message
from media_analysis.engine.decoding.limits import Limits
from media_analysis.engine.decoding.memory import Canvas
from media_analysis.engine.decoding.results import VideoFrame
from media_analysis.engine.decoding.stills import decode_still
from media_analysis.engine.decoding.video_frames import key_frames, sampled_frames
from media_analysis.engine.decoding.video_plan import plan_video
from media_analysis.engine.decoding.video_proxy import write_proxy
from media_analysis.engine.decoding.video_source import opened_video
from media_analysis.engine.metadata.exiftool import ExifTool
from media_analysis.engine.metadata.reader import read_tags


@dataclass(frozen=True, slots=True)
class Work:
    """One file, the limits, and where the answers go."""

    source: BinaryIO
    size: int  # of the source, in bytes
    output: int  # descriptor: shared memory for pixels, or the file that a proxy or members are written to
    channel: socket.socket
    limits: Limits
    options: Message
    output_key: DataKey | None = None  # with which a file that is written is sealed
    exiftool: ExifTool | None = None


def answer(name: str, work: Work) -> None:
    """Do one kind of work and send its answer, or why there is none.

    Raises ChannelClosed when nobody listens any more.
    """
    try:
        _WORK[name](work)
    except Refused as refusal:
        send(work.channel, to_message(refusal))
    except SealBroken:
        raise  # the store's fault, not the file's: this process ends, which counts as an attempt
    except MemoryError:
        send(work.channel, to_message(TooLarge("too_much_memory")))
    except Exception as unforeseen:
        # Parsers of hostile files raise anything, and this process ends with the file in any case.
        send(work.channel, to_message(Unreadable("damaged"), cause=repr(unforeseen)))


def _still(work: Work) -> None:
    canvas = Canvas(work.output)
    still = decode_still(work.source, work.limits, canvas.allocate)
    canvas.hold(still.pixels)
    send(
        work.channel,
        {
            "shape": still.pixels.shape[:2],
            "width": still.width,
            "height": still.height,
            "orientation": still.orientation,
            "frame_count": still.frame_count,
            "route": still.route,
            "pixel_digest": still.pixel_digest,
        },
    )


def _metadata(work: Work) -> None:
    # By process id, so that a reader in a program of its own finds the file, too.
    raw = read_tags(Path(f"/proc/{os.getpid()}/fd/{work.source.fileno()}"), work.exiftool)
    send(work.channel, {"tool": raw.tool, "tool_version": raw.tool_version, "tags": raw.tags})


def _plan(work: Work) -> None:
    send(work.channel, {"plan": dataclasses.asdict(plan_video(work.source, work.limits))})


def _key_frames(work: Work) -> None:
    with opened_video(work.source, work.limits) as video:
        _send_frames(work, key_frames(video, work.limits, work.options["long_side"]))


def _frames(work: Work) -> None:
    with opened_video(work.source, work.limits) as video:
        _send_frames(work, sampled_frames(video, work.limits, **work.options))


def _send_frames(work: Work, frames: Iterable[VideoFrame]) -> None:
    """Send frames one at a time, each when the last has been taken over: memory holds one."""
    canvas = Canvas(work.output)
    for frame in frames:
        canvas.hold(frame.pixels)
        send(work.channel, {"shape": frame.pixels.shape[:2], "at_s": frame.at_s, "is_key": frame.is_key})
        receive(work.channel)
    send(work.channel, {"end": True})


def _proxy(work: Work) -> None:
    with _output(work) as output:
        scratch = SealedScratch(output, _key(work))
        write_proxy(work.source, scratch, work.limits)
        scratch.finish()
    send(work.channel, {"end": True})


def _members(work: Work) -> None:
    """Send members one at a time, each when the last has been taken over: the disk holds one."""
    spending = Spending(work.limits, work.size, **work.options)
    with _output(work) as output:
        for packed in packed_members(work.source, spending):
            written, reason = copy_member(packed, output, _key(work), spending)
            send(work.channel, {"name": packed.name, "size": written, "reason": reason})
            receive(work.channel)
    send(work.channel, {"end": True})


def _output(work: Work) -> BinaryIO:
    return os.fdopen(work.output, "r+b", buffering=0, closefd=False)


def _key(work: Work) -> DataKey:
    if work.output_key is None:
        message = "what is written has to be sealed"
        raise ValueError(message)
    return work.output_key


_WORK: Final[dict[str, Callable[[Work], None]]] = {
    "still": _still,
    "metadata": _metadata,
    "plan": _plan,
    "key_frames": _key_frames,
    "frames": _frames,
    "proxy": _proxy,
    "members": _members,
}
