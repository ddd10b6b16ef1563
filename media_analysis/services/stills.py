"""A photo: one task, one decode, the same pixels to every analyzer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.models import Material
from media_analysis.engine.pictures import Picture
from media_analysis.services.pictures import keep_views
from media_analysis.services.recording import plan, take
from media_analysis.services.steps import faces_step, hashes_step, metadata_step, scene_step, versions
from media_analysis.services.workbench import decoder

if TYPE_CHECKING:
    from icse.common.sealing import SealedFile


def analyze_still(material: Material, file: SealedFile) -> None:
    """Decode a photo once and give its pixels to every analyzer, keeping each one's rows as it ends.

    Raises:
        DecodeError: The file cannot be read, or brought the decoder down.
    """
    plan(material.pk, versions().items())
    still = decoder().still(file)
    Material.objects.filter(pk=material.pk).update(width=still.width, height=still.height)
    picture = Picture(still.pixels)
    keep_views(material, picture)
    frames: list[tuple[int | None, Picture]] = [(None, picture)]
    for step in (
        hashes_step(picture, still.pixel_digest),
        metadata_step(file, material.media_type),
        faces_step(frames),
        scene_step(frames),
    ):
        take(material.pk, step)
