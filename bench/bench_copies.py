"""How many planted copies and clues are found, and how many other pictures are taken for copies.

    ICSE_CORPUS=/path/to/corpus python -m bench.bench_copies

`ICSE_CORPUS` holds `photos/` (all of different scenes, but for stereo pairs named NAME_left and NAME_right)
and `video/`. Without it the tests' few photographs and drawn rooms are used, and said to be. Every edit of
every second photograph, by name, is searched among all of them. Thresholds were set on the benign corpus
that the project started with: first on the half that is not searched for, then on what still failed in
either. So its figures are of known pictures; a folder of other photographs gives blind ones.
"""

import json
import os
import platform
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from pathlib import Path

import av
import cv2
import numpy as np

from bench.attacks import COPIES, caption, clue, stamp
from media_analysis.engine import copies
from media_analysis.engine.copies import Kind
from media_analysis.engine.hashes.analyzer import compute_hashes, dihedral_pdq
from media_analysis.engine.hashes.bands import hamming
from media_analysis.engine.pictures import Picture, Pixels, reduce_to
from media_analysis.engine.scene.embedding import TILES, SceneEmbedder, SceneEmbedding
from media_analysis.engine.scene.places import RIGHT_ANGLES, UPRIGHT, Pose
from media_analysis.engine.scene.subjects import Subject, subject
from media_analysis.engine.scene.verification import verify
from tests.drawn.photos import PHOTOS, photo
from tests.drawn.rooms import Camera, drawn_room, photograph

LONG_SIDE = 1600
SHORTLIST = 12
CLUES_PER_PHOTO = 3
FRAME_GAPS_S = (0.1, 0.2, 0.5)
FRAMES_PER_GAP = 12
Z_95 = 1.96


@dataclass
class Source:
    """A photograph of the pool, and what is stored of it."""

    name: str
    pixels: Pixels
    subject: Subject
    stored: SceneEmbedding
    pdq: bytes | None


@dataclass
class Tally:
    """Found of tried, and the milliseconds that each took."""

    found: int = 0
    tried: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, kind: Kind | None, *, is_found: bool) -> None:
        """Count one trial and what it was taken for."""
        self.found += is_found
        self.tried += 1
        self.kinds[str(kind)] += 1

    def __str__(self) -> str:
        low, high = wilson(self.found, self.tried)
        return f"{self.found}/{self.tried} = {self.found / max(1, self.tried):.3f} [{low:.3f}, {high:.3f}]"


def wilson(found: int, tried: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    if not tried:
        return 0.0, 1.0
    share, square = found / tried, Z_95**2
    middle = (share + square / (2 * tried)) / (1 + square / tried)
    reach = Z_95 * (share * (1 - share) / tried + square / (4 * tried**2)) ** 0.5 / (1 + square / tried)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def main() -> None:
    """Run everything and print one line a figure, then the same as JSON."""
    cv2.setNumThreads(1)
    corpus = os.environ.get("ICSE_CORPUS")
    pictures = dict(_corpus_photos(Path(corpus))) if corpus else dict(_own_pictures())
    print(f"machine {platform.processor() or platform.machine()}, load {os.getloadavg()[0]:.1f}")
    print(
        f"{len(pictures)} photographs "
        + ("of ICSE_CORPUS" if corpus else "of tests/ (ICSE_CORPUS is absent)")
    )
    embedder = SceneEmbedder()
    pool = [_source(name, pixels, embedder) for name, pixels in sorted(pictures.items())]
    figures: dict[str, Tally] = {}
    for measured in _measure(pool, Path(corpus) / "video" if corpus else None, embedder):
        for name, tally in measured.items():
            print(f"{name:40s} {tally}  {dict(tally.kinds)}", flush=True)
        figures |= measured
    print(json.dumps({name: [tally.found, tally.tried] for name, tally in figures.items()}))


def _measure(pool: list[Source], video: Path | None, embedder: SceneEmbedder) -> Iterator[dict[str, Tally]]:
    reported = pool[1::2]
    yield planted_copies(reported, pool, embedder)
    yield clues(reported, pool, embedder)
    yield unrelated_pairs(pool, reported)
    yield logo_pairs(reported)
    if video is not None:
        yield neighbouring_frames(video)


def planted_copies(reported: list[Source], pool: list[Source], embedder: SceneEmbedder) -> dict[str, Tally]:
    """Search each edited photograph in the whole pool; found is: called a copy of its source."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    false = Tally()
    started = time.process_time()
    for source in reported:
        random = np.random.default_rng(zlib.crc32(source.name.encode()))
        for attack, edit in COPIES.items():
            found = search(Picture(edit(source.pixels, random)), pool, embedder)
            tallies[f"copy: {attack}"].add(
                found.get(source.name), is_found=found.get(source.name) is Kind.COPY
            )
            wrong = [name for name, kind in found.items() if kind is Kind.COPY and name != source.name]
            false.add(None, is_found=bool(wrong))
    every = Tally(sum(each.found for each in tallies.values()), sum(each.tried for each in tallies.values()))
    spent = (time.process_time() - started) / max(1, false.tried)
    print(f"one search: {spent * 1000:.0f} ms of CPU with {SHORTLIST} candidates proven or refuted")
    return dict(tallies) | {"copy: all": every, "copies found of another photograph": false}


def clues(reported: list[Source], pool: list[Source], embedder: SceneEmbedder) -> dict[str, Tally]:
    """Cut clues of 12 % of the area; in the shortlist, and proven to be of their source."""
    listed, proven, false = Tally(), Tally(), Tally()
    for source in reported:
        random = np.random.default_rng(zlib.crc32(source.name.encode()) + 1)
        for _ in range(CLUES_PER_PHOTO):
            picture = Picture(clue(source.pixels, random))
            names = [each.name for each in shortlist(embedder.query_vectors(picture), pool)]
            found = search(picture, pool, embedder)
            listed.add(None, is_found=source.name in names)
            proven.add(found.get(source.name), is_found=source.name in found)
            false.add(None, is_found=any(not is_same(name, source.name) for name in found))
    return {"clue: in the shortlist": listed, "clue: proven": proven, "clue: proven of another": false}


def unrelated_pairs(pool: list[Source], reported: list[Source]) -> dict[str, Tally]:
    """Prove every pair of which one is of the reported half; found is: connected at all."""
    names = {each.name for each in reported}
    copied, connected, stereo = Tally(), Tally(), Tally()
    for one, other in combinations(pool, 2):
        if is_same(one.name, other.name):
            kind = _connection(one.subject, _orientations(one.subject.picture), other)
            stereo.add(kind, is_found=kind is Kind.COPY)
        elif names & {one.name, other.name}:
            kind = _connection(one.subject, _orientations(one.subject.picture), other)
            copied.add(kind, is_found=kind is Kind.COPY)
            connected.add(kind, is_found=kind is not None)
    return {
        "unrelated pair called a copy": copied,
        "unrelated pair connected at all": connected,
        "stereo pair called a copy": stereo,
    }


def logo_pairs(reported: list[Source]) -> dict[str, Tally]:
    """Put two photographs under the same logo, the same caption, or both; found is: called a copy."""
    called, connected = Tally(), Tally()
    for one, other in pairwise(reported):
        if is_same(one.name, other.name):
            continue
        size = (one.pixels.shape[1], one.pixels.shape[0])
        resized = np.asarray(cv2.resize(other.pixels, size), dtype=np.uint8)
        for overlay in (caption, stamp, lambda pixels: stamp(caption(pixels))):
            left, right = Picture(overlay(one.pixels)), Picture(overlay(resized))
            kind = _decide(subject(left), _orientations(left), subject(right), compute_hashes(right).pdq)
            called.add(kind, is_found=kind is Kind.COPY)
            connected.add(kind, is_found=kind is not None)
    return {"two under one logo called a copy": called, "two under one logo connected": connected}


def neighbouring_frames(folder: Path) -> dict[str, Tally]:
    """Compare frames of one film; found is: called a copy."""
    tallies: dict[str, Tally] = {f"frames {gap} s apart called a copy": Tally() for gap in FRAME_GAPS_S}
    for path in sorted(folder.glob("*.mp4")):
        frames, rate = _frames(path)
        for gap in FRAME_GAPS_S:
            step = max(1, round(gap * rate))
            for start in np.linspace(0, len(frames) - 1 - step, FRAMES_PER_GAP).astype(int):
                left, right = Picture(frames[start]), Picture(frames[start + step])
                kind = _decide(subject(left), _orientations(left), subject(right), compute_hashes(right).pdq)
                tallies[f"frames {gap} s apart called a copy"].add(kind, is_found=kind is Kind.COPY)
    return tallies


def search(picture: Picture, pool: list[Source], embedder: SceneEmbedder) -> dict[str, Kind]:
    """Return what a picture is connected with, looked up as the platform does: hash, tiles, then proof."""
    query, orientations = subject(picture), _orientations(picture)
    near = [source for source in pool if is_near(_distance(orientations, source.pdq))]
    candidates = {each.name: each for each in (*near, *shortlist(embedder.query_vectors(picture), pool))}
    kinds = {name: _connection(query, orientations, each) for name, each in candidates.items()}
    return {name: kind for name, kind in kinds.items() if kind is not None}


def is_near(pdq_distance: int | None) -> bool:
    """Say whether a hash alone would shortlist a picture."""
    return pdq_distance is not None and pdq_distance <= copies.PDQ_COPY_DISTANCE


def shortlist(query: SceneEmbedding, pool: list[Source]) -> list[Source]:
    """Return the pictures with the likest tiles, likest first."""
    likeness = {each.name: float((query.vectors @ each.stored.vectors.T).max()) for each in pool}
    return sorted(pool, key=lambda each: likeness[each.name], reverse=True)[:SHORTLIST]


def is_same(one: str, other: str) -> bool:
    """Say whether two names are of one scene."""
    if one == other:
        return True
    return one.rpartition("_")[0] == other.rpartition("_")[0] and one.rpartition("_")[2] in {"left", "right"}


def _connection(query: Subject, orientations: tuple[bytes, ...], candidate: Source) -> Kind | None:
    return _decide(query, orientations, candidate.subject, candidate.pdq)


def _decide(
    query: Subject, orientations: tuple[bytes, ...], candidate: Subject, pdq: bytes | None
) -> Kind | None:
    distance = _distance(orientations, pdq)
    return copies.decide(distance, verify(query, candidate, likely=_likely_pose(orientations, pdq)))


def _likely_pose(orientations: tuple[bytes, ...], stored: bytes | None) -> Pose:
    """Return the pose that the hash names, if it is near in one."""
    if stored is None or not is_near(_distance(orientations, stored)):
        return UPRIGHT
    return RIGHT_ANGLES[int(np.argmin([hamming(each, stored) for each in orientations]))]


def _orientations(picture: Picture) -> tuple[bytes, ...]:
    return dihedral_pdq(picture)


def _distance(orientations: tuple[bytes, ...], stored: bytes | None) -> int | None:
    return None if stored is None else min((hamming(each, stored) for each in orientations), default=None)


def _source(name: str, pixels: Pixels, embedder: SceneEmbedder) -> Source:
    picture = Picture(pixels)
    stored = embedder.embed(picture)
    kept = SceneEmbedding(stored.vectors.astype(np.float16).astype(np.float32), TILES)
    return Source(name, pixels, subject(picture), kept, compute_hashes(picture).pdq)


def _corpus_photos(corpus: Path) -> Iterator[tuple[str, Pixels]]:
    for path in sorted((corpus / "photos").iterdir()):
        read = cv2.imread(str(path))
        if read is not None:
            yield path.stem, reduce_to(np.ascontiguousarray(read[..., ::-1], dtype=np.uint8), LONG_SIDE)


def _own_pictures() -> Iterator[tuple[str, Pixels]]:
    yield from ((name, photo(name)) for name in (*PHOTOS, "motorcycle_right"))
    yield from ((f"room {seed}", photograph(drawn_room(seed), Camera())) for seed in range(6))


def _frames(path: Path) -> tuple[list[Pixels], float]:
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        frames = [
            np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8) for frame in film.decode(stream)
        ]
        return frames, float(stream.average_rate or 25)


if __name__ == "__main__":
    main()
