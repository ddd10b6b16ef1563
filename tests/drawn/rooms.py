"""Drawn rooms: a wall with patterned paper, pictures and a lamp, seen by a camera from any place.

The wall is flat, so that two views of it are one homography apart and every place's true position in the
other view is known. What stands in front of the wall is drawn at its own depth and moves against it.
"""

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Matrix = NDArray[np.float64]
Colour = tuple[int, int, int]

WALL_SIZE: Final = (1800, 1200)
"""Width and height of the wall's texture in pixels; one pixel is two millimetres."""

_METRES_PER_PIXEL = 0.002
_FOCAL = 0.9
"""Focal length per width of the picture: a telephone's camera."""

_GRAIN = 2.0


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the camera stands before the wall's middle, in metres, and how far it is turned, in degrees."""

    right: float = 0.0
    down: float = 0.0
    distance: float = 3.0
    turned: float = 0.0
    rolled: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """A wall (height, width, 3) uint8 RGB, and objects that stand in front of it."""

    wall: Pixels
    things: tuple["Thing", ...] = field(default=())


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """A flat object: its pixels (height, width, 3), left top corner on the wall, metres before the wall."""

    pixels: Pixels
    corner: tuple[int, int]
    depth: float


def drawn_room(seed: int) -> Room:
    """Return a room that is the same for the same seed, and another for each other."""
    random = np.random.default_rng(seed)
    wall = _wallpaper(random)
    for place in range(3):
        _hang_picture(wall, random, left=150 + 560 * place)
    things = tuple(
        Thing(_patterned(random, 260, 420), (int(random.integers(100, 1500)), 760), 0.8) for _ in range(2)
    )
    return Room(wall, things)


def papered_wall(seed: int) -> Room:
    """Return a wall that shows nothing but its paper, the same for the same seed."""
    return Room(_wallpaper(np.random.default_rng(seed)))


def photograph(
    room: Room, camera: Camera, *, width: int = 960, height: int = 640, noise_seed: int = 0
) -> Pixels:
    """Return what the camera sees, (height, width, 3) uint8 RGB, with the grain of a sensor."""
    size = (width, height)
    seen = cv2.warpPerspective(
        room.wall,
        wall_to_picture(camera, width, height),
        size,
        flags=cv2.INTER_AREA,
        borderValue=(90, 80, 70),
    )
    for thing in room.things:
        matrix = wall_to_picture(camera, width, height, depth=thing.depth) @ _shift(*thing.corner)
        shown = cv2.warpPerspective(thing.pixels, matrix, size, flags=cv2.INTER_AREA)
        mask = cv2.warpPerspective(np.full(thing.pixels.shape[:2], 255, np.uint8), matrix, size)
        seen = np.where(mask[..., None] > np.uint8(127), shown, seen)
    grain = np.random.default_rng(noise_seed).normal(0, _GRAIN, seen.shape)
    return np.asarray(np.clip(seen + grain, 0, 255), dtype=np.uint8)


def wall_to_picture(camera: Camera, width: int, height: int, *, depth: float = 0.0) -> Matrix:
    """Return the homography from wall pixels to picture pixels, for a plane `depth` m before the wall."""
    wall_width, wall_height = WALL_SIZE
    metres = np.array(
        [
            [_METRES_PER_PIXEL, 0, -wall_width / 2 * _METRES_PER_PIXEL - camera.right],
            [0, _METRES_PER_PIXEL, -wall_height / 2 * _METRES_PER_PIXEL - camera.down],
            [0, 0, camera.distance - depth],
        ]
    )
    focal = _FOCAL * width
    lens = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    matrix = lens @ _rotation(camera) @ metres
    return np.asarray(matrix / matrix[2, 2], dtype=np.float64)


def true_homography(one: Camera, other: Camera, *, width: int = 960, height: int = 640) -> Matrix:
    """Return the homography of the wall between two pictures, in places relative to each (0..1)."""
    scale = np.diag([width, height, 1.0])
    between = wall_to_picture(other, width, height) @ np.linalg.inv(wall_to_picture(one, width, height))
    return np.asarray(np.linalg.inv(scale) @ between @ scale, dtype=np.float64)


def _rotation(camera: Camera) -> Matrix:
    yaw, roll = np.deg2rad(camera.turned), np.deg2rad(camera.rolled)
    turned = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    rolled = np.array([[np.cos(roll), np.sin(roll), 0], [-np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return np.asarray(rolled @ turned, dtype=np.float64)


def _shift(right: int, down: int) -> Matrix:
    return np.array([[1.0, 0.0, right], [0.0, 1.0, down], [0.0, 0.0, 1.0]])


def _wallpaper(random: np.random.Generator) -> Pixels:
    """Return paper with a repeated motif, and the stains and shadows that make each metre of it its own."""
    width, height = WALL_SIZE
    paper = np.full((height, width, 3), _colour(random, low=120), np.uint8)
    motif, step = _colour(random), int(random.integers(90, 150))
    sides = int(random.integers(3, 7))
    for row, top in enumerate(range(0, height, step)):
        for left in range(-(row % 2) * step // 2, width, step):
            _polygon(paper, (left, top), step // 4, sides, motif)
            cv2.circle(
                paper, (left + step // 2, top), step // 10, _colour_near(random, motif), -1, cv2.LINE_AA
            )
    shade = random.uniform(0.6, 1.1, (9, 13)).astype(np.float32)
    light = cv2.resize(shade, WALL_SIZE, interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(paper * light[..., None], 0, 255), dtype=np.uint8)


def _hang_picture(wall: Pixels, random: np.random.Generator, *, left: int) -> None:
    width, height = int(random.integers(260, 420)), int(random.integers(220, 380))
    top = int(random.integers(120, 420))
    wall[top : top + height, left : left + width] = _patterned(random, width, height)
    cv2.rectangle(wall, (left, top), (left + width, top + height), _colour(random), 16, cv2.LINE_AA)


def _patterned(random: np.random.Generator, width: int, height: int) -> Pixels:
    """Return a sheet of many random shapes, as a child's drawing or a cushion."""
    sheet = np.full((height, width, 3), _colour(random), np.uint8)
    for _ in range(45):
        middle = (int(random.integers(0, width)), int(random.integers(0, height)))
        _polygon(sheet, middle, int(random.integers(8, 45)), int(random.integers(3, 8)), _colour(random))
    return sheet


def _polygon(image: Pixels, middle: tuple[int, int], reach: int, sides: int, colour: Colour) -> None:
    angles = np.arange(sides) * 2 * np.pi / sides
    corners = np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach + middle
    cv2.fillPoly(image, [corners.round().astype(np.int32)], colour, cv2.LINE_AA)


def _colour(random: np.random.Generator, *, low: int = 0) -> Colour:
    red, green, blue = (int(value) for value in random.integers(low, 256, 3))
    return red, green, blue


def _colour_near(random: np.random.Generator, colour: Colour) -> Colour:
    red, green, blue = (int(np.clip(value + random.integers(-60, 60), 0, 255)) for value in colour)
    return red, green, blue
