"""Photos that tests of the whole platform hand in: rooms that nobody else draws."""

from icse.demo import pictures
from icse.demo.patterns import Surface
from icse.demo.rooms import Taste, Viewpoint, furnished, seen_from

WIDTH, HEIGHT = 1200, 900


def room(seed: int, motif: str = "trellis", *, yaw: float = 0.0) -> Surface:
    """Draw a room of its own for each seed."""
    shade = 150 + seed % 90
    taste = Taste(seed, motif, (shade, 255 - shade // 2, 190), (60, shade // 2, 120))
    return seen_from(furnished(taste), Viewpoint(yaw=yaw), width=WIDTH, height=HEIGHT, smoothing=1)


def photo(seed: int) -> bytes:
    """Return a drawn room as a JPEG."""
    return pictures.photo(room(seed))
