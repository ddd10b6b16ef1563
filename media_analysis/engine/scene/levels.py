"""A picture's local features at three sizes: found once, stored, and compared with whatever comes later.

Local features find each other only where both pictures show a thing at about the same size. A clue is found
in the largest size of the picture that it was cut from, a screenshot in the smallest of what it shows; so
each size serves another kind of edit, and no part of a stored picture has to be looked at again.
"""

import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_analysis.engine.pictures import Picture
from media_analysis.engine.scene.features import DIMENSIONS, FeatureExtractor, LocalFeatures
from media_analysis.engine.scene.places import Points, view_of

Levels = tuple[LocalFeatures, ...]
"""The features of a whole upright picture, the smallest size first."""

SIZES: Final = ((320, 300), (640, 800), (1280, 2000))
"""Pixels of the longer side, and how many features are kept at most. Fewer of the largest lost clues, fewer
of the others only inliers (`bench/README.md`)."""

RECIPE: Final = f"{SIZES}/4bit/1"

_HEADER = struct.Struct("<3H")
_PLACE = np.dtype("<u2")
_MOST = np.iinfo(_PLACE).max
_STEPS = 20.0
_REACH = 7
"""A number of a unit vector of 64 has a spread of 1/8: seven steps of 1/20 to either side hold nearly all,
and the cosine of a vector with itself so rounded is 0.99."""


def find_levels(picture: Picture, extractor: FeatureExtractor) -> bytes:
    """Return a picture's features at every size, packed to be stored."""
    views = [(view_of(picture, long_side=side), most) for side, most in SIZES]
    return b"".join(_packed(extractor.extract(view, most=most), view.gray.shape) for view, most in views)


def unpack(packed: bytes) -> Levels:
    """Return the features at every size as they were packed; raise `ValueError` where bytes are missing."""
    levels = []
    start = 0
    for _ in SIZES:
        if len(packed) < start + _HEADER.size:
            message = "Packed features end before their last size."
            raise ValueError(message)
        count, width, height = _HEADER.unpack_from(packed, start)
        start += _HEADER.size
        places = np.frombuffer(packed, _PLACE, count * 2, start).reshape(count, 2)
        start += places.nbytes
        halves = np.frombuffer(packed, np.uint8, count * DIMENSIONS // 2, start)
        start += halves.nbytes
        levels.append(_features((places / np.float32(_MOST)).astype(np.float32), halves, width, height))
    return tuple(levels)


def _packed(features: LocalFeatures, shape: tuple[int, ...]) -> bytes:
    """Write places in 16 bits a coordinate and descriptors in 4 bits a number: 36 bytes a feature."""
    height, width = shape
    places = np.clip(np.round(features.places * _MOST), 0, _MOST).astype(_PLACE)
    steps = np.clip(np.round(features.descriptors * _STEPS), -_REACH, _REACH).astype(np.int8) + _REACH
    numbers = steps.astype(np.uint8)
    halves = (numbers[:, ::2] << 4) | numbers[:, 1::2]
    return _HEADER.pack(len(places), width, height) + places.tobytes() + halves.tobytes()


_NUMBERS: Final = np.stack(
    [(np.arange(256) >> 4) - np.float32(_REACH), (np.arange(256) & 15) - np.float32(_REACH)], axis=1
).astype(np.float32)
"""The two numbers of each byte, in steps."""


def _features(places: Points, halves: NDArray[np.uint8], width: int, height: int) -> LocalFeatures:
    descriptors = _NUMBERS[halves].reshape(-1, DIMENSIONS)
    length = np.maximum(np.linalg.norm(descriptors, axis=1, keepdims=True), 1.0)
    size = np.array([width, height], dtype=np.float32)
    return LocalFeatures(
        points=places * size,
        places=places,
        descriptors=np.asarray(descriptors / length, dtype=np.float32),
        to_whole=np.diag([1 / width, 1 / height, 1.0]),
    )
