"""What the disposable process costs: photos through the port against the same code in this process.

The port gets its files sealed, as the store has them, and the library in this process gets them plain: what
opening them costs is in the ratio. Both sides open, decode, reduce, turn and digest. Rounds are interleaved;
the ratio is the median of the rounds' ratios of wall time, since the port's work is done in another process.
Video is compared with PyAV in this process, sampling the same frames.

    ICSE_CORPUS=... python -m bench.bench_decode
"""

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.corpus import corpus_folder
from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.decoding.limits import Limits
from media_analysis.engine.decoding.results import VideoFrame
from media_analysis.engine.decoding.sandbox import Sandbox
from media_analysis.engine.decoding.stills import decode_still, prepare
from media_analysis.engine.decoding.video_frames import key_frames, sampled_frames
from media_analysis.engine.decoding.video_source import opened_video
from tests.sealed import sealed_file

ROUNDS = 25
TARGET = 1.3
LIMITS = Limits()
Way = Callable[[], object]
KINDS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90},
    "JPEG progressive": {"quality": 90, "progressive": True},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 85},
    "TIFF": {"compression": "tiff_lzw"},
    "BMP": {},
    "GIF": {},
    "HEIF": {"quality": 80},
    "AVIF": {"quality": 70, "speed": 9},
}


def in_process(path: Path) -> object:
    with path.open("rb") as source:
        return decode_still(source, LIMITS)


def wall(way: Way) -> float:
    started = time.perf_counter()
    way()
    return (time.perf_counter() - started) * 1000


def compare(title: str, port: Way, library: Way, rounds: int = ROUNDS) -> float:
    """Print milliseconds of both ways and return the median of the ratios of interleaved rounds."""
    for way in (port, library, port, library):
        way()
    pairs = np.array([(wall(port), wall(library)) for _ in range(rounds)])
    ratio = float(np.median(pairs[:, 0] / pairs[:, 1]))
    through, direct = np.median(pairs, axis=0)
    print(f"  {title:38} {through:8.1f} {direct:8.1f} {ratio:7.2f} x")
    return ratio


def report_stills(decoder: Decoder, photo: Path, folder: Path, size: tuple[int, int]) -> float:
    """Compare all formats at one size; return the ratio of the first, a plain JPEG."""
    megapixels = size[0] * size[1] / 1e6
    print(f"\nPhotos of {megapixels:.1f} megapixels: ms through the port, ms in process, ratio")
    with Image.open(photo) as image:
        large = image.convert("RGB").resize(size, Image.Resampling.BICUBIC)
    ratios = []
    for kind, options in KINDS.items():
        path = folder / kind
        large.save(path, kind.split()[0], **options)
        title = f"{kind}, {path.stat().st_size / 1e6:.1f} MB"
        rounds = ROUNDS if kind.startswith("JPEG") else 7
        port = partial(decoder.still, sealed_file(folder, path.read_bytes()))
        ratios.append(compare(title, port, partial(in_process, path), rounds))
    return ratios[0]


def report_smallest(decoder: Decoder, folder: Path) -> None:
    print("\nThe least that a process for one file costs")
    path = folder / "small"
    target = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(target, "JPEG")
    path.write_bytes(target.getvalue())
    port = partial(decoder.still, sealed_file(folder, path.read_bytes()))
    compare("JPEG, 64 x 48", port, partial(in_process, path), 100)


def report_video(decoder: Decoder, film: Path, folder: Path) -> None:
    file = sealed_file(folder, film.read_bytes())
    print(f"\n{film.name}: ms through the port, ms in process, ratio")

    def sampled() -> list[VideoFrame]:
        with film.open("rb") as source, opened_video(source, LIMITS) as video:
            return list(
                sampled_frames(video, LIMITS, start_s=0, end_s=60, frames_per_second=2, long_side=1024)
            )

    def keys() -> list[VideoFrame]:
        with film.open("rb") as source, opened_video(source, LIMITS) as video:
            return list(key_frames(video, LIMITS, 1024))

    compare(
        "two frames a second",
        lambda: list(decoder.video_frames(file, start_s=0, end_s=60, frames_per_second=2)),
        sampled,
        9,
    )
    compare("key frames", lambda: list(decoder.video_keyframes(file)), keys, 9)


def check_same(decoder: Decoder, photo: Path) -> None:
    """Stop unless both ways give the same pixels."""
    with photo.open("rb") as source:
        if decode_still(source, LIMITS).pixel_digest != decoder.still(photo).pixel_digest:
            sys.exit("the port and the library differ in their pixels")


def main() -> None:
    """Run all comparisons; end with an error when the target is missed on a quiet machine."""
    photo = max(corpus_folder("photos").glob("*.jpg"), key=lambda path: path.stat().st_size)
    prepare()
    print(f"load before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores")
    print(f"the port's sandbox: {Sandbox().level()}")
    with Decoder() as decoder, tempfile.TemporaryDirectory() as folder:
        check_same(decoder, photo)
        ratio = report_stills(decoder, photo, Path(folder), (4000, 3000))
        report_smallest(decoder, Path(folder))
        for film in sorted(corpus_folder("video").glob("*.mp4")):
            report_video(decoder, film, Path(folder))
    print(f"\nload after: {os.getloadavg()[0]:.2f}; 12 MP JPEG {ratio:.2f} x, target below {TARGET} x")


if __name__ == "__main__":
    main()
