"""Lengths and numbers as they are written on a page; pure."""

from __future__ import annotations

_MINUTE = 60
_HOUR = 3600


def clock(seconds: float) -> str:
    """Return a length or place in time as `0:07`, `12:30` or `1:02:03`."""
    whole = round(seconds)
    hours, rest = divmod(whole, _HOUR)
    minutes, left = divmod(rest, _MINUTE)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def clock_ms(milliseconds: int) -> str:
    """Return a place in a video, given in milliseconds, as `clock` does."""
    return clock(milliseconds / 1000)


def zone(offset_minutes: int | None) -> str:
    """Return a camera's distance from UTC as `UTC+01:00`, or that it is unknown."""
    if offset_minutes is None:
        return "zone unknown"
    hours, minutes = divmod(abs(offset_minutes), _MINUTE)
    return f"UTC{'-' if offset_minutes < 0 else '+'}{hours:02d}:{minutes:02d}"


def materials_with_copies(materials: int, copies: int) -> str:
    """Return `1 material with its 4 copies` or `3 materials with their 4 copies`."""
    named = counted(materials, "material", "materials")
    if not copies:
        return named
    whose = "its" if materials == 1 else "their"
    return f"{named} with {whose} {counted(copies, 'copy', 'copies')}"


def counted(number: int, one: str, many: str) -> str:
    """Return `1 face` or `3 faces`."""
    return f"{number} {one if number == 1 else many}"
