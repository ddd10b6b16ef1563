"""The one place through which every act of an officer in this room passes once it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from accounts.audit.recording import record

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.models import Officer
    from accounts.policies import Permission


def record_act(
    *, by: Officer, act: str, right: Permission, materials: Collection[UUID] = (), **told: UUID | str
) -> None:
    """Put on record, in the act's own transaction, who did what to which objects; ids only, never content.

    The event names every id of `told`, then the materials; its detail says which id is which.
    """
    ids = [value for value in told.values() if isinstance(value, UUID)]
    detail: dict[str, Any] = {**told, "materials": len(materials)} if materials else {**told}
    record(act, *ids, *materials, by=by, right=right, **detail)
