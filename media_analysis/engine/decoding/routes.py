"""What the pixels of a decoded file depend on, for the versions of all analyzers that look at them."""

from functools import cache
from typing import Final

from media_analysis.engine.decoding.results import LONGEST_SIDE
from media_analysis.engine.versions import digest_of, package

# A JPEG is decoded at the smallest of libjpeg's fast scales that leaves this many pixels on the long side:
# 2000 of a 12 megapixel photo, for half the time of a full decode. Hashes want 512 at least.
SMALLEST_SCALED_SIDE: Final = 1536
JPEG_SCALES: Final = (8, 4, 2)

_REVISION: Final = "1"
_LIBRARIES: Final = ("simplejpeg", "pillow", "pillow-heif", "opencv-python-headless", "av")


@cache
def version() -> str:
    """Return a short digest that changes when the same file may give other pixels."""
    rules = repr((LONGEST_SIDE, SMALLEST_SCALED_SIDE, JPEG_SCALES))
    return digest_of(_REVISION, rules, *map(package, _LIBRARIES))
