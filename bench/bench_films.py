"""Planted passages of films: found or not, how far off in time, and what is found where nothing was planted.

    ICSE_CORPUS=... python -m bench.bench_films

Every clip of `video/` is put behind the beginning of another one, edited in each way, with its samples at
three phases. Measured is what hashes do: the shortlist asks for one frame within 31 bits, as the index does,
and the alignment follows; the proof by pixels after it is not. Peers: every pair of frames compared one by
one, and vPDQ's example rule (80 % of a clip's frames within 31 bits of any of the film, ThreatExchange
`vpdq/README.md`).
"""

import io
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import av
import cv2
import numpy as np

from bench.corpus import corpus_folder
from media_analysis.engine.hashes.analyzer import compute_hashes, dihedral_pdq
from media_analysis.engine.hashes.bands import PDQ_THRESHOLD, hamming
from media_analysis.engine.hashes.turning import MIRRORED, UPRIGHT
from media_analysis.engine.pictures import Picture, Pixels
from media_analysis.engine.video.passages import Passage, find_passages
from media_analysis.engine.video.sampled import SampledFilm

RATE = 25
SIZE = (640, 360)
SAMPLE_MS = 500
LEAD_MS = (3_000, 3_120, 3_250)
VPDQ_SHARE = 0.8
TEN_MINUTES, HOUR = 1_200, 7_200
TEN_MINUTES_TENTH = TEN_MINUTES // 10
"""In samples; of the slow peer a tenth is measured."""

ROUNDS = 3

Edit = Callable[[list[Pixels]], list[Pixels]]


def encoded(frames: list[Pixels], crf: int) -> list[Pixels]:
    """Return frames after H.264 at a constant rate factor."""
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as output:
        track = output.add_stream("libx264", rate=Fraction(RATE))
        track.options = {"crf": str(crf), "preset": "veryfast"}
        track.height, track.width = (side // 2 * 2 for side in frames[0].shape[:2])
        track.pix_fmt = "yuv420p"
        for frame in frames:
            even = np.ascontiguousarray(frame[: track.height, : track.width])
            output.mux(track.encode(av.VideoFrame.from_ndarray(even)))
        output.mux(track.encode(None))
    stream.seek(0)
    return [pixels for _, pixels in decoded(stream)]


def cropped(frames: list[Pixels], share: float) -> list[Pixels]:
    height, width = frames[0].shape[:2]
    top, left = round(height * share), round(width * share)
    return [frame[top : height - top, left : width - left] for frame in frames]


def with_bar(frames: list[Pixels]) -> list[Pixels]:
    shown = [frame.copy() for frame in frames]
    for frame in shown:
        frame[-frame.shape[0] // 10 :] = 0
    return shown


EDITS: dict[str, Edit] = {
    "as it was": lambda frames: frames,
    "CRF 30": lambda frames: encoded(frames, 30),
    "CRF 40": lambda frames: encoded(frames, 40),
    "a third of the size": lambda frames: [
        np.asarray(cv2.resize(frame, None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA), np.uint8)
        for frame in frames
    ],
    "darker": lambda frames: [np.asarray(frame * 0.7, np.uint8) for frame in frames],
    "cropped by 1 % a side": lambda frames: cropped(frames, 0.01),
    "cropped by 3 % a side": lambda frames: cropped(frames, 0.03),
    "cropped by 6 % a side": lambda frames: cropped(frames, 0.06),
    "a bar of a tenth": with_bar,
    "mirrored": lambda frames: [np.ascontiguousarray(frame[:, ::-1]) for frame in frames],
}


@dataclass
class Tally:
    """What became of the planted passages of one edit."""

    planted: int = 0
    shortlisted: int = 0
    found: int = 0
    shift_errors_ms: list[int] | None = None
    covered: float = 0.0
    by_vpdq: int = 0

    def __str__(self) -> str:
        errors = sorted(self.shift_errors_ms or [0])
        return (
            f"shortlisted {self.shortlisted:2} of {self.planted}, aligned {self.found:2}, "
            f"shift off by {errors[len(errors) // 2]:3} ms (median), {errors[-1]:3} (most), "
            f"{self.covered / max(1, self.found):4.0%} of the length; vPDQ's rule {self.by_vpdq:2}"
        )


def decoded(source: Path | io.BytesIO) -> Iterator[tuple[float, Pixels]]:
    """Yield time and pixels of each frame."""
    with av.open(str(source) if isinstance(source, Path) else source, "r") as film:
        for frame in film.decode(film.streams.video[0]):
            yield frame.time or 0.0, np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def clip(path: Path) -> list[Pixels]:
    """Return a clip at `RATE` frames a second, in one size."""
    timed = list(decoded(path))
    times = np.array([at for at, _ in timed])
    wanted = np.arange(0, times[-1], 1 / RATE)
    chosen = np.clip(np.searchsorted(times, wanted), 0, len(timed) - 1)
    return [
        np.asarray(cv2.resize(timed[each][1], SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        for each in chosen
    ]


def sampled(frames: list[Pixels]) -> tuple[SampledFilm, list[Picture]]:
    """Return a film as two samples a second tell it, and the samples."""
    numbers = range(0, len(frames), round(RATE * SAMPLE_MS / 1000))
    pictures = [Picture(np.ascontiguousarray(frames[number])) for number in numbers]
    hashes = [compute_hashes(picture).pdq for picture in pictures]
    film = SampledFilm(
        np.array([number * 1000 // RATE for number in numbers], np.int64),
        np.frombuffer(b"".join(each or bytes(32) for each in hashes), np.uint8).reshape(-1, 32),
        np.array([each is None for each in hashes]),
        len(frames) * 1000 // RATE,
    )
    return film, pictures


def fits(frames: list[Pixels], size: tuple[int, int]) -> list[Pixels]:
    """Return frames in one size, as a film has them."""
    return [np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8) for frame in frames]


def plant(own: list[Pixels], lead: list[Pixels], edit: Edit, lead_ms: int) -> list[Pixels]:
    """Return a film that begins with so much of one clip and goes on with another, edited."""
    edited = edit(own)
    height, width = edited[0].shape[:2]
    return [*fits(lead[: lead_ms * RATE // 1000], (width, height)), *edited]


def measure(clips: dict[str, list[Pixels]], edit: Edit, *, is_mirrored: bool) -> Tally:
    """Plant each clip behind another at three phases of the samples."""
    tally, errors = Tally(), list[int]()
    names = sorted(clips)
    for place, name in enumerate(names):
        own, pictures = sampled(clips[name])
        lead = clips[names[place - 1]]
        for lead_ms in LEAD_MS:
            other, _ = sampled(plant(clips[name], lead, edit, lead_ms))
            turn = MIRRORED if is_mirrored else UPRIGHT
            asked = [dihedral_pdq(picture)[turn] for picture in pictures]
            near = [
                min(hamming(each, row.tobytes()) for row in other.hashes[~other.is_plain]) <= PDQ_THRESHOLD
                for each in asked
            ]
            tally.planted += 1
            tally.shortlisted += any(near)
            tally.by_vpdq += float(np.mean(near)) >= VPDQ_SHARE
            found = [each for each in find_passages(own.turned(turn), other) if _is_planted(each, lead_ms)]
            tally.found += bool(found)
            if found:
                errors.append(min(abs(each.shift_ms - lead_ms) for each in found))
                tally.covered += sum(each.length_ms for each in found) / own.end_ms
    tally.shift_errors_ms = errors
    return tally


def _is_planted(passage: Passage, lead_ms: int) -> bool:
    return abs(passage.shift_ms - lead_ms) <= SAMPLE_MS


def false_ones(clips: dict[str, list[Pixels]]) -> str:
    """Lay clips of different recordings over each other, with and without one still beginning."""
    title = [clips["bikes"][0]] * (4 * RATE)
    pairs = [
        (one, other)
        for one, other in permutations(sorted(clips), 2)
        if one.partition("_")[0] != other.partition("_")[0]
    ]
    plain = sum(bool(find_passages(sampled(clips[one])[0], sampled(clips[other])[0])) for one, other in pairs)
    titled = sum(
        bool(find_passages(sampled(title + clips[one])[0], sampled(title + clips[other])[0]))
        for one, other in pairs
    )
    return f"{plain} of {len(pairs)} pairs of other films; {titled} of {len(pairs)} with one still beginning"


def report_time() -> None:
    """Align a film of ten minutes with one of an hour, against every pair of hashes as 256-bit numbers."""
    chance = np.random.default_rng(1)
    short, long = (chance.integers(0, 256, (count, 32), dtype=np.uint8) for count in (TEN_MINUTES, HOUR))
    long[1_000:1_600] = short[200:800]
    films = [
        SampledFilm(np.arange(len(each)) * SAMPLE_MS, each, np.zeros(len(each), bool), len(each) * SAMPLE_MS)
        for each in (short, long)
    ]
    ours, peer = [], []
    for _ in range(ROUNDS):
        started = time.process_time()
        (found,) = find_passages(*films)
        ours.append(time.process_time() - started)
        started = time.process_time()
        _near_pairs([each.tobytes() for each in short[:TEN_MINUTES_TENTH]], [each.tobytes() for each in long])
        peer.append(10 * (time.process_time() - started))
    print(
        f"ten minutes in an hour: {np.median(ours) * 1000:.0f} ms of CPU, every pair one by one"
        f" {np.median(peer):.1f} s; found {found.own} as {found.other}"
    )


def _near_pairs(short: list[bytes], long: list[bytes]) -> int:
    return sum(hamming(one, other) <= PDQ_THRESHOLD for one in short for other in long)


def main() -> None:
    """Print a line for each edit, then false ones and time."""
    cv2.setNumThreads(1)
    clips = {path.stem: clip(path) for path in sorted(corpus_folder("video").glob("*.mp4"))}
    print(f"load {os.getloadavg()[0]:.1f}; clips {', '.join(clips)}")
    for name, edit in EDITS.items():
        print(f"{name:22} {measure(clips, edit, is_mirrored=name == 'mirrored')}", flush=True)
    print(f"found though nothing was planted: {false_ones(clips)}")
    report_time()


if __name__ == "__main__":
    main()
