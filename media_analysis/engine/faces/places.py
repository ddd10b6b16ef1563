import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.faces.face import Box, Points
from media_analysis.engine.pictures import Picture


def relative_box(box: NDArray[np.float64], picture: Picture) -> Box:
    """Return x, y, width, height in pixels as shares of the picture, cut off at its edges."""
    size = np.array([picture.width, picture.height])
    first = np.clip(box[:2] / size, 0.0, 1.0)
    beyond = np.clip((box[:2] + box[2:]) / size, 0.0, 1.0)
    x, y = (float(value) for value in first)
    width, height = (float(value) for value in beyond - first)
    return x, y, width, height


def relative_points(points: NDArray[np.float64], picture: Picture) -> Points:
    """Return x, y pairs in pixels as shares of the picture; a covered landmark may lie outside."""
    shares = points / np.array([picture.width, picture.height])
    return tuple((float(x), float(y)) for x, y in shares)
