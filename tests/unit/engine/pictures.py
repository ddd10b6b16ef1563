"""Benign pictures that the engine's tests draw for themselves."""

import cv2
import numpy as np

from media_analysis.engine.pictures import Picture


def drawn_picture(seed: int, *, width: int = 800, height: int = 600, shapes: int = 40) -> Picture:
    """Draw a colourful scene of ellipses and boxes, the same for the same seed."""
    rng = np.random.default_rng(seed)
    canvas = np.full((height, width, 3), rng.integers(0, 255, 3), dtype=np.uint8)
    for _ in range(shapes):
        colour = [int(value) for value in rng.integers(0, 255, 3)]
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        reach = int(rng.integers(height // 20, height // 3))
        if rng.random() < 0.5:
            cv2.circle(canvas, (x, y), reach // 2, colour, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(canvas, (x, y), (x + reach, y + reach // 2), colour, -1)
    return Picture(np.asarray(cv2.GaussianBlur(canvas, (0, 0), 2), dtype=np.uint8))
