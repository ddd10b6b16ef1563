"""A video: a plan first, then segments of at most five minutes' work, each committing its own rows."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from evidence.models import Derivative, Material
from evidence.objects import lent_original
from evidence.services import keep_derivative
from icse.common.sealing import SealedFile, new_key
from media_analysis.engine.faces import face as faces
from media_analysis.engine.hashes import analyzer as hashes
from media_analysis.engine.metadata import reader
from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene import analyzer as scene
from media_analysis.engine.video import analyzer as motion
from media_analysis.engine.video.selection import RepeatFilter
from media_analysis.engine.video.shots import Shot, ShotFinder
from media_analysis.models import Analysis, AnalysisState
from media_analysis.querysets import LOOKED_AT
from media_analysis.services import signals
from media_analysis.services.pictures import FRAME_SIDE, keep_views
from media_analysis.services.recording import Step, plan, take
from media_analysis.services.runs import order
from media_analysis.services.steps import metadata_step, scene_step, versions
from media_analysis.services.workbench import decoder, face_analyzer

if TYPE_CHECKING:
    from uuid import UUID

    from media_analysis.engine.decoding.results import VideoFrame, VideoPlan
    from media_analysis.engine.faces.face import DetectedFace
    from media_analysis.engine.hashes.analyzer import PictureHashes
    from media_analysis.models import PipelineRun

FRAMES_PER_SECOND = 2.0
"""A photo that was taken out of a video lies within a quarter of a second of a sample."""

SHOTS_KEPT = 60
"""At most so many shots of a segment keep a frame to look at; hashes are kept of every sample."""

FACES_KEPT = 60
"""And so many samples with faces, so that an officer sees whose."""

PROXY_TYPE = "video/mp4"
PROXY_SIDES = (1280, 720)
SEGMENT_ANALYZERS = (hashes.NAME, faces.NAME, scene.NAME)


def plan_video(run: PipelineRun, material: Material) -> None:
    """Read what a video holds, keep its poster and metadata, and order its segments.

    Raises:
        DecodeError: The file cannot be read, or brought the decoder down.
    """
    with lent_original(material) as file:
        plan(material.pk, [(motion.NAME, motion.version())])
        video = decoder().video_plan(file)
        _note_video(material, video)
        _keep_poster(material, file)
        take(material.pk, Step(motion.NAME, motion.version(), lambda: video, _keep_plan))
        take(material.pk, metadata_step(file, material.media_type))
    with transaction.atomic():
        for number in range(1, len(video.segments) + 1):
            order("media_analysis.analyze_segment", run, segment=number)
        if not video.is_web_playable:
            order("media_analysis.make_proxy", run)


def _note_video(material: Material, video: VideoPlan) -> None:
    Material.objects.filter(pk=material.pk).update(
        width=video.width, height=video.height, duration=video.duration_s
    )
    current = versions()
    plan(material.pk, [(reader.NAME, current[reader.NAME])])
    plan(
        material.pk,
        [(name, current[name]) for name in SEGMENT_ANALYZERS],
        segments=range(1, len(video.segments) + 1),
    )


def _keep_poster(material: Material, file: SealedFile) -> None:
    """Keep the first key frame that is not nearly one colour, or the first of all."""
    first: Picture | None = None
    for frame in decoder().video_keyframes(file, long_side=FRAME_SIDE):
        picture = Picture(frame.pixels)
        first = first or picture
        if hashes.compute_hashes(picture).pdq is not None:
            keep_views(material, picture)
            return
    if first is not None:
        keep_views(material, first)


def _keep_plan(analysis: Analysis, video: VideoPlan) -> dict[str, Any]:
    return {
        "container": video.container,
        "video_codec": video.video_codec,
        "audio_codec": video.audio_codec,
        "frame_rate": video.frame_rate,
        "key_frames": len(video.key_frame_times),
        "is_web_playable": video.is_web_playable,
        "segments": [list(bounds) for bounds in video.segments],
    }


@dataclass
class _Segment:
    """What one pass over a segment finds: bounded, for pictures are kept of shots alone."""

    hashed: list[tuple[int, PictureHashes]] = field(default_factory=list)
    faces: list[tuple[int | None, tuple[DetectedFace, ...]]] = field(default_factory=list)
    shots: list[tuple[int | None, Picture]] = field(default_factory=list)
    with_faces: list[tuple[int | None, Picture]] = field(default_factory=list)

    def shown(self) -> dict[int | None, Picture]:
        """Return the frames that are kept to be looked at, by their place."""
        return dict(self.with_faces + self.shots)

    def add_shot(self, shot: Shot | None) -> None:
        """Keep the frame that stands for a shot."""
        if shot is not None and len(self.shots) < SHOTS_KEPT:
            self.shots.append((_ms(shot.frame.at_s), Picture(shot.frame.pixels)))


def analyze_segment(material: Material, file: SealedFile, number: int) -> None:
    """Look at one segment in one pass: every sample is hashed and searched for faces, shots are embedded.

    Samples that show what the one before showed are left out.

    Raises:
        DecodeError: The segment cannot be read, or brought the decoder down.
    """
    start, end = _bounds(material.pk, number)
    found = _look_at_frames(file, start, end)
    for at_ms, picture in found.shown().items():
        keep_views(material, picture, at_ms=at_ms or 0)
    take(material.pk, _hashes_found(found, number))
    take(material.pk, _faces_found(found, number))
    take(material.pk, scene_step(found.shots, segment=number))


def _bounds(material_id: UUID, number: int) -> tuple[float, float]:
    planned = Analysis.objects.get(material=material_id, analyzer=motion.NAME, state=AnalysisState.DONE)
    start, end = planned.result["segments"][number - 1]
    return start, end


def _look_at_frames(file: SealedFile, start: float, end: float) -> _Segment:
    found = _Segment()
    repeats, shots = RepeatFilter(), ShotFinder()
    frames = decoder().video_frames(
        file, start_s=start, end_s=end, frames_per_second=FRAMES_PER_SECOND, long_side=FRAME_SIDE
    )
    for frame in frames:
        found.add_shot(shots.add(frame))
        if repeats.is_new(frame):
            _look_at_frame(found, frame)
    found.add_shot(shots.finish())
    return found


def _look_at_frame(found: _Segment, frame: VideoFrame) -> None:
    picture, at_ms = Picture(frame.pixels), _ms(frame.at_s)
    found.hashed.append((at_ms, hashes.compute_hashes(picture)))
    if seen := face_analyzer().analyse(picture):
        found.faces.append((at_ms, seen))
        if len(found.with_faces) < FACES_KEPT:
            found.with_faces.append((at_ms, picture))


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _hashes_found(found: _Segment, number: int) -> Step:
    """Keep the hashes of every sample; those of shots, in all orientations, are what looks others up."""

    def look() -> list[tuple[int | None, tuple[bytes, ...]]]:
        return [(at_ms, hashes.dihedral_pdq(picture)) for at_ms, picture in found.shots]

    def keep(analysis: Analysis, turned: list[tuple[int | None, tuple[bytes, ...]]]) -> dict[str, Any]:
        signals.keep_hashes(analysis, found.hashed)
        return {
            "frames": len(found.hashed),
            "orientations": [[at_ms, [each.hex() for each in turns]] for at_ms, turns in turned],
        }

    return Step(hashes.NAME, versions()[hashes.NAME], look, keep, number)


def _faces_found(found: _Segment, number: int) -> Step:
    analyzer = face_analyzer()

    def keep(analysis: Analysis, seen: list[tuple[int | None, tuple[DetectedFace, ...]]]) -> dict[str, Any]:
        signals.keep_faces(analysis, seen, model_id=analyzer.model_id)
        return {"faces": sum(len(each) for _, each in seen), "model": analyzer.model_id}

    return Step(faces.NAME, versions()[faces.NAME], lambda: found.faces, keep, number)


def is_complete(run: PipelineRun) -> bool:
    """Tell whether everything was planned, and has been through every analyzer, since the run began.

    The hashes are planned last: of a photo with all the rest, of a video with its segments.
    """
    planned = Analysis.objects.filter(material=run.material_id, planned_at__gte=run.started_at)
    is_planned = planned.filter(analyzer=hashes.NAME).exists()
    return is_planned and not planned.exclude(LOOKED_AT).exists()


def keep_proxy(material: Material) -> None:
    """Make and keep a web video of one that browsers do not play.

    Raises:
        DecodeError: The file cannot be read, or took too long.
    """
    with lent_original(material) as file, tempfile.TemporaryDirectory() as folder:
        target = SealedFile(Path(folder) / "proxy.mp4", new_key())
        decoder().proxy(file, target)
        keep_derivative(
            material=material,
            kind=Derivative.Kind.PROXY,
            content=target,
            media_type=PROXY_TYPE,
            size_px=PROXY_SIDES,
        )
