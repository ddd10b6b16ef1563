"""Asking a virus scanner about a file before it is read, where an installation has one.

ClamAV's daemon is spoken to by its command INSTREAM (clamd(8)): pieces with their length before them, an
empty one at the end, one line of answer. The libraries for it are under the GPL, which this project is not.
"""

from __future__ import annotations

import re
import socket
import struct
from typing import TYPE_CHECKING, Final

from django.conf import settings

from media_analysis.engine.decoding.errors import Refused

if TYPE_CHECKING:
    from icse.common.sealing import SealedFile

SCANNED_BYTES: Final = 90 * 1024 * 1024
"""So much of a file's beginning is shown to the scanner: clamd takes 100 MB at most as it comes."""

_SECONDS: Final = 120.0
_PIECE: Final = 256 * 1024
_LONGEST_ANSWER: Final = 4096
_FOUND: Final = re.compile(r"stream: (.{1,100}).*? FOUND")


class ScannerAway(Exception):
    """The scanner does not answer, or not in its way; that is no file's fault."""


class MalwareFound(Refused):
    """The scanner knows something in the file."""

    def __init__(self, name: str) -> None:
        Exception.__init__(self, name)
        self.reason = "malware"
        self.message = (
            f"A virus scanner found {name} in this file, so it was not read. The original is kept as it is."
        )


def scan(file: SealedFile) -> None:
    """Have a file scanned; without a scanner, nothing happens.

    Raises:
        MalwareFound: The scanner knows something in it.
        ScannerAway: It cannot be asked.
    """
    if not settings.CLAMAV_SOCKET:
        return
    try:
        answer = _ask(file)
    except OSError as fault:
        raise ScannerAway(str(fault)) from fault
    if found := _FOUND.fullmatch(answer):
        raise MalwareFound("".join(character for character in found[1] if character.isprintable()))
    if answer != "stream: OK":
        raise ScannerAway(f"clamd said {answer!r}")


def _ask(file: SealedFile) -> str:
    with socket.socket(socket.AF_UNIX) as scanner, file.open() as stream:
        scanner.settimeout(_SECONDS)
        scanner.connect(settings.CLAMAV_SOCKET)
        scanner.sendall(b"zINSTREAM\0")
        left = SCANNED_BYTES
        while piece := stream.read(min(_PIECE, left)):
            scanner.sendall(struct.pack("!I", len(piece)) + piece)
            left -= len(piece)
        scanner.sendall(struct.pack("!I", 0))
        return _line(scanner)


def _line(scanner: socket.socket) -> str:
    """Return what the scanner says, to its end or to the length of any honest answer."""
    said = b""
    while len(said) < _LONGEST_ANSWER and (more := scanner.recv(_LONGEST_ANSWER)):
        said += more
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()
