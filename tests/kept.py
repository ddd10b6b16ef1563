"""Bytes in the store for materials that factories made: sealed, under a key that a country has wrapped."""

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

from accounts.models import Country
from evidence.models import Derivative, Material, MaterialKey
from evidence.objects import derivative_name, find_key, open_object, put_object, wrapped_for
from evidence.store import Shelf
from icse.common.sealing import DataKey, new_key

if TYPE_CHECKING:
    from uuid import UUID


def give_key(material: Material) -> DataKey:
    """Return the key of a material, which is wrapped for a country that handed it in, or any."""
    if (known := find_key(material.sha256)) is not None:
        return known
    holders = material.submissions.values_list("country_id", flat=True)
    country: UUID = holders.first() or Country.objects.values_list("pk", flat=True).earliest("pk")
    key = new_key()
    MaterialKey.objects.create(material=material, country_id=country, wrapped=wrapped_for(key, country))
    return key


def keep_original(material: Material, content: bytes) -> Material:
    """Let these be the bytes of a material."""
    material.sha256, material.size = hashlib.sha256(content).hexdigest(), len(content)
    material.save()
    put_object(BytesIO(content), Shelf.ORIGINALS, material.sha256, give_key(material))
    return material


def kept_derivative(material: Material, content: bytes) -> dict[str, Any]:
    """Store something as made of a material and return what its row says of the bytes."""
    sha256 = hashlib.sha256(content).hexdigest()
    name = derivative_name(material, sha256)
    put_object(BytesIO(content), Shelf.DERIVATIVES, name, give_key(material))
    return {"sha256": sha256, "object_name": name, "size": len(content)}


def bytes_of(kept: Material | Derivative) -> bytes:
    """Return the plain bytes of an original, or of something made of it."""
    with open_object(kept) as stream:
        return stream.read()
