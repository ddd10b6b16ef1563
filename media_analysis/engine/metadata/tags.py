"""The one form in which tags are kept, whoever read them: `Group:Name` and a plain value."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

Value = str | int | float | list[str | int | float]
Tags = dict[str, Value]

MOST_TAGS: Final = 2000
MOST_ITEMS: Final = 64
LONGEST_TEXT: Final = 1000
LONGEST_KEY: Final = 120


@dataclass(frozen=True, slots=True)
class RawTags:
    """Every tag of a file as it was read, and by which tool."""

    tool: str
    tool_version: str
    tags: Tags


def bounded(found: Iterable[tuple[str, object]]) -> Tags:
    """Return tags of bounded number and size that JSON and PostgreSQL can hold."""
    tags: Tags = {}
    for key, value in found:
        if len(tags) >= MOST_TAGS:
            break
        kept = plain_value(value)
        if kept not in ("", []):
            tags[_clean(key)[:LONGEST_KEY]] = kept
    return tags


def plain_value(value: object) -> Value:
    """Return one value in the plain form; bytes become their number, long texts and lists are cut."""
    if isinstance(value, bytes | bytearray):
        return binary(len(value))
    if isinstance(value, Mapping):
        return _text(str(dict(value)))
    if isinstance(value, list | tuple):
        return [_scalar(item) for item in value[:MOST_ITEMS]]
    return _scalar(value)


def binary(length: int) -> str:
    """Return what stands for binary content."""
    return f"(binary, {length} bytes)"


def as_text(value: Value | None) -> str:
    """Return a value as one line of text, without padding; nothing for no value."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value).strip()


def _scalar(value: object) -> str | int | float:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return _text(value if isinstance(value, str) else str(value))


def _text(text: str) -> str:
    clean = _clean(text)
    return clean if len(clean) <= LONGEST_TEXT else f"{clean[:LONGEST_TEXT]}… ({len(clean)} characters)"


def _clean(text: str) -> str:
    """Drop what PostgreSQL refuses in text: NUL and lone surrogates; and padding around it."""
    return text.replace("\0", "").encode("utf-8", "replace").decode().strip()
