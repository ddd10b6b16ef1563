"""The analyzers as steps: what each looks at and how its findings are kept.

A photo is one frame at the place None; a video's frames have places in milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from media_analysis.engine.decoding import routes
from media_analysis.engine.faces import face as faces
from media_analysis.engine.hashes import analyzer as hashes
from media_analysis.engine.metadata import normalise, reader
from media_analysis.engine.metadata.serials import linking_serials
from media_analysis.engine.metadata.tags import RawTags
from media_analysis.engine.scene import analyzer as scene
from media_analysis.engine.scene.subjects import features_id, packed_levels
from media_analysis.engine.versions import digest_of
from media_analysis.models import Analysis, ExactSignal
from media_analysis.services import signals
from media_analysis.services.recording import Step
from media_analysis.services.workbench import decoder, face_analyzer, scene_embedder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icse.common.sealing import SealedFile
    from media_analysis.engine.faces.face import DetectedFace
    from media_analysis.engine.hashes.analyzer import PictureHashes
    from media_analysis.engine.pictures import Picture
    from media_analysis.engine.scene.embedding import SceneEmbedding

    Frames = Sequence[tuple[int | None, Picture]]


def versions() -> dict[str, str]:
    """Return the version of each analyzer as it would run now.

    What looks at pixels depends on the route by which they were decoded as well.
    """
    looking = {
        hashes.NAME: hashes.version(),
        faces.NAME: face_analyzer().version(),
        scene.NAME: scene.version(),
    }
    route = routes.version()
    return {name: digest_of(own, route) for name, own in looking.items()} | {reader.NAME: reader.version()}


def hashes_step(picture: Picture, pixel_digest: str) -> Step:
    """Hash a photo; the digest of its decoded pixels becomes an exact signal.

    The hashes in all eight orientations are kept with the result: they are what looks others up.
    """

    def look() -> tuple[PictureHashes, tuple[bytes, ...]]:
        return hashes.compute_hashes(picture), hashes.dihedral_pdq(picture)

    def keep(analysis: Analysis, found: tuple[PictureHashes, tuple[bytes, ...]]) -> dict[str, Any]:
        upright, turned = found
        signals.keep_hashes(analysis, [(None, upright)])
        signals.keep_exact(analysis, [(ExactSignal.Kind.PIXELS, pixel_digest)])
        return {
            "quality": upright.quality,
            "remark": upright.remark,
            "orientations": [[None, [each.hex() for each in turned]]],
        }

    return Step(hashes.NAME, versions()[hashes.NAME], look, keep)


def faces_step(frames: Frames, *, segment: int = 0) -> Step:
    """Find faces in frames."""
    analyzer = face_analyzer()

    def look() -> list[tuple[int | None, tuple[DetectedFace, ...]]]:
        return [(at, analyzer.analyse(frame)) for at, frame in frames]

    def keep(analysis: Analysis, found: list[tuple[int | None, tuple[DetectedFace, ...]]]) -> dict[str, Any]:
        signals.keep_faces(analysis, found, model_id=analyzer.model_id)
        return {"faces": sum(len(each) for _, each in found), "model": analyzer.model_id}

    return Step(faces.NAME, versions()[faces.NAME], look, keep, segment)


def scene_step(frames: Frames, *, segment: int = 0) -> Step:
    """Embed frames, whole and in tiles, and find the local features by which they are proven."""
    embedder = scene_embedder()

    def look() -> list[tuple[int | None, SceneEmbedding, bytes]]:
        return [(at, embedder.embed(frame), packed_levels(frame)) for at, frame in frames]

    def keep(analysis: Analysis, found: list[tuple[int | None, SceneEmbedding, bytes]]) -> dict[str, Any]:
        signals.keep_tiles(analysis, [(at, seen) for at, seen, _ in found], model_id=embedder.model_id)
        signals.keep_features(analysis, [(at, packed) for at, _, packed in found], features_id=features_id())
        return {"tiles": sum(len(seen.vectors) for _, seen, _ in found), "model": embedder.model_id}

    return Step(scene.NAME, versions()[scene.NAME], look, keep, segment)


def metadata_step(file: SealedFile, media_type: str) -> Step:
    """Read every tag inside the decoder's child, and the facts of the capture from them."""

    def look() -> RawTags:
        return RawTags(**decoder().metadata(file, media_type))

    def keep(analysis: Analysis, raw: RawTags) -> dict[str, Any]:
        facts = normalise.camera_facts(raw.tags)
        signals.keep_capture_facts(analysis, raw, facts, linking_serials(facts))
        return {"tags": len(raw.tags), "tool": f"{raw.tool} {raw.tool_version}"}

    return Step(reader.NAME, versions()[reader.NAME], look, keep)
