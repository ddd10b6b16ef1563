"""Look signals up through the index functions; the one place where their SQL is spoken.

`scopes` names where the asker may look. None, for matching over all countries, is the engine's privilege.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from media_analysis.engine.hashes.bands import PDQ_THRESHOLD, probe_keys
from media_analysis.queries.indexes import index_function, listed
from media_analysis.services.signals import as_bits, padded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    import numpy as np
    from numpy.typing import NDArray

    from media_analysis.queries.indexes import Scopes

FRAMES_A_CALL = 500
FILMS_A_CALL = 200
"""So many frames are looked up in one call, and so many films come back, whatever they share."""


@dataclass(frozen=True, slots=True)
class HashNeighbour:
    """A photo or frame whose PDQ hash is within the radius; distance in bits.

    `orientation` counts, from 0, the hash of those looked up that was nearest.
    """

    material_id: UUID
    at_ms: int | None
    distance: int
    orientation: int


@dataclass(frozen=True, slots=True)
class TileNeighbour:
    """The nearest tile of a picture: its box, which query vector met it (from 1), and the cosine distance."""

    material_id: UUID
    at_ms: int | None
    box: tuple[float, float, float, float]
    query: int
    distance: float


@dataclass(frozen=True, slots=True)
class FaceNeighbour:
    """A face near another one; cosine distance, 0 to 2."""

    face_id: UUID
    material_id: UUID
    at_ms: int | None
    box: list[float]
    distance: float


@dataclass(frozen=True, slots=True)
class FilmNeighbour:
    """A film with frames within `PDQ_THRESHOLD` of so many of another's, which is seen in an orientation."""

    material_id: UUID
    turn: int
    frames: int


def hash_neighbours(
    orientations: Iterable[bytes], scopes: Scopes, *, radius: int = PDQ_THRESHOLD
) -> list[HashNeighbour]:
    """Return every picture within the radius of one of the hashes, each once, nearest first; exact."""
    best: dict[tuple[UUID, int | None], HashNeighbour] = {}
    with connection.cursor() as cursor:
        for orientation, pdq in enumerate(orientations):
            cursor.callproc(
                index_function("hash_neighbours", scopes),
                [as_bits(pdq), probe_keys(pdq), radius, listed(scopes)],
            )
            for material_id, at_ms, distance in cursor.fetchall():
                found = HashNeighbour(material_id, at_ms, distance, orientation)
                place = (found.material_id, found.at_ms)
                if place not in best or found.distance < best[place].distance:
                    best[place] = found
    return sorted(best.values(), key=lambda each: each.distance)


def film_neighbours(
    hashes: Sequence[tuple[bytes, int]], *, without: Collection[UUID], limit: int
) -> list[FilmNeighbour]:
    """Return the films with the most near frames over all countries, one row a film and orientation.

    Hashes come with the orientation (0 to 7) in which their picture was seen. The engine's privilege.
    """
    counts: Counter[tuple[UUID, int]] = Counter()
    with connection.cursor() as cursor:
        for begin in range(0, len(hashes), FRAMES_A_CALL):
            some = hashes[begin : begin + FRAMES_A_CALL]
            written, turns = [as_bits(pdq) for pdq, _ in some], [turn for _, turn in some]
            cursor.callproc(
                index_function("film_neighbours", None),
                [written, turns, PDQ_THRESHOLD, list(without), FILMS_A_CALL],
            )
            for material_id, turn, frames in cursor.fetchall():
                counts[material_id, turn] += frames
    return [FilmNeighbour(*place, frames) for place, frames in counts.most_common(limit)]


def tile_neighbours(
    vectors: NDArray[np.float32], model_id: str, scopes: Scopes, *, limit: int
) -> list[TileNeighbour]:
    """Return the pictures with the nearest tiles to any of the vectors (n, D), nearest first."""
    written = ["[" + ",".join(f"{value:.5f}" for value in padded(vector)) + "]" for vector in vectors]
    with connection.cursor() as cursor:
        cursor.callproc(index_function("tile_neighbours", scopes), [written, model_id, limit, listed(scopes)])
        return [
            TileNeighbour(material_id, at_ms, (box[0], box[1], box[2], box[3]), query, distance)
            for material_id, at_ms, box, query, distance in cursor.fetchall()
        ]


def face_neighbours(
    embedding: NDArray[np.float32], model_id: str, scopes: Scopes, *, limit: int
) -> list[FaceNeighbour]:
    """Return the nearest faces of the same model, nearest first; exact."""
    written = "[" + ",".join(f"{value:.6f}" for value in embedding) + "]"
    with connection.cursor() as cursor:
        cursor.callproc(index_function("face_neighbours", scopes), [written, model_id, limit, listed(scopes)])
        return [FaceNeighbour(*row) for row in cursor.fetchall()]
