"""Measure both face analyzers on labelled portraits, `ICSE_CORPUS/faces/<person>/<picture>`.

Thresholds are fixed on one half of the persons and reported on the other. Pairs of one person are not
independent, so the bounds are optimistic; and adults say nothing about children.

    ICSE_CORPUS=... python -m bench.bench_faces
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import face_recognition
import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from bench.corpus import corpus_folder, open_picture
from media_analysis.engine.faces.face import DetectedFace
from media_analysis.engine.faces.registry import ANALYZERS, analyzer
from media_analysis.engine.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

FALSE_ACCEPTS = 1e-3
ROUNDS = 5

Distances = NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """Cosine distances of pairs of portraits of one person, and of two."""

    genuine: Distances
    impostor: Distances

    def equal_error_rate(self) -> float:
        cuts = np.sort(np.concatenate([self.genuine, self.impostor]))
        rejected = 1 - np.searchsorted(np.sort(self.genuine), cuts, side="right") / len(self.genuine)
        accepted = np.searchsorted(np.sort(self.impostor), cuts, side="right") / len(self.impostor)
        return float(np.min(np.maximum(rejected, accepted)))

    def threshold(self, rate: float) -> float:
        """Return the distance below which this share of the pairs of two persons lies."""
        return float(np.quantile(self.impostor, rate))


def describe(name: str, portraits: dict[str, list[Picture]]) -> dict[str, list[DetectedFace]]:
    faces = analyzer(name)
    seen = {
        person: [faces.analyse(picture) for picture in pictures] for person, pictures in portraits.items()
    }
    return {person: [found[0] for found in each if found] for person, each in seen.items()}


def pair_up(faces: dict[str, list[DetectedFace]], persons: list[str]) -> Pairs:
    owners = np.array([person for person in persons for _ in faces[person]])
    vectors = np.array([face.embedding for person in persons for face in faces[person]])
    distances = 1.0 - vectors @ vectors.T
    left, right = np.triu_indices(len(owners), 1)
    same = owners[left] == owners[right]
    return Pairs(distances[left, right][same], distances[left, right][~same])


def bounds(hits: int, tries: int) -> str:
    """Return a share with its 95 % bounds after Clopper and Pearson."""
    low = float(beta.ppf(0.025, hits, tries - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, tries - hits)) if hits < tries else 1.0
    return f"{100 * hits / tries:6.2f} % ({100 * low:.2f} to {100 * high:.2f})"


def report_accuracy(name: str, portraits: dict[str, list[Picture]]) -> None:
    faces = describe(name, portraits)
    persons = sorted(portraits)
    halves = persons[::2], persons[1::2]
    missed = sum(map(len, portraits.values())) - sum(map(len, faces.values()))
    everyone = pair_up(faces, persons)
    print(f"\n{name}: {analyzer(name).model_id}, faces missed {missed}")
    print(f"  all persons: EER {100 * everyone.equal_error_rate():.2f} %")
    print(f"  all persons: distance at FAR 0.1 % {everyone.threshold(FALSE_ACCEPTS):.3f}")
    for fixed, reported in (halves, halves[::-1]):
        cut = pair_up(faces, fixed).threshold(FALSE_ACCEPTS)
        pairs = pair_up(faces, reported)
        accepted, wrong = int((pairs.genuine <= cut).sum()), int((pairs.impostor <= cut).sum())
        print(f"  cut {cut:.3f} fixed on {len(fixed)}, on the other {len(reported)} persons:")
        print(f"    true accepts  {bounds(accepted, len(pairs.genuine))} of {len(pairs.genuine)}")
        print(f"    false accepts {bounds(wrong, len(pairs.impostor))} of {len(pairs.impostor)}")
    cut = analyzer(name).model.candidate_distance
    for label, distances in (("true", everyone.genuine), ("false", everyone.impostor)):
        share = bounds(int((distances <= cut).sum()), len(distances))
        print(f"  at the product's {cut}: {label} accepts {share}")


def by_face_recognition(picture: Picture) -> None:
    places = face_recognition.face_locations(picture.pixels)
    face_recognition.face_encodings(picture.pixels, places, model="small")


def report_time(pictures: list[Picture]) -> None:
    ways: dict[str, Callable[[Picture], object]] = {name: analyzer(name).analyse for name in ANALYZERS}
    ways["face_recognition"] = by_face_recognition
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            started = time.process_time()
            for picture in pictures:
                way(Picture(picture.pixels))
            spent[name].append((time.process_time() - started) / len(pictures) * 1000)
    print(f"\nCPU ms per picture, median of {ROUNDS} interleaved rounds over {len(pictures)} pictures")
    for name, rounds in spent.items():
        ratios = np.array(spent["face_recognition"]) / np.array(rounds)
        print(f"  {name:17} {np.median(rounds):7.1f}   {np.median(ratios):4.1f} x face_recognition")


def turned_distances(faces_of: str, portraits: list[Picture]) -> None:
    """Print how far the embedding of a portrait moves by a quarter or half turn."""
    find = analyzer(faces_of).analyse
    for turns in range(1, 4):
        moved = []
        for picture in portraits:
            turned = find(Picture(np.ascontiguousarray(np.rot90(picture.pixels, turns))))
            moved += [1.0 - float(find(picture)[0].embedding @ turned[0].embedding)] if turned else [2.0]
        middle, worst = np.median(moved), max(moved)
        print(f"  {faces_of} turned by {90 * turns} degrees: distance median {middle:.2f}, max {worst:.2f}")


def main() -> None:
    folder = corpus_folder("faces")
    people = {
        person.name: [open_picture(file) for file in sorted(person.iterdir())] for person in folder.iterdir()
    }
    for name in ANALYZERS:
        report_accuracy(name, people)
    print()
    turned_distances("sface", [pictures[0] for pictures in people.values()])
    enlarged = Picture(open_picture(corpus_folder("photos") / "astronaut.png").at_long_side(512).pixels)
    report_time([enlarged])
    report_time([pictures[0] for pictures in people.values()][:10])


if __name__ == "__main__":
    main()
