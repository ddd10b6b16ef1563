"""A video: a plan first, then segments of at most five minutes' work, each committing its own rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from evidence.models import Material
from evidence.store import Shelf, store
from media_analysis.engine.hashes import analyzer as hashes
from media_analysis.engine.pictures import Picture
from media_analysis.engine.video import analyzer as motion
from media_analysis.models import Analysis
from media_analysis.services.pictures import keep_views
from media_analysis.services.recording import Step, plan, take
from media_analysis.services.runs import order
from media_analysis.services.steps import metadata_step, versions
from media_analysis.services.workbench import decoder

if TYPE_CHECKING:
    from media_analysis.engine.decoding.results import VideoPlan
    from media_analysis.models import PipelineRun

FRAMES_PER_SECOND = 2.0
"""Sampled that densely a photo taken out of a video lies within a quarter of a second of a sample."""

FRAME_SIDE = 1024
SHOTS_KEPT = 60
"""At most so many shots of a segment keep a frame to look at; the hashes of all its samples are kept."""

PROXY_TYPE = "video/mp4"


def plan_video(run: PipelineRun, material: Material) -> None:
    """Read what a video holds, keep its poster and metadata, and order its segments.

    Raises:
        DecodeError: The file cannot be read, or brought the decoder down.
    """
    with store().local_path(Shelf.ORIGINALS, material.sha256) as path:
        plan(material.pk, [(motion.NAME, motion.version())])
        video = decoder().video_plan(path)
        Material.objects.filter(pk=material.pk).update(
            width=video.width, height=video.height, duration=video.duration_s
        )
        found = versions()
        picture_analyzers = [(name, found[name]) for name in ("hashes", "faces", "scene")]
        numbers = range(1, len(video.segments) + 1)
        plan(material.pk, [("metadata", found["metadata"])])
        plan(material.pk, picture_analyzers, segments=numbers)
        _keep_poster(material, path)
        take(material.pk, Step(motion.NAME, motion.version(), lambda: video, _keep_plan))
        take(material.pk, metadata_step(path, material.media_type))
    with transaction.atomic():
        for number in numbers:
            order("media_analysis.analyze_segment", run, segment=number)
        if not video.is_web_playable:
            order("media_analysis.make_proxy", run)


def _keep_poster(material: Material, path: Path) -> None:
    """Keep the first key frame that is not nearly one colour, or the first of all."""
    first: Picture | None = None
    for frame in decoder().video_keyframes(path, long_side=FRAME_SIDE):
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
