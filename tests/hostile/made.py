"""Good files to compare with and to damage: photos by Pillow, clips by PyAV."""

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pillow_heif import register_heif_opener

RGB = NDArray[np.uint8]
FRAMES_PER_SECOND = 10
KEY_FRAME_EVERY = 10

register_heif_opener()


def scenery(width: int = 320, height: int = 240, seed: int = 0) -> RGB:
    """Return a smooth random picture, which every lossy codec keeps recognisable."""
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def photo(pillow_format: str, pixels: RGB | None = None, **options: object) -> bytes:
    """Return a photo in a format that Pillow writes; `options` are those of `Image.save`."""
    target = io.BytesIO()
    image = Image.fromarray(scenery() if pixels is None else pixels)
    image.save(target, pillow_format, **options)
    return target.getvalue()


def clip(
    container: str = "mp4",
    codec: str = "libx264",
    frames: Iterable[RGB] | None = None,
    *,
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    with_sound: str = "",
    turned: int = 0,
    at: Sequence[int] | None = None,
) -> bytes:
    """Return a video file; without `frames`, thirty frames of 176 x 144 of three still scenes.

    Ten frames make a second, the first of which is a key frame. `turned` are degrees counterclockwise to be
    turned for showing; `at` are the times of the frames, counted in frames.
    """
    target = io.BytesIO()
    drawn = list(scenes() if frames is None else frames)
    with (
        _at_ordinary_priority(),
        av.open(target, "w", format=container, options=options or {}) as output,
    ):
        stream = cast("av.VideoStream", output.add_stream(codec, rate=FRAMES_PER_SECOND))
        stream.height, stream.width = drawn[0].shape[:2]
        stream.pix_fmt, stream.gop_size = pixel_format, KEY_FRAME_EVERY
        stream.codec_context.time_base = Fraction(1, FRAMES_PER_SECOND)
        if with_sound:
            _add_silence(output, with_sound, seconds=len(drawn) / FRAMES_PER_SECOND)
        if turned:
            stream.set_display_rotation(turned)
        for stamp, pixels in zip(at or range(len(drawn)), drawn, strict=True):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = stamp
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return target.getvalue()


@contextmanager
def _at_ordinary_priority() -> Iterator[None]:
    """Take back what SVT-AV1 does where root runs it: it leaves its caller in real time, at priority 99.

    Whatever that process starts later, servers and browsers, would leave nothing to anybody else.
    """
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        if os.sched_getscheduler(0) != policy:
            os.sched_setscheduler(0, policy, parameters)


def scenes(count: int = 3, frames_each: int = 10, width: int = 176, height: int = 144) -> Iterable[RGB]:
    """Yield still frames of `count` scenes, one after the other."""
    for seed in range(count):
        pixels = scenery(width, height, seed)
        for _ in range(frames_each):
            yield pixels


def _add_silence(output: av.container.OutputContainer, codec: str, seconds: float) -> None:
    rate = 48000 if codec == "libopus" else 44100
    stream = cast("av.AudioStream", output.add_stream(codec, rate=rate))
    frame = av.AudioFrame.from_ndarray(
        np.zeros((1, int(rate * seconds)), dtype=np.float32), format="flt", layout="mono"
    )
    frame.sample_rate, frame.pts = rate, 0
    resampler = av.AudioResampler(stream.format, "mono", rate)
    for converted in resampler.resample(frame):
        output.mux(stream.encode(converted))
    output.mux(stream.encode(None))
