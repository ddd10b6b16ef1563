"""Derivatives of a picture, and a preview read back as pixels: our own JPEG, made by us, safe to decode."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING

import simplejpeg

from evidence.models import Derivative, Material
from evidence.objects import lent_original, open_object
from evidence.services import keep_derivative
from media_analysis.engine import pictures
from media_analysis.engine.decoding.errors import DecodeError
from media_analysis.engine.pictures import Picture
from media_analysis.services.workbench import decoder

if TYPE_CHECKING:
    from uuid import UUID

logger = logging.getLogger(__name__)

JPEG = "image/jpeg"

FRAME_SIDE = 1024
"""Pixels on the long side of a video's frame."""


def keep_views(material: Material, picture: Picture, *, at_ms: int = 0, is_for_match: bool = False) -> None:
    """Store the blurred and sharp thumbnail and the preview of a photo, or of a video's frame."""
    for kind, content, side in (
        (Derivative.Kind.BLURRED, pictures.blurred(picture), pictures.BLURRED_SIDE),
        (Derivative.Kind.THUMBNAIL, pictures.thumbnail(picture), pictures.THUMBNAIL_SIDE),
        (Derivative.Kind.PREVIEW, pictures.preview(picture), pictures.PREVIEW_SIDE),
    ):
        shown = picture.at_long_side(side)
        keep_derivative(
            material=material,
            kind=kind,
            content=content,
            media_type=JPEG,
            size_px=(shown.width, shown.height),
            at_ms=at_ms,
            is_for_match=is_for_match,
        )


def frame_or_photo(material_id: UUID, *, at_ms: int | None) -> Picture | None:
    """Return what a match is about as pixels: a photo (place None), or a frame, which is kept from then on.

    None where there is nothing to show: the file was set aside, or its video cannot be read any more.
    """
    picture = read_preview(material_id, at_ms=at_ms)
    if picture is not None or at_ms is None:
        return picture
    material = Material.objects.get(pk=material_id)
    try:
        picture = _read_frame(material, at_ms)
    except DecodeError:
        logger.warning("The frame at %s ms of material %s cannot be read.", at_ms, material_id)
        return None
    if picture is not None:
        keep_views(material, picture, at_ms=at_ms, is_for_match=True)
    return picture


def _read_frame(material: Material, at_ms: int) -> Picture | None:
    start = at_ms / 1000
    with lent_original(material) as file:
        frames = decoder().video_frames(
            file, start_s=start, end_s=start + 1.0, frames_per_second=1.0, long_side=FRAME_SIDE
        )
        with closing(frames):
            return next((Picture(frame.pixels) for frame in frames), None)


def read_preview(material_id: UUID, *, at_ms: int | None = None) -> Picture | None:
    """Return the preview of a photo (place None) or frame as pixels; None where none is kept."""
    preview = (
        Derivative.objects.filter(material=material_id, kind=Derivative.Kind.PREVIEW, at_ms=at_ms or 0)
        .select_related("material")
        .first()
    )
    if preview is None:
        return None
    with open_object(preview) as stream:
        return Picture(simplejpeg.decode_jpeg(stream.read(), colorspace="RGB"))
