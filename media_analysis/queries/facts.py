"""What the machines read off a material, as an officer may know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.models import Material
from icse.common.errors import NotFound
from media_analysis.models import CaptureFacts, Face

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import Officer
    from media_analysis.querysets import FaceQuerySet


def capture_facts(officer: Officer, material_id: UUID) -> CaptureFacts | None:
    """Return the facts of the capture, or None where no metadata were read for the officer yet."""
    analyzed = Material.objects.analyzed_for(officer).filter(pk=material_id)
    return CaptureFacts.objects.filter(material__in=analyzed).first()


def list_faces(officer: Officer, material_id: UUID) -> FaceQuerySet:
    """Return the faces of a material without their vectors, by place and then from left to right."""
    faces = Face.objects.for_display().visible_to(officer).filter(material=material_id)
    return faces.order_by("at_ms", "box__0", "pk")


def count_faces(material_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many faces each material has, those without left out."""
    return Face.objects.counted_by_material(material_ids)


def cameras(material_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return make and model of the camera of each material; those without either are left out."""
    known = CaptureFacts.objects.filter(material__in=material_ids).only("material", "make", "model")
    return {facts.material_id: facts.camera for facts in known if facts.camera}


def get_visible_faces(officer: Officer, face_ids: Collection[UUID]) -> list[Face]:
    """Return faces of materials that the officer may see, in the order in which they are named, each once.

    Raises:
        NotFound: One does not exist, or the officer may not see its material; which one is not told.
    """
    wanted = dict.fromkeys(face_ids)
    found = Face.objects.for_display().visible_to(officer).in_bulk(wanted)
    if len(found) < len(wanted):
        raise NotFound
    return [found[pk] for pk in wanted]
