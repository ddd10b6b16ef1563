"""Compare our PDQ with its peers: bits against `pdqhash`, time against it and python-threatexchange.

Peers are no requirement of the project: pdqhash has no Linux wheel. Install them into an environment of
their own beside the project's, or read `absent` below.

    ICSE_CORPUS=... python -m bench.bench_pdq
"""

import importlib.util
import io
import time
from collections.abc import Callable
from pathlib import Path

import imagehash
import numpy as np
import simplejpeg
from PIL import Image

from bench.corpus import corpus_folder, open_picture
from media_analysis.engine.hashes import analyzer, pdq
from media_analysis.engine.hashes.bands import hamming
from media_analysis.engine.pictures import Picture

if importlib.util.find_spec("pdqhash"):
    import pdqhash
if importlib.util.find_spec("threatexchange"):
    from threatexchange.signal_type.pdq.signal import PdqSignal

ROUNDS = 7
Way = Callable[[], object]


def has(peer: str) -> bool:
    return importlib.util.find_spec(peer) is not None


def by_pdqhash(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    bits, _ = pdqhash.compute(pixels)
    return np.packbits(np.asarray(bits, dtype=bool)).tobytes()


def spread(title: str, distances: list[int]) -> None:
    far = sum(distance > 10 for distance in distances)
    print(f"  {title:62} mean {np.mean(distances):5.2f}, max {max(distances):3d}, over 10 bits {far}")


def report_bits(pictures: list[Picture]) -> None:
    print(f"\nBits of 256 over {len(pictures)} photographs")
    if has("pdqhash"):
        ours = [analyzer.dihedral_pdq(picture)[0] for picture in pictures]
        same = [by_pdqhash(picture.at_long_side(pdq.LONG_SIDE).pixels) for picture in pictures]
        full = [by_pdqhash(picture.pixels) for picture in pictures]
        spread("ours to pdqhash on the same 512-pixel picture", list(map(hamming, ours, same)))
        spread(
            "ours to pdqhash on all pixels (python-threatexchange's route)", list(map(hamming, ours, full))
        )
    else:
        print("  pdqhash: absent")
    exact, published = [], []
    for picture in pictures:
        turned = analyzer.compute_hashes(Picture(np.ascontiguousarray(np.rot90(picture.pixels)))).pdq
        if turned is None:
            continue
        orientations, _ = pdq.transform_orientations(picture)
        exact.append(hamming(turned, analyzer.dihedral_pdq(picture)[7]))
        signs = np.where(np.arange(16) % 2 == 0, -1.0, 1.0)[:, None]
        published.append(hamming(turned, pdq.to_bytes(orientations[0].T * signs)))
    spread("a quarter turn: our eight hashes to hashing the turned picture", exact)
    spread("a quarter turn: the published change of signs to the same", published)


def measure(title: str, ways: dict[str, Way]) -> None:
    """Print CPU milliseconds of each way and how often the first fits into it, in interleaved rounds."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(ROUNDS):
        for name, way in ways.items():
            started = time.process_time()
            for _ in range(3):
                way()
            spent[name].append((time.process_time() - started) / 3 * 1000)
    print(f"\n{title}: CPU ms, median of {ROUNDS} interleaved rounds")
    first = np.array(next(iter(spent.values())))
    for name, rounds in spent.items():
        print(f"  {name:58} {np.median(rounds):7.2f}   {np.median(np.array(rounds) / first):6.1f} x")


def report_time(photo: Path) -> None:
    pixels = open_picture(photo).at_long_side(pdq.LONG_SIDE).pixels
    ways: dict[str, Way] = {
        "ours": lambda: pdq.to_bytes(pdq.transform(Picture(pixels))[0]),
        "ours, all eight orientations": lambda: analyzer.dihedral_pdq(Picture(pixels)),
        "ours with pHash and dHash": lambda: analyzer.compute_hashes(Picture(pixels)),
    }
    if has("pdqhash"):
        ways["pdqhash"] = lambda: by_pdqhash(pixels)
        ways["pdqhash, all eight orientations"] = lambda: pdqhash.compute_dihedral(pixels)
    measure("From 512-pixel pictures in memory", ways)


def report_file_time(content: bytes, title: str) -> None:
    def ours() -> object:
        half = simplejpeg.decode_jpeg(
            content, min_height=pdq.LONG_SIDE, min_width=pdq.LONG_SIDE, min_factor=1
        )
        return analyzer.compute_hashes(Picture(half))

    ways: dict[str, Way] = {"ours: scaled decode, PDQ, pHash and dHash": ours}
    ways["imagehash.phash of the opened file"] = lambda: imagehash.phash(Image.open(io.BytesIO(content)))
    if has("threatexchange") and has("pdqhash"):
        ways["threatexchange PdqSignal.hash_from_bytes"] = lambda: PdqSignal.hash_from_bytes(content)
    else:
        print("\npython-threatexchange: absent")
    measure(f"From the bytes of a JPEG of {title}", ways)


def twelve_megapixels(photo: Path) -> bytes:
    """Return a JPEG of 4000 x 3000 pixels, the size that phones take, made of a photograph."""
    with Image.open(photo) as image:
        large = image.convert("RGB").resize((4000, 3000), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    large.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def main() -> None:
    photos = sorted(corpus_folder("photos").iterdir())
    pictures = [open_picture(photo) for photo in photos]
    report_bits([picture for picture in pictures if analyzer.dihedral_pdq(picture)])
    largest = max(photos, key=lambda photo: photo.stat().st_size)
    report_time(largest)
    content = twelve_megapixels(largest)
    report_file_time(content, f"12 megapixels, {len(content) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
