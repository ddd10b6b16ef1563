"""Which function of an index answers whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    Scopes = Collection[int] | None


def index_function(name: str, scopes: Scopes) -> str:
    """Return the function to call: to look everywhere (None) is granted to the engine alone."""
    return f"media_analysis_{name}" if scopes is not None else f"media_analysis_{name}_anywhere"


def listed(scopes: Scopes) -> list[int] | None:
    """Return scopes as a parameter of the function."""
    return None if scopes is None else list(scopes)
