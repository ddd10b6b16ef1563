"""Derivatives of a picture, and a preview read back as pixels: our own JPEG, made by us, safe to decode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import simplejpeg

from evidence.models import Derivative, Material
from evidence.services import keep_derivative
from evidence.store import Shelf, store
from media_analysis.engine import pictures
from media_analysis.engine.pictures import Picture

if TYPE_CHECKING:
    from uuid import UUID

JPEG = "image/jpeg"


def keep_views(material: Material, picture: Picture, *, at_ms: int = 0) -> None:
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
        )


def read_preview(material_id: UUID, *, at_ms: int | None = None) -> Picture | None:
    """Return the preview of a photo (place None) or frame as pixels; None where none is kept."""
    preview = Derivative.objects.filter(
        material=material_id, kind=Derivative.Kind.PREVIEW, at_ms=at_ms or 0
    ).first()
    if preview is None:
        return None
    with store().open(Shelf.DERIVATIVES, preview.sha256) as stream:
        return Picture(simplejpeg.decode_jpeg(stream.read(), colorspace="RGB"))
