"""Small real photographs that the engine's tests edit; `tests/assets/photos/PROVENANCE.md` says whose."""

from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import simplejpeg

from media_analysis.engine.pictures import Pixels

FOLDER: Final = Path(__file__).parents[1] / "assets" / "photos"
PHOTOS: Final = ("astronaut", "chelsea", "coffee", "motorcycle_left", "rocket")
"""All of different scenes; `motorcycle_right` shows the scene of `motorcycle_left` from another place."""


@lru_cache(maxsize=8)
def photo(name: str) -> Pixels:
    """Return one of the photographs, (height, width, 3) uint8 RGB, read-only."""
    pixels = np.asarray(simplejpeg.decode_jpeg((FOLDER / f"{name}.jpg").read_bytes(), colorspace="RGB"))
    pixels.flags.writeable = False
    return pixels
