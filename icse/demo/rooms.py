"""Rooms as flat panels in space, and what a camera sees of them.

Metres; x to the right, y down, z away from the camera. A room's open side is at z = 0, where cameras stand.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from icse.demo import patterns
from icse.demo.patterns import Surface

WIDTH: Final = 4.2
HEIGHT: Final = 2.5
DEPTH: Final = 3.6

_GRAIN = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A flat rectangle: four corners (4, 3) clockwise from the top left as seen, and what is on it."""

    corners: NDArray[np.float64]
    surface: Surface


Room = tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Where a camera stands and looks: `yaw` degrees to the right, `pitch` down, `zoom` in picture widths."""

    x: float = 0.0
    y: float = 1.4
    z: float = -1.6
    yaw: float = 0.0
    pitch: float = 4.0
    zoom: float = 0.95


@dataclass(frozen=True, slots=True)
class Taste:
    """What tells one room from another; `seed` fixes everything that is not named."""

    seed: int
    motif: str
    ground: patterns.Colour
    ink: patterns.Colour


def furnished(taste: Taste) -> Room:
    """Return a room: papered walls, floor, posters, books, a rug and a bed under a quilt."""
    seed = taste.seed
    paper, side_paper = (
        patterns.wallpaper(width, HEIGHT, motif=taste.motif, ground=taste.ground, ink=taste.ink)
        for width in (WIDTH, DEPTH)
    )
    return (
        _facing(-WIDTH / 2, 0, DEPTH, paper, (WIDTH, HEIGHT)),
        _on_left((0, DEPTH), (0, HEIGHT), _shaded(side_paper, 0.85)),
        _on_right((0, DEPTH), (0, HEIGHT), _shaded(side_paper, 0.7)),
        _lying((-WIDTH / 2, WIDTH / 2), (0, DEPTH), HEIGHT, patterns.planks(WIDTH, DEPTH, seed=seed + 1)),
        *_along_back_wall(seed),
        _on_left((0.9, 1.9), (0.5, 1.2), patterns.poster(1.0, 0.7, seed=seed + 4), inset=0.01),
        _lying((-0.9, 1.3), (0.4, 1.7), HEIGHT - 0.01, patterns.rug(2.2, 1.3, seed=seed + 6)),
        *_bed(seed + 7),
    )


def toy(x: float, z: float, *, seed: int = 5) -> Room:
    """Return a toy cart that stands on the floor, for pictures in which something moves."""
    front = patterns.quilt(0.5, 0.45, seed=seed)
    return _box((x, x + 0.5), (HEIGHT - 0.45, HEIGHT), (z, z + 0.5), front, _shaded(front, 0.8))


def seen_from(
    room: Room, viewpoint: Viewpoint, *, width: int, height: int, seed: int = 0, smoothing: int = 2
) -> Surface:
    """Return what a camera takes of a room: RGB (height, width, 3) with a little grain, which `seed` fixes.

    Panels are painted in the order given, those that turn their back to the camera not at all, at
    `smoothing` times the size.
    """
    size = (width * smoothing, height * smoothing)
    canvas = np.full((size[1], size[0], 3), (204, 204, 198), np.uint8)
    for panel in room:
        _paint(canvas, panel, _projected(panel.corners, viewpoint, size))
    picture = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    grain = np.random.default_rng(seed).standard_normal(picture.shape[:2], np.float32)[..., None] * _GRAIN
    return np.asarray(np.clip(picture + grain, 0, 255), dtype=np.uint8)


def _paint(canvas: Surface, panel: Panel, corners: NDArray[np.float32]) -> None:
    if cv2.contourArea(corners, oriented=True) <= 0:
        return
    height, width = panel.surface.shape[:2]
    texture = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(texture, corners)
    size = (canvas.shape[1], canvas.shape[0])
    cv2.warpPerspective(panel.surface, matrix, size, dst=canvas, borderMode=cv2.BORDER_TRANSPARENT)


def _projected(
    corners: NDArray[np.float64], viewpoint: Viewpoint, size: tuple[int, int]
) -> NDArray[np.float32]:
    yaw, pitch = np.deg2rad((viewpoint.yaw, viewpoint.pitch))
    turn = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    tilt = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    x, y, z = tilt @ turn @ (corners - (viewpoint.x, viewpoint.y, viewpoint.z)).T
    focal = viewpoint.zoom * size[0]
    return np.stack([size[0] / 2 + focal * x / z, size[1] / 2 + focal * y / z], axis=1).astype(np.float32)


def _along_back_wall(seed: int) -> Room:
    """Hang two posters and stand books, in an order and at distances that differ from room to room."""
    dice = np.random.default_rng(seed)
    things = [
        (0.9, 0.5, patterns.poster(0.9, 0.65, seed=seed + 2)),
        (0.7, 0.35, patterns.poster(0.7, 0.95, seed=seed + 3)),
        (1.2, 0.6, patterns.bookshelf(1.2, 1.9, seed=seed + 5)),
    ]
    x = -WIDTH / 2
    panels = []
    for number in dice.permutation(len(things)):
        width, y, surface = things[number]
        x += float(dice.uniform(0.15, 0.45))
        height = surface.shape[0] / patterns.PIXELS_PER_METRE
        panels.append(_facing(x, y, DEPTH - 0.01, surface, (width, height)))
        x += width
    return tuple(panels)


def _bed(seed: int) -> Room:
    """Stand a bed along the left or the right wall."""
    dice = np.random.default_rng(seed)
    width, near = float(dice.uniform(0.9, 1.4)), float(dice.uniform(0.7, 1.5))
    left = WIDTH / 2 - width - 0.1 if dice.integers(2) else -WIDTH / 2 + 0.1
    cloth = patterns.quilt(width, 2.0, seed=seed)
    side = _shaded(patterns.quilt(2.0, 0.5, seed=seed), 0.75)
    return _box((left, left + width), (HEIGHT - 0.55, HEIGHT), (near, near + 2.0), cloth, side)


def _box(
    across: tuple[float, float],
    down: tuple[float, float],
    away: tuple[float, float],
    top: Surface,
    side: Surface,
) -> Room:
    """Return the three sides of a box that a camera in front of it may see, and its top."""
    (left, right), (near, far) = across, away
    return (
        _upright((left, far), (left, near), down, side),
        _upright((right, near), (right, far), down, side),
        _upright((left, near), (right, near), down, side),
        _lying(across, away, down[0], top),
    )


def _facing(x: float, y: float, z: float, surface: Surface, size: tuple[float, float]) -> Panel:
    return _upright((x, z), (x + size[0], z), (y, y + size[1]), surface)


def _on_left(
    away: tuple[float, float], down: tuple[float, float], surface: Surface, *, inset: float = 0.0
) -> Panel:
    x = -WIDTH / 2 + inset
    return _upright((x, away[0]), (x, away[1]), down, surface)


def _on_right(away: tuple[float, float], down: tuple[float, float], surface: Surface) -> Panel:
    return _upright((WIDTH / 2, away[1]), (WIDTH / 2, away[0]), down, surface)


def _upright(
    left: tuple[float, float], right: tuple[float, float], down: tuple[float, float], surface: Surface
) -> Panel:
    """Stand a panel between two places (x, z) on the floor plan."""
    (x1, z1), (x2, z2) = left, right
    upper, lower = down
    corners = [(x1, upper, z1), (x2, upper, z2), (x2, lower, z2), (x1, lower, z1)]
    return Panel(np.array(corners, np.float64), surface)


def _lying(across: tuple[float, float], away: tuple[float, float], y: float, surface: Surface) -> Panel:
    (left, right), (near, far) = across, away
    corners = [(left, y, far), (right, y, far), (right, y, near), (left, y, near)]
    return Panel(np.array(corners, np.float64), surface)


def _shaded(surface: Surface, light: float) -> Surface:
    return (surface * light).astype(np.uint8)
