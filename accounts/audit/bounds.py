"""How much an event may hold, and which text PostgreSQL can keep. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

OBJECTS_EACH: Final = 500
"""So many objects one event names at most; a page that shows more makes several events."""

TEXT_LENGTH: Final = 500
VALUES_EACH: Final = 50

_UNKEEPABLE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def as_line(text: str, length: int) -> str:
    """Return a text as one line of at most so many characters, without what no database keeps."""
    return _UNKEEPABLE.sub(" ", text)[:length]


def bounded(value: Any) -> Any:
    """Return a detail as JSON of bounded size: long texts and lists are cut, anything unknown is its text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        kept = list(value.items())[:VALUES_EACH]
        return {as_line(str(name), TEXT_LENGTH): bounded(each) for name, each in kept}
    if isinstance(value, list | tuple | set | frozenset):
        return [bounded(each) for each in list(value)[:VALUES_EACH]]
    return as_line(str(value), TEXT_LENGTH)
