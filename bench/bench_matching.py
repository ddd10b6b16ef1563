"""What looking one picture up costs: the proof against twelve candidates, part by part, beside OpenCV's way.

    ICSE_CORPUS=/path/to/corpus python -m bench.bench_matching

Every fourth photograph of `ICSE_CORPUS/photos`, turned into three kinds of query (unrelated to the pool, a
mirrored copy in it, a clue cut from a picture of it), meets the twelve pictures of the pool with the likest
tiles. The peer is what one writes with OpenCV alone: SIFT or ORB of every candidate, decoded from its stored
preview, brute-force matching with the ratio test, and USAC with MAGSAC++; the query upright and mirrored. It
tries no other pose and compares no pixels. CPU of this process, without the database.
"""

import cProfile
import pstats
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from bench.attacks import clue
from bench.bench_copies import is_same
from bench.corpus import corpus_folder, open_picture
from bench.quiet import load_note
from media_analysis.engine.pictures import Picture, Pixels, preview
from media_analysis.engine.scene.places import UPRIGHT, Pose
from media_analysis.engine.scene.subjects import Subject, packed_levels, subject
from media_analysis.engine.scene.verification import LEAST_INLIERS, verify

SHORTLIST: Final = 12
PEER_SIDE: Final = 1280
PEER_FEATURES: Final = 2000
RATIO: Final = 0.8
UNRELATED: Final = "unrelated"
PARTS: Final = {
    "local features of the query": "extract",
    "vectors of the query": "query_vectors",
    "unpacking stored features": "unpack",
    "screening": "promising",
    "alignment": "align",
    "agreement, previews decoded": "_compared",
}


@dataclass
class Kept:
    """What is stored of a picture of the pool: its preview, tiles and features."""

    name: str
    jpeg: bytes
    tiles: NDArray[np.float32]
    packed: bytes

    def load(self) -> Picture:
        """Decode the preview."""
        return Picture(simplejpeg.decode_jpeg(self.jpeg, colorspace="RGB"))


@dataclass
class Query:
    """A picture made of the photograph `name`; an unrelated one meets all of the pool but that."""

    kind: str
    pixels: Pixels
    name: str
    likely: Pose = UPRIGHT

    @property
    def source(self) -> str | None:
        """Return which picture of the pool it shows, if any."""
        return None if self.kind == UNRELATED else self.name


def main() -> None:
    """Print milliseconds of CPU a picture, shares by part, and what was found, ours and the peers'."""
    cv2.setNumThreads(1)
    photos = {path.stem: open_picture(path) for path in sorted(corpus_folder("photos").iterdir())}
    print(f"{len(photos)} photographs of ICSE_CORPUS, {load_note()}")
    began = time.process_time()
    pool = [_kept(name, picture) for name, picture in photos.items()]
    stored = np.mean([len(each.packed) for each in pool]) / 1000
    print(f"kept once a picture: {_ms(began) / len(pool):.0f} ms, {stored:.0f} KB of features")
    queries = list(_queries({name: picture.at_long_side(1600) for name, picture in photos.items()}))
    ways = {"ours": _prove, "SIFT": _peer(_sift), "ORB": _peer(_orb)}
    _print_profile(queries, pool)
    _compare(queries, pool, ways)


Way = Callable[[Query, list[Kept]], list[str]]


def _compare(queries: list[Query], pool: list[Kept], ways: dict[str, Way]) -> None:
    """Look every query up in every way, in turn, so that a busy machine slows all of them alike."""
    spent: dict[tuple[str, str], list[float]] = defaultdict(list)
    true: dict[tuple[str, str], int] = defaultdict(int)
    false: dict[tuple[str, str], int] = defaultdict(int)
    for query in queries:
        candidates = _shortlist(query, pool)
        for way, prove in ways.items():
            began = time.process_time()
            found = prove(query, candidates)
            spent[query.kind, way].append(_ms(began))
            true[query.kind, way] += query.source in found
            false[query.kind, way] += any(not is_same(name, query.name) for name in found)
    for (kind, way), each in spent.items():
        told = f"found {true[kind, way]}/{len(each)}, " if kind != UNRELATED else ""
        print(f"{kind:14s} {way:5s} {np.median(each):6.0f} ms  {told}of another {false[kind, way]}")


def _print_profile(queries: list[Query], pool: list[Kept]) -> None:
    shortlists = [(query, _shortlist(query, pool)) for query in queries]
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for query, candidates in shortlists:
        _prove(query, candidates)
    profile.disable()
    stats: Any = pstats.Stats(profile)
    within: dict[str, float] = defaultdict(float)
    for (_, _, function), (_, _, _, cumulative, _) in stats.stats.items():
        within[function] += cumulative
    print(f"ours, {1000 * stats.total_tt / len(queries):.0f} ms a picture under the profiler:")
    for part, function in PARTS.items():
        print(f"  {part:30s} {within[function] / stats.total_tt:5.0%}")


def _prove(query: Query, candidates: list[Kept]) -> list[str]:
    asked = subject(Picture(query.pixels))
    _ = asked.embedding
    return [
        each.name
        for each in candidates
        if verify(asked, Subject(each.load, packed=each.packed), likely=query.likely) is not None
    ]


def _peer(extract: Callable[[NDArray[np.uint8]], tuple[Any, Any, int]]) -> Way:
    def look_up(query: Query, candidates: list[Kept]) -> list[str]:
        gray = Picture(query.pixels).at_long_side(PEER_SIDE).gray
        views = [extract(gray), extract(np.ascontiguousarray(gray[:, ::-1]))]
        found = []
        for each in candidates:
            other = extract(each.load().at_long_side(PEER_SIDE).gray)
            if max(_inliers(view, other) for view in views) >= LEAST_INLIERS:
                found.append(each.name)
        return found

    return look_up


def _sift(gray: NDArray[np.uint8]) -> tuple[Any, Any, int]:
    return (*cv2.SIFT.create(PEER_FEATURES).detectAndCompute(gray, None), cv2.NORM_L2)


def _orb(gray: NDArray[np.uint8]) -> tuple[Any, Any, int]:
    return (*cv2.ORB.create(PEER_FEATURES).detectAndCompute(gray, None), cv2.NORM_HAMMING)


def _inliers(one: tuple[Any, Any, int], other: tuple[Any, Any, int]) -> int:
    """Return how many pairs that pass the ratio test agree on one homography."""
    if one[1] is None or other[1] is None or len(other[1]) < 2:
        return 0
    pairs = cv2.BFMatcher(one[2]).knnMatch(one[1], other[1], k=2)
    good = [first for first, second in pairs if first.distance < RATIO * second.distance]
    if len(good) < 6:
        return 0
    source = np.array([one[0][each.queryIdx].pt for each in good], np.float32)
    target = np.array([other[0][each.trainIdx].pt for each in good], np.float32)
    _, mask = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 3.0, maxIters=2000, confidence=0.999)
    return int(np.sum(mask)) if np.ndim(mask) else 0


def _queries(photos: dict[str, Picture]) -> Iterator[Query]:
    """Yield an unrelated query, a mirrored copy and a clue of every fourth photograph."""
    for name in sorted(photos)[1::4]:
        pixels = photos[name].pixels
        yield Query(UNRELATED, pixels, name)
        yield Query("mirrored copy", np.ascontiguousarray(pixels[:, ::-1]), name, Pose(is_mirrored=True))
        yield Query("clue", clue(pixels, np.random.default_rng(zlib.crc32(name.encode()) + 1)), name)


def _shortlist(query: Query, pool: list[Kept]) -> list[Kept]:
    """Return the twelve likest by tile."""
    vectors = subject(Picture(query.pixels)).embedding.vectors
    met = [each for each in pool if query.source is not None or not is_same(each.name, query.name)]
    return sorted(met, key=lambda each: -float((vectors @ each.tiles.T).max()))[:SHORTLIST]


def _kept(name: str, picture: Picture) -> Kept:
    return Kept(name, preview(picture), subject(picture).embedding.vectors[:14], packed_levels(picture))


def _ms(began: float) -> float:
    return (time.process_time() - began) * 1000


if __name__ == "__main__":
    main()
