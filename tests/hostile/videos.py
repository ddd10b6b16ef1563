"""Videos that are damaged, lie about themselves, or lead somewhere else."""

import io
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import av
import numpy as np

from media_analysis.engine.decoding.errors import TooLarge, Unreadable, Unsupported
from tests.hostile.made import clip, scenery
from tests.hostile.photos import Hostile, cut, header_then_noise

MANY_STREAMS = 65
TOO_WIDE = 8200
HOUR = 3600


def box(kind: bytes, body: bytes, *, size: int | None = None) -> bytes:
    """Return one box of an MP4 file, which may lie about its size."""
    return struct.pack("!I", len(body) + 8 if size is None else size) + kind + body


def playlist_of(path: Path) -> bytes:
    """Return an HLS playlist that leads to another file."""
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{path}\n#EXT-X-ENDLIST\n".encode()


def boxes_within_boxes(depth: int) -> bytes:
    """Return an MP4 whose index nests `depth` boxes."""
    body = b""
    for _ in range(depth):
        body = box(b"udta", body)
    return box(b"ftyp", b"isom\0\0\0\0isom") + box(b"moov", body)


def _huge_box() -> bytes:
    return box(b"ftyp", b"isom\0\0\0\0isom") + box(b"moov", struct.pack("!Q", 2**62), size=1)


def with_streams(count: int) -> bytes:
    """Return a Matroska file with so many video streams."""
    target = io.BytesIO()
    with av.open(target, "w", format="matroska") as output:
        streams = [_small_stream(output) for _ in range(count)]
        for stream in streams:
            output.mux(stream.encode(_small_frame(0)))
    return target.getvalue()


def _small_stream(output: av.container.OutputContainer) -> "av.VideoStream":
    stream = output.add_stream("mjpeg", rate=1)
    stream.width = stream.height = 32
    stream.pix_fmt = "yuvj420p"
    return stream


def _small_frame(at: int) -> "av.VideoFrame":
    frame = av.VideoFrame.from_ndarray(scenery(32, 32), format="rgb24")
    frame.pts = at
    return frame


def sound_only() -> bytes:
    """Return an MP4 without pictures."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as output:
        stream = output.add_stream("aac", rate=48000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        silence.sample_rate, silence.pts = 48000, 0
        output.mux(stream.encode(silence))
        output.mux(stream.encode(None))
    return target.getvalue()


def lasting(hours: int) -> bytes:
    """Return a Matroska file with a second frame so many hours after the first."""
    target = io.BytesIO()
    with av.open(target, "w", format="matroska") as output:
        stream = _small_stream(output)
        for at in (0, hours * HOUR):
            output.mux(stream.encode(_small_frame(at)))
        output.mux(stream.encode(None))
    return target.getvalue()


def hostile_videos() -> Iterator[Hostile]:
    """Yield every bad video with its verdict."""
    yield Hostile("empty", lambda: b"", Unreadable, "empty")
    yield Hostile("text", lambda: b"no video at all " * 99, Unsupported, "unknown_format")
    yield Hostile("list of files", lambda: b"ffconcat version 1.0\nfile a\n", Unsupported, "unknown_format")
    yield Hostile("photo", partial(bytes, scenery()), Unsupported, "unknown_format")
    yield Hostile("MPEG transport stream", partial(clip, "mpegts"), Unsupported, "unknown_format")
    for name, head, reason in (
        ("MP4", box(b"ftyp", b"isom\0\0\0\0isom"), "damaged"),
        ("AVI", b"RIFF\xff\xff\xff\x7fAVI LIST", "no_picture"),
        ("Matroska", clip("matroska")[:60], "damaged"),
    ):
        yield Hostile(f"{name} header, then noise", partial(header_then_noise, head), Unreadable, reason)
    yield Hostile("MP4 cut before its index", partial(cut, clip(), 0.5), Unreadable, "damaged")
    yield Hostile("MP4 of boxes in boxes", partial(boxes_within_boxes, 10_000), Unreadable, "damaged")
    yield Hostile("MP4 with a box of 4 EB", _huge_box, Unreadable, "no_picture")
    yield Hostile("sound only", sound_only, Unreadable, "no_picture")
    yield Hostile("rare codec", partial(clip, "matroska", "ffv1"), Unsupported, "unknown_codec")
    yield Hostile("sixty-five streams", partial(with_streams, MANY_STREAMS), TooLarge, "too_many_streams")
    yield Hostile("ten hours", partial(lasting, 10), TooLarge, "too_long")
    yield Hostile(
        "too wide",
        lambda: clip("avi", "mjpeg", [scenery(TOO_WIDE, 16)], pixel_format="yuvj420p"),
        TooLarge,
        "too_many_pixels",
    )
