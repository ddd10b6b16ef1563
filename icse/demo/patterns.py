"""Surfaces of the rooms that the demo draws: wallpaper, posters, books, quilts, floors.

Every surface is RGB uint8, drawn from a seed, so that each room has its own and every run draws the same.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Surface = NDArray[np.uint8]
Colour = tuple[int, int, int]
Point = tuple[int, int]

PIXELS_PER_METRE = 320


def plain(width_m: float, height_m: float, colour: Colour) -> Surface:
    """Return a surface of one colour, by its size in metres."""
    shape = (round(height_m * PIXELS_PER_METRE), round(width_m * PIXELS_PER_METRE), 3)
    return np.full(shape, colour, np.uint8)


def wallpaper(width_m: float, height_m: float, *, motif: str, ground: Colour, ink: Colour) -> Surface:
    """Return striped wallpaper with rows of a motif, one of `MOTIFS`."""
    step, draw = MOTIFS[motif]
    paper = plain(width_m, height_m, ground)
    for left in range(0, paper.shape[1], step):
        cv2.rectangle(paper, (left, 0), (left + step // 3, paper.shape[0]), _mixed(ground, ink, 0.15), -1)
    for row, top in enumerate(range(step // 2, paper.shape[0], step)):
        for left in range(step // 2 + (row % 2) * step // 2, paper.shape[1], step):
            draw(paper, (left, top), step // 4, ink)
    return paper


def _flower(paper: Surface, middle: Point, reach: int, ink: Colour) -> None:
    for angle in np.linspace(0, 2 * np.pi, 6, endpoint=False):
        petal = (
            middle[0] + round(reach * np.cos(angle) * 0.6),
            middle[1] + round(reach * np.sin(angle) * 0.6),
        )
        cv2.circle(paper, petal, reach // 3, ink, -1, cv2.LINE_AA)
    cv2.circle(paper, middle, reach // 3, (240, 214, 120), -1, cv2.LINE_AA)


def _trellis(paper: Surface, middle: Point, reach: int, ink: Colour) -> None:
    x, y = middle
    diamond = np.array(
        [(x, y - 2 * reach), (x + 2 * reach, y), (x, y + 2 * reach), (x - 2 * reach, y)], np.int32
    )
    cv2.polylines(paper, [diamond], isClosed=True, color=ink, thickness=2, lineType=cv2.LINE_AA)


def _ring(paper: Surface, middle: Point, reach: int, ink: Colour) -> None:
    cv2.circle(paper, middle, reach, ink, reach // 4, cv2.LINE_AA)
    cv2.ellipse(paper, middle, (reach * 2, reach // 3), 30, 0, 360, ink, 2, cv2.LINE_AA)


def _leaf(paper: Surface, middle: Point, reach: int, ink: Colour) -> None:
    for angle in (20, 75, 130):
        cv2.ellipse(paper, middle, (reach, reach // 4), angle, 0, 180, ink, -1, cv2.LINE_AA)
    cv2.line(paper, middle, (middle[0] + reach // 2, middle[1] + 2 * reach), ink, 2, cv2.LINE_AA)


MOTIFS: Final[dict[str, tuple[int, Callable[[Surface, Point, int, Colour], None]]]] = {
    "flower": (66, _flower),
    "trellis": (96, _trellis),
    "ring": (120, _ring),
    "leaf": (82, _leaf),
}
"""How far apart each stands in pixels, and how it is drawn."""


def poster(width_m: float, height_m: float, *, seed: int) -> Surface:
    """Return a framed landscape: sky, sun, three ranges of hills and a few houses."""
    dice = np.random.default_rng(seed)
    picture = plain(width_m, height_m, (0, 0, 0))
    height, width = picture.shape[:2]
    top, bottom = dice.integers(90, 250, (2, 3))
    share = np.linspace(0, 1, height)[:, None, None]
    picture[:] = (top * (1 - share) + bottom * share).astype(np.uint8)
    sun = (int(dice.integers(width)), int(dice.integers(height // 2)))
    cv2.circle(picture, sun, height // 9, (250, 236, 170), -1, cv2.LINE_AA)
    for distance in range(3):
        _hills(picture, dice, height * (4 + 2 * distance) // 10)
    for _ in range(9):
        _house(picture, dice)
    return cv2.rectangle(picture, (0, 0), (width - 1, height - 1), (70, 48, 32), width // 14).astype(np.uint8)


def _hills(picture: Surface, dice: np.random.Generator, base: int) -> None:
    height, width = picture.shape[:2]
    across = np.linspace(0, width, 9)
    ridge = base + dice.integers(-height // 8, height // 8, len(across))
    outline = np.stack([np.append(across, [width, 0]), np.append(ridge, [height, height])], axis=1)
    cv2.fillPoly(picture, [outline.astype(np.int32)], _any_colour(dice, 30, 170), cv2.LINE_AA)


def _house(picture: Surface, dice: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    x, y = int(dice.integers(width)), int(dice.integers(height // 2, height))
    side = int(dice.integers(width // 30 + 2, width // 12 + 3))
    cv2.rectangle(picture, (x, y), (x + side, y + side), _any_colour(dice, 120, 250), -1)
    roof = np.array([(x - 2, y), (x + side // 2, y - side // 2), (x + side + 2, y)], np.int32)
    cv2.fillPoly(picture, [roof], _any_colour(dice, 20, 120), cv2.LINE_AA)


def bookshelf(width_m: float, height_m: float, *, seed: int) -> Surface:
    """Return shelves of books of many colours and widths."""
    dice = np.random.default_rng(seed)
    shelf = plain(width_m, height_m, (92, 62, 40))
    board = shelf.shape[0] // 4
    for top in range(8, shelf.shape[0] - board // 2, board):
        left = 8
        while left < shelf.shape[1] - 30:
            width = int(dice.integers(9, 26))
            tall = int(dice.integers(board * 6 // 10, board * 9 // 10))
            foot = top + board - 12
            cv2.rectangle(shelf, (left, foot - tall), (left + width, foot), _any_colour(dice, 20, 235), -1)
            label = foot - tall * 2 // 3
            cv2.line(shelf, (left + 2, label), (left + width - 2, label), (230, 220, 200), 2)
            left += width + 1
    return shelf


def quilt(width_m: float, height_m: float, *, seed: int) -> Surface:
    """Return patchwork of scraps, whose sizes, angles and colours all differ."""
    dice = np.random.default_rng(seed)
    cloth = plain(width_m, height_m, _any_colour(dice, 120, 230))
    height, width = cloth.shape[:2]
    longest = int(dice.integers(PIXELS_PER_METRE // 8, PIXELS_PER_METRE // 3))
    for _ in range(2 * height * width // longest**2):
        middle = (int(dice.integers(width)), int(dice.integers(height)))
        angles = np.sort(dice.uniform(0, 2 * np.pi, int(dice.integers(3, 7))))
        outline = np.array(middle) + longest * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        cv2.fillPoly(cloth, [outline.astype(np.int32)], _any_colour(dice, 50, 245), cv2.LINE_AA)
    return cloth


def planks(width_m: float, height_m: float, *, seed: int) -> Surface:
    """Return a floor of boards, each of its own shade and length."""
    dice = np.random.default_rng(seed)
    floor = plain(width_m, height_m, (150, 112, 74))
    board = PIXELS_PER_METRE // int(dice.integers(4, 10))
    for left in range(0, floor.shape[1], board):
        top = -int(dice.integers(PIXELS_PER_METRE))
        while top < floor.shape[0]:
            length = int(dice.integers(PIXELS_PER_METRE // 2, PIXELS_PER_METRE * 3 // 2))
            shade = int(dice.integers(-28, 28))
            colour = (150 + shade, 112 + shade, 74 + shade // 2)
            cv2.rectangle(floor, (left + 1, top + 1), (left + board - 2, top + length - 2), colour, -1)
            top += length
    return floor


def rug(width_m: float, height_m: float, *, seed: int) -> Surface:
    """Return a rug of nested frames with a row of diamonds."""
    dice = np.random.default_rng(seed)
    carpet = plain(width_m, height_m, _any_colour(dice, 60, 200))
    height, width = carpet.shape[:2]
    for inset in range(0, height // 3, height // 16):
        frame = (inset, inset), (width - inset, height - inset)
        cv2.rectangle(carpet, *frame, _any_colour(dice, 30, 220), height // 40)
    for left in range(width // 8, width, width // 6):
        reach = int(dice.integers(height // 12, height // 5))
        middle = height // 2
        diamond = [
            (left, middle - reach),
            (left + reach, middle),
            (left, middle + reach),
            (left - reach, middle),
        ]
        cv2.fillPoly(carpet, [np.array(diamond, np.int32)], _any_colour(dice, 30, 240), cv2.LINE_AA)
    return carpet


def _any_colour(dice: np.random.Generator, low: int, high: int) -> Colour:
    """Return a muted colour: nothing in a lived-in room is as bright as a screen."""
    mixed = dice.integers(low, high, 3)
    red, green, blue = (int(value) for value in 0.6 * mixed + 0.4 * mixed.mean())
    return red, green, blue


def _mixed(ground: Colour, ink: Colour, share: float) -> Colour:
    red, green, blue = (
        round(one * (1 - share) + other * share) for one, other in zip(ground, ink, strict=True)
    )
    return red, green, blue
