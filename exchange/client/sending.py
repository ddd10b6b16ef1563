"""One file, from its first hash to its verdict."""

from __future__ import annotations

import hashlib
import os
import random
import time
from base64 import b64encode
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from exchange.client.platform import UPLOADS, Refused, Unreached

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from threading import Event

    import urllib3

    from exchange.client.folder import Found
    from exchange.client.platform import Platform

PIECE: Final = 8 * 1024 * 1024
"""Bytes that a request carries at most."""
_SMALLEST_PIECE: Final = 128 * 1024
_GROWS_AFTER: Final = 4
_READ: Final = 1024 * 1024
_FIRST_WAIT: Final = 0.25
_LONGEST_WAIT: Final = 30.0

ARRIVED: Final = ("received", "unpacking", "unpacked")
"""States of a file of which nothing more is to be sent."""

# Such a refusal is of this moment and not of the file.
_PASSING: Final = ("locked", "offset", "checksum", "too_many_open", "throttled")
# Such a one is the same for every other file.
_FOR_ALL: Final = ("day_full", "storage_full", "batch_over")
_GONE: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_BEGUN_AT_MOST: Final = 3


class Stopped(Exception):
    """Nothing more is to be sent; what has arrived waits over there."""


class LineDead(Exception):
    """No file got any further for as long as patience lasts."""


class Unreadable(Exception):
    """The file cannot be read here, or not to its end."""


@dataclass(slots=True)
class Outcome:
    """What became of a file, as the report has it."""

    path: str
    size: int
    outcome: str
    sha256: str = ""
    verdict: str = ""
    submission: str = ""
    reason: str = ""
    message: str = ""


@dataclass(slots=True)
class PieceSize:
    """How many bytes the next request carries; of one that broke off nothing counts.

    On a line that breaks every few megabytes large pieces would never get through.
    """

    bytes: int = field(default_factory=lambda: PIECE)
    _in_a_row: int = 0

    def shrink(self, tried: int) -> None:
        """Note that a piece broke off: the next ones carry a quarter of it."""
        self.bytes = min(self.bytes, max(_SMALLEST_PIECE, tried // 4))
        self._in_a_row = 0

    def grow(self) -> None:
        """Note that a piece got through; after several in a row the next ones carry twice as much."""
        self._in_a_row += 1
        if self._in_a_row >= _GROWS_AFTER:
            self.bytes = min(2 * self.bytes, PIECE)
            self._in_a_row = 0


@dataclass(slots=True)
class Sender:
    """Sends files of one batch; lanes share it. `moved` is told the bytes by which a file got further."""

    platform: Platform
    batch: str
    patience: float
    stop: Event
    moved: Callable[[int], None] = field(default=lambda _: None)
    further_at: float = field(default_factory=time.monotonic)
    """When any file got further last, by the monotonic clock."""
    piece: PieceSize = field(default_factory=PieceSize)

    def send(self, file: Found, begun: Mapping[str, Any] | None = None) -> Outcome:
        """Hand in a file, or go on with what has `begun` of it, and return what became of it.

        Raises:
            Stopped: Somebody else said so.
            LineDead: This file gets no further, nor does any other.
            Refused: The platform does not let whoever asks do anything, or takes no more at present.
        """
        if file.trouble:
            return left(file, "unreadable", message=file.trouble)
        try:
            with open(file.place, "rb") as stream:  # noqa: PTH123 - a path of bytes
                return _Journey(self, file, stream).run(begun)
        except (OSError, Unreadable) as fault:
            return left(file, "unreadable", message=str(fault))
        except Refused as refusal:
            if refusal.is_denied or refusal.reason in _FOR_ALL:
                raise
            return left(file, "refused", reason=refusal.reason, message=refusal.message)
        except Unreached as fault:
            if time.monotonic() - self.further_at >= self.patience:
                raise LineDead(str(fault)) from fault
            return left(file, "unfinished", reason="unreached", message=str(fault))


class _Journey:
    """The way of one opened file."""

    def __init__(self, sender: Sender, file: Found, stream: BinaryIO) -> None:
        self._sender, self._file, self._stream = sender, file, stream
        self._digest = ""
        self._begun, self._reached = 0, -1
        self._further_at, self._wait = time.monotonic(), _FIRST_WAIT

    def run(self, begun: Mapping[str, Any] | None) -> Outcome:
        """Send what is still missing, piece by piece, and return what the file became."""
        self._digest = self._hash()
        place, at = (f"{UPLOADS}{begun['id']}/", None) if begun else self._begin()
        while True:
            try:
                answer = self._standing(place) if at is None else self._send_piece(place, at)
                at = int(answer.headers["Upload-Offset"])
                if at > self._reached:  # being told the same once more is no progress
                    self._reached = at
                    self._got_further()
                if at == self._file.size or answer.headers.get("Icse-State") in ARRIVED:
                    return self._conclude(place, answer)
            except Refused as refusal:
                if at is None and refusal.status in _GONE and self._begun < _BEGUN_AT_MOST:
                    place, at = self._begin()
                else:
                    self._after(refusal)
                    at = None
            except Unreached as fault:
                self._after(fault)
                at = None

    def _standing(self, place: str) -> urllib3.BaseHTTPResponse:
        self._check_goes_on()
        return self._sender.platform.ask("HEAD", place)

    def _hash(self) -> str:
        digest, size = hashlib.sha256(), 0
        while read := self._stream.read(_READ):
            self._check_goes_on()
            digest.update(read)
            size += len(read)
        if size != self._file.size:
            raise Unreadable(f"It had {self._file.size} bytes when it was found, and has {size} now.")
        return digest.hexdigest()

    def _begin(self) -> tuple[str, int | None]:
        """Announce the file, or declare it if that will do; return where it goes, and from where on."""
        self._begun, self._reached = self._begun + 1, -1
        told = {
            "batch": self._sender.batch,
            "filename": self._file.name,
            "path": self._file.source_path,
            "modified": str(self._file.modified),
            "sha256": self._digest,
        }
        metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in told.items())
        headers = {"Upload-Length": str(self._file.size), "Upload-Metadata": metadata}
        answer = self._patiently(lambda: self._sender.platform.ask("POST", UPLOADS, headers=headers))
        place = answer.headers["Location"]
        if (ranges := answer.headers.get("Icse-Ranges")) and self._declare(place, ranges):
            return place, None
        return place, 0

    def _declare(self, place: str, ranges: str) -> bool:
        digests = []
        for each in ranges.split(","):
            first, last = map(int, each.split("-"))
            digests.append(hashlib.sha256(self._read(first, last - first + 1)).hexdigest())
        try:
            self._patiently(
                lambda: self._sender.platform.ask("POST", f"{place}declaration/", told={"digests": digests})
            )
        except Refused as refusal:
            if refusal.reason != "not_shown":
                raise
            return False
        return True

    def _send_piece(self, place: str, at: int) -> urllib3.BaseHTTPResponse:
        self._check_goes_on()
        piece = self._read(at, min(self._sender.piece.bytes, self._file.size - at))
        digest = b64encode(hashlib.sha256(piece).digest()).decode()
        headers = {
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(at),
            "Upload-Checksum": f"sha256 {digest}",
        }
        try:
            answer = self._sender.platform.ask("PATCH", place, body=piece, headers=headers)
        except Unreached:
            self._sender.piece.shrink(len(piece))
            raise
        self._sender.piece.grow()
        self._sender.moved(len(piece))
        return answer

    def _conclude(self, place: str, answer: urllib3.BaseHTTPResponse) -> Outcome:
        """Return what became of a whole file, asked for where the last piece's answer was lost."""
        if answer.headers.get("Icse-State") not in ARRIVED:
            self._patiently(lambda: self._sender.platform.ask("POST", f"{place}finish/"))
        told = self._patiently(lambda: self._sender.platform.ask("GET", place)).json()
        return outcome_of(told, self._file)

    def _read(self, at: int, size: int) -> bytes:
        self._stream.seek(at)
        read = self._stream.read(size)
        if len(read) != size:
            raise Unreadable(f"It ends after {os.fstat(self._stream.fileno()).st_size} bytes by now.")
        return read

    def _patiently(self, ask: Callable[[], urllib3.BaseHTTPResponse]) -> urllib3.BaseHTTPResponse:
        while True:
            self._check_goes_on()
            try:
                answer = ask()
            except (Refused, Unreached) as fault:
                self._after(fault)
            else:
                self._got_further()
                return answer

    def _after(self, fault: Refused | Unreached) -> None:
        """Wait where waiting may help; the offset is to be asked for then."""
        if isinstance(fault, Refused) and fault.reason not in _PASSING and fault.status != HTTPStatus.LOCKED:
            raise fault
        if time.monotonic() - self._further_at >= self._sender.patience:
            raise Unreached(str(fault)) from fault
        self._wait = min(2 * self._wait, _LONGEST_WAIT)
        self._sender.stop.wait(self._wait * random.uniform(0.5, 1))  # noqa: S311 - so that lanes do not march in step
        self._check_goes_on()

    def _got_further(self) -> None:
        self._further_at, self._wait = time.monotonic(), _FIRST_WAIT
        self._sender.further_at = self._further_at

    def _check_goes_on(self) -> None:
        if self._sender.stop.is_set():
            raise Stopped


def outcome_of(told: Mapping[str, Any], file: Found) -> Outcome:
    """Return what the platform says became of a file; one that was not sent whole was declared."""
    is_sent = told["state"] != "received" or told["offset"] == told["length"]
    return Outcome(
        path=file.source_path,
        size=file.size,
        outcome=told["state"] if is_sent else "declared",
        sha256=told["sha256"] or "",
        verdict=told["verdict"] or "",
        submission=told["submission"] or "",
        reason=told["reason"],
        message=told["message"],
    )


def left(file: Found, outcome: str, *, reason: str = "", message: str = "") -> Outcome:
    """Return what is said of a file of which the platform has not said the last word."""
    return Outcome(file.source_path, file.size, outcome, reason=reason, message=message)
