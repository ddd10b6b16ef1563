"""What people do to a photograph before it turns up again, and how a clue is cut out of one.

Pixels in, pixels out: (H, W, 3) uint8 RGB. Everything is drawn from the seed that is passed in.
"""

from collections.abc import Callable, Mapping
from typing import Final

import cv2
import numpy as np
import simplejpeg

from media_analysis.engine.pictures import Pixels, encode_jpeg

Attack = Callable[[Pixels, np.random.Generator], Pixels]

WHITE: Final = (255, 255, 255)


def _bytes(pixels: object) -> Pixels:
    return np.asarray(pixels, dtype=np.uint8)


def reencode(pixels: Pixels, quality: int) -> Pixels:
    """Compress as JPEG of the given quality and decode again."""
    return _bytes(simplejpeg.decode_jpeg(encode_jpeg(pixels, quality), colorspace="RGB"))


def resize(pixels: Pixels, factor: float) -> Pixels:
    """Shrink by area or enlarge by cubic interpolation."""
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return _bytes(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=how))


def crop(pixels: Pixels, area: float, random: np.random.Generator) -> Pixels:
    """Cut out a randomly placed rectangle of the picture's shape and the given share of its area."""
    height, width = (round(side * area**0.5) for side in pixels.shape[:2])
    top = int(random.integers(0, pixels.shape[0] - height + 1))
    left = int(random.integers(0, pixels.shape[1] - width + 1))
    return pixels[top : top + height, left : left + width].copy()


def border(pixels: Pixels) -> Pixels:
    """Put a white frame of an eighth of the shorter side around the picture."""
    edge = min(pixels.shape[:2]) // 8
    return _bytes(cv2.copyMakeBorder(pixels, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=WHITE))


def caption(pixels: Pixels, words: str = "look what I found") -> Pixels:
    """Lay a black band with white words over the lowest sixth."""
    height, width = pixels.shape[:2]
    edited = pixels.copy()
    edited[height - height // 6 :] = 0
    size = height / 450
    place = (width // 20, height - height // 20)
    cv2.putText(
        edited, words, place, cv2.FONT_HERSHEY_SIMPLEX, size, WHITE, max(1, round(2 * size)), cv2.LINE_AA
    )
    return edited


def stamp(pixels: Pixels) -> Pixels:
    """Lay a half-transparent disc with a ring and words over a corner."""
    height, width = pixels.shape[:2]
    radius = min(height, width) // 5
    centre = (width - radius - width // 20, radius + height // 20)
    overlay = pixels.copy()
    cv2.circle(overlay, centre, radius, (200, 30, 40), -1, cv2.LINE_AA)
    cv2.circle(overlay, centre, radius, WHITE, max(2, radius // 12), cv2.LINE_AA)
    place = (centre[0] - radius * 3 // 4, centre[1] + radius // 8)
    cv2.putText(overlay, "SITE", place, cv2.FONT_HERSHEY_DUPLEX, radius / 55, WHITE, max(1, radius // 25))
    return _bytes(cv2.addWeighted(overlay, 0.8, pixels, 0.2, 0))


def turn(pixels: Pixels, degrees: float) -> Pixels:
    """Turn about the middle, keeping the picture's size; the corners turn black."""
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return _bytes(cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_LINEAR))


def grey(pixels: Pixels) -> Pixels:
    """Take the colours out."""
    return np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def blur(pixels: Pixels) -> Pixels:
    """Blur by a gaussian of 1/250 of the longer side."""
    return _bytes(cv2.GaussianBlur(pixels, (0, 0), max(pixels.shape) / 250))


def screenshot(pixels: Pixels) -> Pixels:
    """Show the picture on a tall telephone screen with bars, buttons and words around it."""
    height, width = pixels.shape[:2]
    screen = np.full((round(width * 1.9), width, 3), 24, np.uint8)
    top = (screen.shape[0] - height) // 2 if height < screen.shape[0] else 0
    shown = pixels[: screen.shape[0] - top]
    screen[top : top + shown.shape[0]] = shown
    size = width / 700
    for row, words in ((0.05, "12:41   Messages"), (0.93, "Like   Comment   Share")):
        place = (width // 20, round(screen.shape[0] * row))
        cv2.putText(screen, words, place, cv2.FONT_HERSHEY_SIMPLEX, size, WHITE, max(1, round(2 * size)))
    return screen


def clue(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Cut 12 % of the area, turned up to 25°, darkened and compressed: what an officer cuts from a scene."""
    angle = float(random.uniform(-25, 25))
    height, width = pixels.shape[:2]
    part_height, part_width = (round(side * 0.12**0.5) for side in (height, width))
    reach = np.hypot(part_height, part_width) / 2 + 1
    across = float(random.uniform(reach, width - reach)) if width > 2 * reach else width / 2
    down = float(random.uniform(reach, height - reach)) if height > 2 * reach else height / 2
    matrix = cv2.getRotationMatrix2D((across, down), angle, 1.0)
    matrix[:, 2] += (part_width / 2 - across, part_height / 2 - down)
    part = cv2.warpAffine(pixels, matrix, (part_width, part_height), flags=cv2.INTER_LINEAR)
    return reencode(np.clip(part * 0.65, 0, 255).astype(np.uint8), 45)


COPIES: Final[Mapping[str, Attack]] = {
    "re-encoded": lambda pixels, _: reencode(pixels, 20),
    "half size": lambda pixels, _: resize(pixels, 0.5),
    "thumbnail of 240 px": lambda pixels, _: resize(pixels, 240 / max(pixels.shape)),
    "cropped to 70 %": lambda pixels, random: crop(pixels, 0.70, random),
    "cropped to 45 %": lambda pixels, random: crop(pixels, 0.45, random),
    "white border": lambda pixels, _: border(pixels),
    "caption": lambda pixels, _: caption(pixels),
    "stamp": lambda pixels, _: stamp(pixels),
    "quarter turn left": lambda pixels, _: np.ascontiguousarray(np.rot90(pixels)),
    "half turn": lambda pixels, _: np.ascontiguousarray(np.rot90(pixels, 2)),
    "quarter turn right": lambda pixels, _: np.ascontiguousarray(np.rot90(pixels, 3)),
    "turned by 7°": lambda pixels, _: turn(pixels, 7),
    "mirrored": lambda pixels, _: np.ascontiguousarray(pixels[:, ::-1]),
    "grey": lambda pixels, _: grey(pixels),
    "blurred": lambda pixels, _: blur(pixels),
    "screenshot": lambda pixels, _: screenshot(pixels),
    "mirrored crop to 45 %": lambda pixels, random: np.ascontiguousarray(crop(pixels, 0.45, random)[:, ::-1]),
    "turned screenshot": lambda pixels, _: np.ascontiguousarray(np.rot90(screenshot(pixels))),
}
