"""How far a run is, on the standard error."""

from __future__ import annotations

import sys
import time
from threading import Lock
from typing import Final

_SECONDS_BETWEEN: Final = {True: 0.2, False: 10.0}
"""On a terminal one line is written over; into a file goes a line now and then."""


class Progress:
    """Counts files and bytes, from all lanes, and says so from time to time."""

    def __init__(self, files: int, size: int, *, is_quiet: bool) -> None:
        self._files, self._size = files, size
        self._files_done, self._done, self._sent = 0, 0, 0
        self._is_quiet = is_quiet
        self._is_terminal = sys.stderr.isatty()
        self._lock = Lock()
        self._began_at = time.monotonic()
        self._said_at = self._began_at

    def moved(self, size: int) -> None:
        """Note bytes that were sent."""
        with self._lock:
            self._sent += size
            self._say()

    def concluded(self, size: int) -> None:
        """Note a file of which nothing more will come."""
        with self._lock:
            self._files_done += 1
            self._done += size
            self._say()

    def end(self) -> None:
        """Say where it ended."""
        with self._lock:
            self._say(is_last=True)

    def _say(self, *, is_last: bool = False) -> None:
        at = time.monotonic()
        if self._is_quiet or not (is_last or at - self._said_at >= _SECONDS_BETWEEN[self._is_terminal]):
            return
        self._said_at = at
        speed = self._sent / max(at - self._began_at, 0.001)
        share = 100 * self._done // self._size if self._size else 100
        far = f"{self._files_done} of {self._files} files, {share} % of {_size(self._size)}"
        line = f"{far}, {_size(speed)}/s sent"
        ahead, behind = ("\r\x1b[K", "\n" if is_last else "") if self._is_terminal else ("", "\n")
        sys.stderr.write(f"{ahead}{line}{behind}")
        sys.stderr.flush()


def _size(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:  # noqa: PLR2004
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"
