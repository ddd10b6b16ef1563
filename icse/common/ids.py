"""Identifiers are random, so that none betrays when or how often something was handed in."""

import uuid


def new_id() -> uuid.UUID:
    """Return a random identifier (UUIDv4)."""
    return uuid.uuid4()
