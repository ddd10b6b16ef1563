from pathlib import Path

import numpy as np
from PIL import Image

from media_analysis.engine.pictures import Picture

PORTRAITS = Path(__file__).parents[3] / "assets" / "portraits"


def portrait(name: str) -> Picture:
    """Open one of the benign portraits listed in PROVENANCE.md."""
    with Image.open(PORTRAITS / f"{name}.jpg") as image:
        return Picture(np.asarray(image.convert("RGB")))


def turned(picture: Picture, quarter_turns: int) -> Picture:
    """Return the picture turned counter-clockwise."""
    return Picture(np.ascontiguousarray(np.rot90(picture.pixels, quarter_turns)))
