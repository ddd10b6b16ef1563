"""Identifiers are random, so that none betrays when or how often something was handed in."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def new_id() -> uuid.UUID:
    """Return a random identifier (UUIDv4)."""
    return uuid.uuid4()


def derived_id(of: uuid.UUID, *told: object) -> uuid.UUID:
    """Return the identifier of something found on a thing with a random one (UUIDv5).

    What is forgotten and found again has the id that it had: one that changes would tell that nobody else
    kept it.
    """
    return uuid.uuid5(of, " ".join(map(str, told)))


def ids_in(texts: Iterable[str]) -> list[uuid.UUID]:
    """Return the ids that a form or address names; what is none is left out."""
    return [uuid.UUID(text) for text in texts if _ID.fullmatch(text)]
