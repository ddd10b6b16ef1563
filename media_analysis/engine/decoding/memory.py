"""Memory that carries pixels from the process that decodes to the one that looks."""

import fcntl
import mmap
import os
from typing import Final

import numpy as np

from media_analysis.engine.pictures import Pixels

_CHANNELS: Final = 3


def fresh_pixels(height: int, width: int) -> Pixels:
    """Return room for a picture (height, width, 3) in this process's own memory."""
    return np.empty((height, width, _CHANNELS), np.uint8)


class PixelMemory:
    """Room for one picture, written by a decoder child and read here; used again for the next child.

    Handing out copies keeps a child from changing what has been handed out, and a page that is used again
    costs a tenth of a new one, which is half the time of decoding a photo.
    """

    def __init__(self, side: int) -> None:
        """Reserve room for a picture with this long side; it costs nothing until written to."""
        size = side * side * _CHANNELS
        self.descriptor = os.memfd_create("pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self.descriptor, size)
        # Were it shrunk by a child, reading it would kill the worker (SIGBUS).
        seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, seals)
        self._mapping = mmap.mmap(self.descriptor, size, access=mmap.ACCESS_READ)

    def copy(self, height: int, width: int) -> Pixels:
        """Return a read-only copy (height, width, 3). Raises ValueError for more pixels than fit."""
        size = height * width * _CHANNELS
        if height <= 0 or width <= 0 or size > len(self._mapping):
            raise ValueError(f"{height} x {width} pixels do not fit")
        pixels = np.frombuffer(self._mapping, np.uint8, size).reshape(height, width, _CHANNELS).copy()
        pixels.flags.writeable = False
        return pixels

    def close(self) -> None:
        """Give the memory back."""
        self._mapping.close()
        os.close(self.descriptor)


class Canvas:
    """A child's side of a `PixelMemory`.

    It is written through a mapping: writing it as a file is forbidden by the limit on written bytes, 0.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._held: Pixels | None = None

    def allocate(self, height: int, width: int) -> Pixels:
        """Return room for a picture, in the shared memory where it fits there."""
        size = height * width * _CHANNELS
        if size > os.fstat(self._descriptor).st_size:
            return fresh_pixels(height, width)
        # Taking all pages at once is cheaper than a fault for each.
        mapping = mmap.mmap(self._descriptor, size, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE)
        self._held = np.frombuffer(mapping, np.uint8).reshape(height, width, _CHANNELS)
        return self._held

    def hold(self, pixels: Pixels) -> None:
        """See to it that the shared memory begins with these pixels, copying them unless they are there."""
        if self._held is None or not _is_same(pixels, self._held):
            # What was decoded in the shared memory may be what these pixels were turned from, never they.
            np.copyto(self.allocate(*pixels.shape[:2]), pixels)


def _is_same(pixels: Pixels, held: Pixels) -> bool:
    return pixels.shape == held.shape and pixels.ctypes.data == held.ctypes.data
