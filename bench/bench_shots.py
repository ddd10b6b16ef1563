"""Where the thresholds of `engine/video` come from: distances at cuts, in pans, between photos, and in noise.

Cuts of a clip are given by eye in `CUTS` (file name to seconds); clips that are not in it have none.

    ICSE_CORPUS=... python -m bench.bench_shots
"""

import itertools
import tempfile
from pathlib import Path

import cv2
import numpy as np

from bench.corpus import corpus_folder, open_picture
from media_analysis.engine.decoding.client import Decoder
from media_analysis.engine.pictures import Picture
from media_analysis.engine.video.selection import MOST_UNSEEN_CHANGE
from media_analysis.engine.video.shots import (
    CUT_COLOURS,
    CUT_STRUCTURE,
    VIEW_COLOURS,
    is_cut,
    representative_frames,
)
from media_analysis.engine.video.signatures import (
    Signature,
    colour_distance,
    greatest_change,
    sign,
    structure_distance,
)
from tests.hostile.made import clip

CUTS = {"bikes.mp4": (1.2, 3.04, 5.48, 7.48, 9.68)}
RATES = (2, 5, 25)
NOISES = (2, 6, 10)
PATCHES = (20, 32, 48)


def signatures(decoder: Decoder, film: Path, rate: float) -> list[tuple[float, Signature]]:
    frames = decoder.video_frames(film, start_s=0, end_s=3600, frames_per_second=rate)
    return [(frame.at_s, sign(frame.pixels)) for frame in frames]


def report_film(decoder: Decoder, film: Path, rate: float) -> None:
    """Print the smallest distance at a cut and the greatest elsewhere, and what is found."""
    signed = signatures(decoder, film, rate)
    at_cuts: list[float] = []
    elsewhere: list[float] = []
    found = 0
    for (before_s, before), (after_s, after) in itertools.pairwise(signed):
        has_cut = any(before_s < cut <= after_s + 1e-3 for cut in CUTS.get(film.name, ()))
        (at_cuts if has_cut else elsewhere).append(colour_distance(before, after))
        found += has_cut and is_cut(before, after)
    least = f"{min(at_cuts):.2f}" if at_cuts else "-"
    false = sum(distance >= CUT_COLOURS for distance in elsewhere)
    print(
        f"  {film.name:26} {rate:3}/s: cuts {found} of {len(at_cuts)} found, least {least}; "
        f"elsewhere at most {max(elsewhere):.2f}, {false} above the threshold"
    )


def report_photos(pictures: list[Picture]) -> None:
    signed = [sign(picture.pixels) for picture in pictures]
    for name, half in (("first half", signed[::2]), ("other half", signed[1::2])):
        pairs = list(itertools.combinations(half, 2))
        colours = min(colour_distance(*pair) for pair in pairs)
        structure = min(structure_distance(*pair) for pair in pairs)
        print(f"  {name}: {len(pairs)} pairs, colours from {colours:.2f}, structure from {structure:.2f}")


def report_noise(decoder: Decoder, pictures: list[Picture], folder: Path) -> None:
    for noise in NOISES:
        worst = max(_noisiest(decoder, picture, noise, folder / "film") for picture in pictures)
        print(f"  noise of {noise} gray levels, coded: cells change by at most {worst}")
    for size in PATCHES:
        changes = [_moved(picture, size) for picture in pictures]
        seen = sum(change > MOST_UNSEEN_CHANGE for change in changes)
        print(f"  {size} px of 1024 move: cells change by {min(changes)} to {max(changes)}, {seen} seen")


def _noisiest(decoder: Decoder, picture: Picture, noise: int, film: Path) -> int:
    rng = np.random.default_rng(noise)
    room = cv2.resize(picture.pixels, (640, 360), interpolation=cv2.INTER_AREA).astype(int)
    frames = [np.clip(room + rng.normal(0, noise, room.shape), 0, 255).astype(np.uint8) for _ in range(10)]
    film.write_bytes(clip(frames=frames))
    signed = [signature for _, signature in signatures(decoder, film, 10)]
    return max(greatest_change(*pair) for pair in itertools.pairwise(signed))


def _moved(picture: Picture, size: int) -> int:
    room = np.asarray(cv2.resize(picture.pixels, (1024, 576), interpolation=cv2.INTER_AREA), np.uint8)
    moved = room.copy()
    moved[200 : 200 + size, 400 : 400 + size] = room[300 : 300 + size, 700 : 700 + size]
    return greatest_change(sign(room), sign(moved))


def main() -> None:
    """Print all measurements beside the thresholds that were chosen from them."""
    photos = [open_picture(path) for path in sorted(corpus_folder("photos").iterdir())]
    films = sorted(corpus_folder("video").glob("*.mp4"))
    with Decoder() as decoder, tempfile.TemporaryDirectory() as folder:
        print(f"Neighbouring samples; a cut is colours >= {CUT_COLOURS} and structure >= {CUT_STRUCTURE}")
        for film, rate in itertools.product(films, RATES):
            report_film(decoder, film, rate)
        for film in films:
            frames = decoder.video_frames(film, start_s=0, end_s=3600, frames_per_second=2)
            print(f"  {film.name:26} shots at 2/s: {len(list(representative_frames(frames)))}")
        print(f"Unrelated photographs; another view is colours >= {VIEW_COLOURS}")
        report_photos(photos)
        print(f"A standing camera; unseen are changes up to {MOST_UNSEEN_CHANGE}")
        report_noise(decoder, photos[::2], Path(folder))


if __name__ == "__main__":
    main()
