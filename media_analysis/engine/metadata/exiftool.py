"""Reads tags by Phil Harvey's exiftool, kept open: 10 ms a file instead of 100."""

import json
import os
import re
import secrets
import select
import shutil
import subprocess
import time
from functools import lru_cache
from pathlib import Path
from typing import Final

from media_analysis.engine.metadata.tags import Tags, binary, bounded

TOOL: Final = "exiftool"

# An empty configuration comes first, or the user's own would be run. -ee is never given: it reads on
# through whole videos. -n keeps values as numbers, -G1 names the group that a tag stood in.
_OPTIONS: Final = ("-json", "-G1", "-n", "-charset", "utf8", "-api", "LargeFileSupport=1")
_SECONDS: Final = 15.0
_MOST_OUTPUT: Final = 16 * 1024 * 1024
_MACHINE_GROUPS: Final = ("SourceFile", "ExifTool:", "System:")
"""What says something about this machine's copy instead of the file."""

_BINARY: Final = re.compile(r"^\(Binary data (\d+) bytes")


class ExifToolError(Exception):
    """exiftool ended, hung, or said something that cannot be understood."""


@lru_cache(maxsize=1)
def installed_version() -> str | None:
    """Return the version of exiftool on PATH, or nothing if there is none."""
    program = shutil.which(TOOL)
    if program is None:
        return None
    answer = subprocess.run([program, "-ver"], capture_output=True, text=True, check=False, timeout=_SECONDS)
    return answer.stdout.strip() or None


class ExifTool:
    """An exiftool process that waits for files.

    It may be started before a fork and used by the child, if that keeps both `descriptors`; one process at
    a time. An answer left over by a child that was stopped is recognised by its number and skipped.
    """

    def __init__(self) -> None:
        """Start it. Raises `ExifToolError` if there is no exiftool."""
        program = shutil.which(TOOL)
        if program is None:
            message = "exiftool is not installed"
            raise ExifToolError(message)
        self._process = subprocess.Popen(
            [program, "-config", "", "-stay_open", "True", "-@", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        if self._process.stdin is None or self._process.stdout is None:
            message = "exiftool has no pipes"
            raise ExifToolError(message)
        self.descriptors: Final = (self._process.stdin.fileno(), self._process.stdout.fileno())

    def is_alive(self) -> bool:
        """Tell whether it still waits for files; to be asked by the process that started it."""
        return self._process.poll() is None

    def read(self, path: Path) -> Tags:
        """Return the tags of a file. Raises `ExifToolError`; the process is unusable then."""
        with path.open("rb") as file:
            # By descriptor: no name that a stranger chose reaches the command.
            name = f"/proc/{os.getpid()}/fd/{file.fileno()}"
            try:
                return _parse(self._ask([*_OPTIONS, name]))
            except (OSError, ValueError) as broken:
                self._process.kill()
                raise ExifToolError(str(broken)) from broken

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, arguments: list[str]) -> bytes:
        number = secrets.randbelow(1 << 31)
        question = "\n".join([*arguments, f"-execute{number}", ""])
        os.write(self.descriptors[0], question.encode())
        answer = self._read_until(f"{{ready{number}}}".encode())
        return re.split(rb"\{ready\d+\}\r?\n", answer)[-1]

    def _read_until(self, mark: bytes) -> bytes:
        answer = bytearray()
        deadline = time.monotonic() + _SECONDS
        while (end := answer.find(mark, max(0, len(answer) - (1 << 16) - len(mark)))) < 0:
            readable, _, _ = select.select(
                [self.descriptors[1]], [], [], max(0.0, deadline - time.monotonic())
            )
            piece = os.read(self.descriptors[1], 1 << 16) if readable else b""
            answer += piece
            if not piece or len(answer) > _MOST_OUTPUT:
                message = "no answer in time" if not piece else "answer too long"
                raise OSError(message)
        return bytes(answer[:end])


def _parse(answer: bytes) -> Tags:
    if not answer.strip():
        return {}
    (found,) = json.loads(answer)
    return bounded(
        (key, _value(value)) for key, value in found.items() if not key.startswith(_MACHINE_GROUPS)
    )


def _value(value: object) -> object:
    elided = _BINARY.match(value) if isinstance(value, str) else None
    return binary(int(elided[1])) if elided else value
