"""The whole analysis of a 12-megapixel JPEG, against the same libraries one by one with a decode each.

Ours decodes once, behind the disposable port, and gives the same pixels to every analyzer. The peer opens
the file anew for each result, as a script of the same libraries would: Pillow for each derivative and for
what an analyzer looks at, imagehash for its two hashes, exifread for the tags.

    ICSE_CORPUS=... python -m bench.bench_analysis

Seconds are CPU time of this process and its children; ratios are medians of interleaved rounds.
"""

import io
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image, ImageFilter

from bench.corpus import corpus_folder
from media_analysis.engine import pictures
from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.faces import registry
from media_analysis.engine.faces.face import FaceAnalyzer
from media_analysis.engine.hashes import analyzer as hashes
from media_analysis.engine.metadata.reader import read_tags
from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene.embedding import SceneEmbedder

ROUNDS = 5
TWELVE_MEGAPIXELS = (4000, 3000)
Steps = dict[str, Callable[[], object]]


def enlarged(source: Path, target: Path) -> Path:
    """Write a photo of the corpus as a 12-megapixel JPEG, as a telephone would."""
    with Image.open(source) as image:
        large = image.convert("RGB").resize(TWELVE_MEGAPIXELS, Image.Resampling.BICUBIC)
        large.save(target, "JPEG", quality=92, exif=image.getexif())
    return target


def ours(path: Path, decoder: Decoder, faces: FaceAnalyzer, scene: SceneEmbedder) -> Steps:
    """Return our steps in their order; the first makes the picture that all others share."""
    shared: list[Picture] = []

    def decode() -> None:
        shared[:] = [Picture(decoder.still(path).pixels)]

    return {
        "decode": decode,
        "derivatives": lambda: [
            make(shared[0]) for make in (pictures.blurred, pictures.thumbnail, pictures.preview)
        ],
        "hashes": lambda: (hashes.compute_hashes(shared[0]), hashes.dihedral_pdq(shared[0])),
        "metadata": lambda: decoder.metadata(path, "image/jpeg"),
        "faces": lambda: faces.analyse(shared[0]),
        "scene": lambda: scene.embed(shared[0]),
    }


def one_by_one(path: Path, faces: FaceAnalyzer, scene: SceneEmbedder) -> Steps:
    """Return the same results, each from the file."""

    def opened() -> Image.Image:
        return Image.open(path).convert("RGB")

    def derivative(side: int, *, blur: bool = False) -> bytes:
        image = opened()
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        stream = io.BytesIO()
        (image.filter(ImageFilter.GaussianBlur(2)) if blur else image).save(stream, "JPEG", quality=85)
        return stream.getvalue()

    def pixels() -> Picture:
        return Picture(np.asarray(opened()))

    return {
        "derivatives": lambda: (derivative(32, blur=True), derivative(256), derivative(2048)),
        "hashes": lambda: (
            hashes.compute_hashes(pixels()).pdq,
            hashes.dihedral_pdq(pixels()),
            imagehash.phash(opened()),
            imagehash.dhash(opened()),
        ),
        "metadata": lambda: read_tags(path),
        "faces": lambda: faces.analyse(pixels()),
        "scene": lambda: scene.embed(pixels()),
    }


def cpu_seconds() -> float:
    """Return CPU time of this process; a decoder's children are counted by the wall clock of `timed`."""
    return time.process_time()


def timed(steps: Steps, *, by_wall: frozenset[str]) -> dict[str, float]:
    """Return seconds of each step; those done by the port's children are timed by the wall clock."""
    took = {}
    for name, step in steps.items():
        clock = time.monotonic if name in by_wall else cpu_seconds
        began = clock()
        step()
        took[name] = clock() - began
    return took


def measure(path: Path) -> None:
    """Compare both ways on one file and print shares and ratios."""
    faces, scene = registry.analyzer(), SceneEmbedder()
    in_children = frozenset({"decode", "metadata"})
    our_rounds, peer_rounds = [], []
    with Decoder() as decoder:
        for _ in range(ROUNDS + 1):
            our_rounds.append(timed(ours(path, decoder, faces, scene), by_wall=in_children))
            peer_rounds.append(timed(one_by_one(path, faces, scene), by_wall=frozenset()))
    report(our_rounds[1:], peer_rounds[1:])


def report(our_rounds: list[dict[str, float]], peer_rounds: list[dict[str, float]]) -> None:
    """Print medians in milliseconds, each step's share of ours, and the ratios of the sums."""
    total = statistics.median(sum(each.values()) for each in our_rounds)
    for name in our_rounds[0]:
        own = statistics.median(each[name] for each in our_rounds)
        peer = statistics.median(each.get(name, 0.0) for each in peer_rounds)
        print(
            f"  {name:12} ours {own * 1000:7.1f} ms ({own / total:5.1%})   one by one {peer * 1000:7.1f} ms"
        )
    for title, left_out in (("all but faces and scene", {"faces", "scene"}), ("everything", set[str]())):
        ratios = [
            _sum(peer, left_out) / _sum(own, left_out)
            for own, peer in zip(our_rounds, peer_rounds, strict=True)
        ]
        print(f"  {title}: {statistics.median(ratios):.1f} x ({min(ratios):.1f} to {max(ratios):.1f})")


def _sum(seconds: dict[str, float], left_out: set[str]) -> float:
    return sum(value for name, value in seconds.items() if name not in left_out)


def main() -> None:
    """Measure two photographs of the corpus, enlarged."""
    sources = sorted(corpus_folder("photos").glob("*.jpg"))[:2]
    with tempfile.TemporaryDirectory() as folder:
        for source in sources:
            path = enlarged(source, Path(folder) / source.name)
            print(f"{source.name}, {path.stat().st_size / 1e6:.1f} MB")
            measure(path)


if __name__ == "__main__":
    main()
