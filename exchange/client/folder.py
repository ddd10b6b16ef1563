"""What lies in the files and folders that are to be handed in."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it was found: its path from the named folder on, size in bytes, time in Unix milliseconds.

    With `trouble` it cannot be read, and that is why.
    """

    place: bytes
    source_path: str
    size: int = 0
    modified: int = 0
    trouble: str = ""

    @property
    def name(self) -> str:
        """Return the last part of its path."""
        return self.source_path.rpartition("/")[2]


def find_files(paths: Iterable[Path]) -> list[Found]:
    """Return all files of the named files and folders, in the order of their paths.

    Nothing is followed out of a folder: symbolic links are no evidence by themselves and are left out, as
    are devices, sockets and pipes. Names are bytes on a disk; what of one is no UTF-8 becomes U+FFFD.
    """
    return [found for path in paths for found in _found_at(os.fsencode(path))]


def _found_at(place: bytes) -> Iterator[Found]:
    top = os.path.abspath(place)  # noqa: PTH100 - paths of bytes, which pathlib does not know
    yield from _walk(top, os.path.basename(top))  # noqa: PTH119


def _walk(place: bytes, named: bytes) -> Iterator[Found]:
    """Yield what is at a place, depth first, without as many calls inside each other as folders."""
    waiting = [(place, named)]
    while waiting:
        place, named = waiting.pop()
        try:
            kind = os.stat(place, follow_symlinks=False)  # noqa: PTH116
            if stat.S_ISDIR(kind.st_mode):
                names = sorted(os.listdir(place), reverse=True)  # noqa: PTH208
                waiting += [(place + b"/" + name, named + b"/" + name) for name in names]
            elif stat.S_ISREG(kind.st_mode):
                yield Found(place, _text(named), kind.st_size, kind.st_mtime_ns // 1_000_000)
        except OSError as fault:
            yield Found(place, _text(named), trouble=fault.strerror or str(fault))


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
