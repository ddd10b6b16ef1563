"""Make of a video that browsers cannot play one that all can: H.264 baseline and AAC in MP4, at most 720p."""

import io
from fractions import Fraction
from typing import BinaryIO, Final

import av
from av.container import OutputContainer

from media_analysis.engine.decoding.limits import Limits
from media_analysis.engine.decoding.video_frames import (
    decoded_frames,
    decoded_packet,
    display_size,
    packets_of,
    time_of,
)
from media_analysis.engine.decoding.video_source import Video, check_size, opened_video

_LONG_SIDE: Final = 1280
_SHORT_SIDE: Final = 720
_FRAMES_PER_SECOND: Final = 30
_TICK: Final = Fraction(1, 90_000)  # the customary clock of video, which divides all usual frame rates
_PICTURE_OPTIONS: Final[dict[str, object]] = {
    "profile": "baseline",
    "preset": "veryfast",
    "crf": "27",
    "threads": "1",
}
_SOUND_RATE: Final = 48_000
_SOUND_BITS_PER_SECOND: Final = 96_000
_SOUND_FRAME: Final = 1024  # samples, of AAC


def write_proxy(source: BinaryIO, target: io.RawIOBase, limits: Limits) -> None:
    """Write a playable version of a video to `target`, its index last: players fetch it by a range.

    Raises Unreadable, TooLarge or Unsupported.
    """
    with opened_video(source, limits) as video, av.open(target, "w", format="mp4") as output:
        pictures = _Pictures(output, video, limits)
        sound = None if video.audio is None else _Sound(output, video.audio, video.start_s)
        _transcode(video, pictures, sound)


def _transcode(video: Video, pictures: "_Pictures", sound: "_Sound | None") -> None:
    video.container.seek(0)
    streams = [video.stream] if video.audio is None else [video.stream, video.audio]
    for packet in packets_of(video.container, *streams):
        leg = pictures if packet.stream.index == video.stream.index else sound
        for frame in decoded_packet(packet):
            if leg is not None:
                leg.put(frame)
    pictures.finish()
    if sound is not None:
        sound.finish()


class _Pictures:
    """Scales frames and encodes them at their own times, leaving out what exceeds thirty a second."""

    def __init__(self, output: OutputContainer, video: Video, limits: Limits) -> None:
        self._output, self._video, self._limits = output, video, limits
        first = next(decoded_frames(video, limits))
        self._size = proxy_size(*display_size(first, video.stream))
        self._stream = output.add_stream("libx264", rate=_FRAMES_PER_SECOND)
        self._stream.width, self._stream.height = self._size
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = _TICK
        self._stream.options = _PICTURE_OPTIONS
        if first.rotation:
            self._stream.set_display_rotation(first.rotation)
        self._next_s = 0.0

    def put(self, frame: "av.VideoFrame | av.AudioFrame") -> None:
        """Encode one frame, unless it comes too soon after the last."""
        if not isinstance(frame, av.VideoFrame):
            return
        check_size(frame.width, frame.height, self._limits)
        at = time_of(self._video, frame)
        if at < self._next_s:
            return
        # Half a frame of play, or a source of exactly thirty would lose every other frame to rounding.
        self._next_s = at + 0.5 / _FRAMES_PER_SECOND
        width, height = self._size
        scaled = frame.reformat(width=width, height=height, format="yuv420p", interpolation="AREA")
        scaled.pts, scaled.time_base = round(at / _TICK), _TICK
        scaled.pict_type = av.video.frame.PictureType.NONE
        self._output.mux(self._stream.encode(scaled))

    def finish(self) -> None:
        """Encode what the encoder still holds."""
        self._output.mux(self._stream.encode(None))


class _Sound:
    """Encodes sound as AAC, in time with the pictures."""

    def __init__(self, output: OutputContainer, source: "av.AudioStream", start_s: float) -> None:
        self._output, self._start_s = output, start_s
        layout = "mono" if source.codec_context.channels == 1 else "stereo"
        self._stream = output.add_stream("aac", rate=_SOUND_RATE, layout=layout)
        self._stream.bit_rate = _SOUND_BITS_PER_SECOND
        self._resampler = av.AudioResampler("fltp", layout, _SOUND_RATE, frame_size=_SOUND_FRAME)
        self._position: int | None = None  # in samples of the output

    def put(self, frame: "av.VideoFrame | av.AudioFrame") -> None:
        """Encode one piece of sound."""
        if not isinstance(frame, av.AudioFrame):
            return
        if self._position is None:
            begins_s = float((frame.pts or 0) * (frame.time_base or 0)) - self._start_s
            self._position = max(0, round(begins_s * _SOUND_RATE))
        self._encode(self._resampler.resample(frame))

    def finish(self) -> None:
        """Encode what is left over."""
        if self._position is not None:
            self._encode(self._resampler.resample(None))
            self._output.mux(self._stream.encode(None))

    def _encode(self, pieces: "list[av.AudioFrame]") -> None:
        # Counted on from the first piece: gaps in a damaged file would otherwise stop the encoder.
        for piece in pieces:
            piece.pts, piece.time_base = self._position, Fraction(1, _SOUND_RATE)
            self._position = (self._position or 0) + piece.samples
            self._output.mux(self._stream.encode(piece))


def proxy_size(width: int, height: int) -> tuple[int, int]:
    """Return the size, both even as the encoder wants them, within 1280 x 720 lying or standing."""
    scale = min(1.0, _LONG_SIDE / max(width, height), _SHORT_SIDE / min(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
