"""Serve a stored object, or the part of it that a Range header asks for (RFC 9110 §14)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Self

from django.http import HttpResponse, StreamingHttpResponse

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

_PIECE = 256 * 1024
_SINGLE_RANGE = re.compile(r"bytes=(?P<first>\d*)-(?P<last>\d*)")


class Unsatisfiable(Exception):
    """The range begins behind the end of the object."""


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte that a Range header asks for, or None where all is to be sent.

    Several ranges at once, and headers that make no sense, count as none, as the standard allows.

    Raises:
        Unsatisfiable: No byte of the object lies in the range.
    """
    asked = _SINGLE_RANGE.fullmatch(header.strip())
    if asked is None or asked["first"] == asked["last"] == "":
        return None
    if asked["first"] == "":
        length = int(asked["last"])
        first, last = max(size - length, 0), size - 1
        if length == 0:
            raise Unsatisfiable
    else:
        first = int(asked["first"])
        last = min(int(asked["last"]), size - 1) if asked["last"] else size - 1
        if asked["last"] and int(asked["last"]) < first:
            return None
    if first >= size:
        raise Unsatisfiable
    return first, last


def serve(stream: BinaryIO, *, size: int, media_type: str, range_header: str) -> HttpResponseBase:
    """Answer with an object or a part of it; the stream is closed when it has been sent.

    Nothing of it may be kept by a cache, or be run as a document by a browser.
    """
    try:
        part = parse_range(range_header, size)
    except Unsatisfiable:
        stream.close()
        answer: HttpResponseBase = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        answer = _send(stream, part, size)
        answer["Content-Type"] = media_type
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _send(stream: BinaryIO, part: tuple[int, int] | None, size: int) -> StreamingHttpResponse:
    first, last = part or (0, size - 1)
    answer = StreamingHttpResponse(_Pieces(stream, first, last - first + 1), status=206 if part else 200)
    answer["Content-Length"] = str(last - first + 1)
    if part:
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    return answer


class _Pieces:
    """The bytes of a part, piece by piece; closes the stream even where nobody ever asked for a piece."""

    def __init__(self, stream: BinaryIO, start: int, length: int) -> None:
        stream.seek(start)
        self._stream = stream
        self._left = length

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        piece = b"" if self._stream.closed else self._stream.read(min(_PIECE, self._left))
        if not piece:
            self.close()
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._stream.close()
