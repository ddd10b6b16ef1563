"""How far what reads a hostile file is kept from everything else, beyond its limits.

Each way holds a whole decoder server: it is set up once, not for each file, and the children that read files
are forked inside of it. What goes in and out are open files, numbers and strings.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SOURCES: Final = Path(__file__).resolve().parents[3]
_PROBE_SECONDS: Final = 20

# Of the system nothing but what programs are made of; of the project the decoder alone. No data, no settings.
_SYSTEM: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SYSTEM_FILES: Final = ("/etc/ld.so.cache", "/etc/alternatives")
_OURS: Final = (
    "media_analysis/__init__.py",
    "media_analysis/engine",
    "icse/__init__.py",
    "icse/common/__init__.py",
    "icse/common/sealing.py",
)


class Level(StrEnum):
    """What surrounds the server, from the best to the weakest."""

    CONTAINER = "container"
    BUBBLEWRAP = "bubblewrap"
    LIMITS = "limits"


class NoSandbox(Exception):
    """Only the weakest level is to be had here, and that is not to be used."""

    def __init__(self) -> None:
        super().__init__(
            "Hostile files would be read without a sandbox. Install bubblewrap and let the kernel make user"
            " namespaces, or run the decoder as a container and name its socket in DECODER_SOCKET; or accept"
            " limits alone with DECODER_SANDBOX=best."
        )


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Where decoder servers are: behind a socket, or here; `is_required` forbids `Level.LIMITS`."""

    socket: str = ""
    is_required: bool = False

    def level(self) -> Level:
        """Return the level in force. Raises NoSandbox."""
        level = Level.CONTAINER if self.socket else _best_level_here()
        if level == Level.LIMITS and self.is_required:
            raise NoSandbox
        return level


@cache
def _best_level_here() -> Level:
    return Level.BUBBLEWRAP if _does_bubblewrap_work() else Level.LIMITS


def _does_bubblewrap_work() -> bool:
    """Try it: kernels and containers forbid user namespaces in many ways, none of which can be asked for."""
    if shutil.which("bwrap") is None:
        return False
    probe = wrapped([sys.executable, "-c", "import media_analysis.engine"], {"PYTHONPATH": str(_SOURCES)})
    try:
        return subprocess.run(probe, check=False, capture_output=True, timeout=_PROBE_SECONDS).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def wrapped(command: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """Return a command that runs another one inside bubblewrap, with this environment and no other.

    It has namespaces of its own for users, processes, network, mounts, IPC and names; no capabilities; of
    the file system what it needs to run, read-only; and it ends with whoever started it.
    """
    words = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    words += ["--clearenv", "--hostname", "decoder", "--chdir", "/"]
    for name, value in environment.items():
        words += ["--setenv", name, value]
    for place in _visible():
        words += ["--symlink", str(place.readlink()), str(place)] if place.is_symlink() else _bound(place)
    return [
        *words,
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--remount-ro",
        "/dev",
        "--remount-ro",
        "/",
        "--",
        *command,
    ]


def _bound(place: Path) -> list[str]:
    return ["--ro-bind", str(place), str(place)]


def _visible() -> Iterator[Path]:
    """Yield what is seen inside: the system's programs and libraries, Python's packages, the decoder."""
    system = [Path(name) for name in (*_SYSTEM, *_SYSTEM_FILES)]
    yield from (place for place in system if place.exists())
    prefixes = {Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve()}
    yield from (place for place in prefixes if not place.is_relative_to("/usr"))
    yield from (_SOURCES / name for name in _OURS)
