"""Sealing what an installation kept before files were sealed, once."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from evidence.models import Derivative, Material, MaterialKey, StoredObject
from evidence.objects import derivative_name, find_key, put_object, wrapped_for
from evidence.services import lock_digest
from evidence.store import Shelf, store
from icse.common.sealing import is_sealed_with, new_key, open_sealed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from icse.common.sealing import DataKey

logger = logging.getLogger(__name__)


def seal_plain_store() -> Iterator[Material]:
    """Seal each material that is not sealed yet, with what is made of it, and yield it when that is done.

    May be broken off at any moment and begun again: its key is kept before anything of it is sealed, and what
    is sealed already is known by that key.
    """
    for material in Material.objects.filter(pk__in=_not_sealed()).iterator():
        with transaction.atomic():
            lock_digest(material.sha256)
            key = find_key(material.sha256) or _give_key(material)
        _seal(Shelf.ORIGINALS, material.sha256, material.sha256, key)
        for made in material.derivatives.all():
            _seal_derivative(material, made, key)
        yield material


def _not_sealed() -> list[UUID]:
    noted = StoredObject.objects.filter(shelf=Shelf.ORIGINALS, name=OuterRef("sha256"))
    plain = Derivative.objects.filter(material=OuterRef("pk"), object_name=F("sha256"))
    return list(Material.objects.filter(~Exists(noted) | Exists(plain)).values_list("pk", flat=True))


def _give_key(material: Material) -> DataKey:
    key = new_key()
    holders = material.submissions.values_list("country_id", flat=True).distinct()
    MaterialKey.objects.bulk_create(
        MaterialKey(material=material, country_id=country, wrapped=wrapped_for(key, country))
        for country in holders
    )
    return key


def _seal_derivative(material: Material, made: Derivative, key: DataKey) -> None:
    """Seal it under its new name; its plain bytes go with the last row that names them."""
    old, name = made.object_name, derivative_name(material, made.sha256)
    if old == name:
        return
    _seal(Shelf.DERIVATIVES, old, name, key)
    Derivative.objects.filter(pk=made.pk).update(object_name=name)
    if not Derivative.objects.filter(object_name=old).exists():
        store().delete(Shelf.DERIVATIVES, old)


def _seal(shelf: Shelf, place: str, name: str, key: DataKey) -> None:
    try:
        with store().open(shelf, place) as raw:
            is_sealed = is_sealed_with(raw, key)
            raw.seek(0)
            # Sealed, and not noted: a former run was broken off between the two.
            with open_sealed(raw, key) if is_sealed else nullcontext(raw) as content:
                put_object(content, shelf, name, key)
    except FileNotFoundError:
        logger.warning("There is no %s object %s to be sealed.", shelf, place)
