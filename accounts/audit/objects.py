"""From an id in the log to the page of the object, for those who may see it.

The rooms that hold objects stand above this one; they are named by string, as jobs are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.module_loading import import_string

from accounts.policies import Permission, has_permission

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import Officer

FINDERS: Final = {
    "material": "evidence.queries.find_visible_materials",
    "series": "series.queries.listing.find_visible_series",
    "topic": "forum.queries.find_visible_topics",
}
"""By the URL name of the page: what returns the visible ones among objects, given officer and ids."""


def addresses_of(officer: Officer, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the address of the page of each object that the officer may see; the others are left out.

    Roles without a right to media are led nowhere.
    """
    if not ids or not has_permission(officer, Permission.MATERIAL_SEE):
        return {}
    return {
        found.pk: reverse(name, args=[found.pk])
        for name, finder in FINDERS.items()
        for found in import_string(finder)(officer, ids)
    }
