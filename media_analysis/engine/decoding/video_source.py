"""Open a video so that nothing but this one file, by an expected demuxer and decoder, is ever read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO, Final, NoReturn, cast

import av
from av.container import InputContainer
from av.stream import Disposition

from media_analysis.engine.decoding.errors import TooLarge, Unreadable, Unsupported
from media_analysis.engine.decoding.limits import Limits

# Never left to the library's guess: it would take a text file for a playlist and follow it.
_MOV: Final = "mov"
_DEMUXERS: Final = ((b"\x1a\x45\xdf\xa3", 0, "matroska"), (b"AVI ", 8, "avi"))
_MOV_ATOMS: Final = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_HEAD_BYTES: Final = 4096

# What cameras, phones and messengers write. Rare codecs are where decoders' holes are found.
VIDEO_CODECS: Final = frozenset(
    {
        "av1", "dvvideo", "h263", "h264", "hevc", "mjpeg", "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4v2",
        "msmpeg4v3", "prores", "vp8", "vp9",
    }
)  # fmt: skip
AUDIO_CODECS: Final = frozenset(
    {
        "aac", "ac3", "adpcm_ima_wav", "adpcm_ms", "alac", "amrnb", "amrwb", "eac3", "flac", "mp3", "opus",
        "pcm_alaw", "pcm_mulaw", "pcm_s16be", "pcm_s16le", "pcm_u8", "vorbis",
    }
)  # fmt: skip
# The libraries' own names of decoders for the codecs above.
_DECODERS: Final = VIDEO_CODECS | AUDIO_CODECS | {"libdav1d", "libvpx", "libvpx-vp9", "libopus", "mp3float"}


@dataclass(frozen=True, slots=True)
class Video:
    """An opened video: its container, and the streams that are looked at."""

    container: InputContainer
    container_name: str
    stream: "av.VideoStream"
    audio: "av.AudioStream | None"

    @property
    def time_base(self) -> Fraction:
        """Return the seconds per tick of the video stream."""
        return self.stream.time_base or Fraction(1, 1000)

    @property
    def start_s(self) -> float:
        """Return the time of the first frame, which counts as 0 everywhere."""
        return float((self.stream.start_time or 0) * self.time_base)

    @property
    def video_codec(self) -> str:
        """Return the codec's name, whatever decoder is used."""
        return self.stream.codec_context.codec.canonical_name

    @property
    def audio_codec(self) -> str | None:
        """Return the name of the sound's codec, if there is sound that can be read."""
        return None if self.audio is None else self.audio.codec_context.codec.canonical_name


@contextmanager
def opened_video(source: BinaryIO, limits: Limits) -> Iterator[Video]:
    """Open a video and close it again.

    Raises Unreadable, TooLarge or Unsupported, also for what the library finds damaged inside the block.
    """
    head = source.read(_HEAD_BYTES)
    source.seek(0)
    if not head:
        raise Unreadable("empty")
    try:
        with av.open(source, format=demuxer_for(head), options=_options(head), io_open=_refuse) as container:
            yield _chosen(cast("InputContainer", container), head, limits)
    except av.error.FFmpegError as broken:
        raise Unreadable("damaged") from broken


def demuxer_for(head: bytes) -> str:
    """Return the demuxer for a file with this beginning. Raises Unsupported for any other than three."""
    if head[4:8] in _MOV_ATOMS:
        return _MOV
    for mark, at, name in _DEMUXERS:
        if head[at : at + len(mark)] == mark:
            return name
    raise Unsupported("unknown_format")


def _options(head: bytes) -> dict[str, str]:
    return {
        "codec_whitelist": ",".join(sorted(_DECODERS)),
        "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2" if demuxer_for(head) == _MOV else "matroska,webm,avi",
        "protocol_whitelist": "",
    }


def _refuse(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    """Refuse to open anything that a file names."""
    raise Unsupported("unknown_format")


def _chosen(container: InputContainer, head: bytes, limits: Limits) -> Video:
    if len(container.streams) > limits.video_streams:
        raise TooLarge("too_many_streams")
    pictures = [stream for stream in container.streams.video if _is_moving(stream)]
    if not pictures:
        raise Unreadable("no_picture")
    stream = pictures[0]
    _check_stream(stream, limits)
    # Several threads would decode no faster where every worker is busy, and reserve memory for each.
    stream.codec_context.thread_count = 1
    sounds = [sound for sound in container.streams.audio if _has_codec_of(sound, AUDIO_CODECS)]
    return Video(container, _container_name(head), stream, sounds[0] if sounds else None)


def _is_moving(stream: "av.VideoStream") -> bool:
    return not stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails)


def _has_codec_of(stream: "av.VideoStream | av.AudioStream", allowed: frozenset[str]) -> bool:
    # There is none where the library knows no decoder, although its annotations deny it.
    context = cast("av.CodecContext | None", stream.codec_context)
    return context is not None and context.codec.canonical_name in allowed


def _check_stream(stream: "av.VideoStream", limits: Limits) -> None:
    if not _has_codec_of(stream, VIDEO_CODECS):
        raise Unsupported("unknown_codec")
    check_size(stream.codec_context.width, stream.codec_context.height, limits)
    if stream.codec_context.width <= 0 or stream.codec_context.height <= 0:
        raise Unreadable("no_picture")


def check_size(width: int, height: int, limits: Limits) -> None:
    """Raise TooLarge for frames beyond the accepted size; a stream may change it on its way."""
    if max(width, height) > limits.video_side:
        raise TooLarge("too_many_pixels")


def _container_name(head: bytes) -> str:
    demuxer = demuxer_for(head)
    if demuxer == "matroska":
        return "webm" if b"webm" in head[:64] else demuxer
    if demuxer == _MOV:
        brand = head[8:12] if head[4:8] == b"ftyp" else b"qt  "
        return "mov" if brand == b"qt  " else "3gp" if brand.startswith(b"3g") else "mp4"
    return demuxer
