"""Write what analyzers found as signals; each function replaces what an earlier run of it had written."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from icse.common.ids import derived_id
from media_analysis.engine.hashes.bands import bands
from media_analysis.models import (
    TILE_DIMENSIONS,
    Analysis,
    CaptureFacts,
    ExactSignal,
    ExactSignalMember,
    Face,
    PictureHash,
    SceneFeatures,
    SceneTile,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from numpy.typing import NDArray

    from media_analysis.engine.faces.face import DetectedFace
    from media_analysis.engine.hashes.analyzer import PictureHashes
    from media_analysis.engine.metadata.normalise import CameraFacts
    from media_analysis.engine.metadata.serials import Serial
    from media_analysis.engine.metadata.tags import RawTags
    from media_analysis.engine.scene.embedding import SceneEmbedding

WORDS_LENGTH = 20_000


def as_bits(pdq: bytes) -> str:
    """Write 32 bytes as 256 digits, as PostgreSQL's bit type takes them."""
    return f"{int.from_bytes(pdq, 'big'):0256b}"


def keep_hashes(analysis: Analysis, frames: Iterable[tuple[int | None, PictureHashes]]) -> None:
    """Keep the perceptual hashes of a photo (place None) or of a video's frames (places in ms)."""
    PictureHash.objects.filter(analysis=analysis).delete()
    PictureHash.objects.bulk_create(
        [
            PictureHash(
                material_id=analysis.material_id,
                analysis=analysis,
                at_ms=at_ms,
                route=found.route,
                pdq=as_bits(found.pdq) if found.pdq else None,
                quality=found.quality,
                phash=found.phash,
                dhash=found.dhash,
                bands=bands(found.pdq) if found.pdq else None,
            )
            for at_ms, found in frames
        ],
        batch_size=500,
    )


def keep_faces(
    analysis: Analysis, frames: Iterable[tuple[int | None, Sequence[DetectedFace]]], *, model_id: str
) -> None:
    """Keep the faces of a photo or of a video's frames, each vector with the id of its model."""
    seen = [(at_ms, face) for at_ms, faces in frames for face in faces]
    Face.objects.filter(analysis=analysis).delete()
    Face.objects.bulk_create(
        [
            Face(
                id=derived_id(analysis.material_id, "face", analysis.version, analysis.segment, number),
                material_id=analysis.material_id,
                analysis=analysis,
                at_ms=at_ms,
                box=list(face.box),
                landmarks=[list(point) for point in face.landmarks],
                score=face.score,
                quality=face.quality,
                model_id=model_id,
                embedding=face.embedding,
            )
            for number, (at_ms, face) in enumerate(seen)
        ],
        batch_size=500,
    )


def keep_tiles(
    analysis: Analysis, frames: Iterable[tuple[int | None, SceneEmbedding]], *, model_id: str
) -> None:
    """Keep the embeddings of a picture's whole and tiles."""
    SceneTile.objects.filter(analysis=analysis).delete()
    SceneTile.objects.bulk_create(
        [
            SceneTile(
                material_id=analysis.material_id,
                analysis=analysis,
                at_ms=at_ms,
                tile=number,
                box=[float(side) for side in box],
                model_id=model_id,
                embedding=padded(vector),
            )
            for at_ms, embedding in frames
            for number, (vector, box) in enumerate(zip(embedding.vectors, embedding.boxes, strict=True))
        ],
        batch_size=500,
    )


def keep_features(
    analysis: Analysis, frames: Iterable[tuple[int | None, bytes]], *, features_id: str
) -> None:
    """Keep the packed local features of a photo (place None) or of a video's frames (places in ms)."""
    SceneFeatures.objects.filter(analysis=analysis).delete()
    SceneFeatures.objects.bulk_create(
        [
            SceneFeatures(
                material_id=analysis.material_id,
                analysis=analysis,
                at_ms=at_ms,
                features_id=features_id,
                packed=packed,
            )
            for at_ms, packed in frames
        ],
        batch_size=50,
    )


def read_features(material_id: UUID, *, at_ms: int | None, features_id: str) -> bytes | None:
    """Return the packed local features of a photo (place None) or frame, as they are made today.

    None for what an older version analyzed, and for frames that stand for no shot.
    """
    kept = SceneFeatures.objects.filter(material=material_id, at_ms=at_ms, features_id=features_id)
    packed = kept.values_list("packed", flat=True).first()
    return None if packed is None else bytes(packed)


def padded(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fill a shorter model's vector up with zeros to the column's width; cosines stay what they are."""
    return np.pad(vector, (0, TILE_DIMENSIONS - len(vector)))


def keep_exact(analysis: Analysis, values: Iterable[tuple[str, str]]) -> None:
    """Keep exact signals `(kind, value)`: one hub for each value, with this material as a member."""
    ExactSignalMember.objects.filter(analysis=analysis).delete()
    for kind, value in values:
        signal, _ = ExactSignal.objects.get_or_create(kind=kind, value=value[:128])
        ExactSignalMember.objects.update_or_create(
            signal=signal,
            material_id=analysis.material_id,
            defaults={"analysis": analysis},
            create_defaults={
                "id": derived_id(analysis.material_id, "member", kind, signal.value),
                "analysis": analysis,
            },
        )


def keep_capture_facts(
    analysis: Analysis, raw: RawTags, facts: CameraFacts, serials: Iterable[Serial]
) -> None:
    """Keep every tag as read, the facts made of them, and the serial numbers that link."""
    values: dict[str, Any] = asdict(facts)
    values["taken_at"] = facts.taken_at.isoformat(timespec="seconds") if facts.taken_at else ""
    CaptureFacts.objects.update_or_create(
        material_id=analysis.material_id,
        defaults={**values, "analysis": analysis, "tags": raw.tags, "words": _words(raw)},
    )
    keep_exact(analysis, [(serial.kind, serial.value) for serial in serials])


def _words(raw: RawTags) -> str:
    return " ".join(str(value) for value in raw.tags.values() if isinstance(value, str))[:WORDS_LENGTH]
