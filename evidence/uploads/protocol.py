"""What the headers of a resumable upload say: tus 1.0.0 (tus.io, 2016-03-25). Pure."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from evidence.uploads.errors import BadUploadRequest, LengthMissing, NotAnOffset, VersionUnknown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

VERSION: Final = "1.0.0"
EXTENSIONS: Final = ("creation", "checksum", "termination", "expiration")
ALGORITHMS: Final = ("sha256", "sha1")
CONTENT_TYPE: Final = "application/offset+octet-stream"
METADATA_BYTES: Final = 8 * 1024

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_MOST: Final = 2**63 - 1
_KEY: Final = re.compile(r"[\x21-\x2b\x2d-\x7e]+")


@dataclass(frozen=True, slots=True)
class Checksum:
    """By which algorithm a piece has which digest."""

    algorithm: str
    digest: bytes

    def begin(self) -> hashlib._Hash:
        """Return a digest of nothing yet, to be fed with the piece."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


@dataclass(frozen=True, slots=True)
class Piece:
    """What a PATCH says of the bytes that it carries."""

    offset: int
    length: int
    checksum: Checksum | None


def check_version(header: str | None) -> None:
    """Check that the client speaks our version.

    Raises:
        VersionUnknown: It names another one, or none.
    """
    if header != VERSION:
        raise VersionUnknown


def number_of(name: str, header: str | None) -> int:
    """Return what a header says as a number of bytes.

    Raises:
        BadUploadRequest: It is missing, negative, no plain decimal, or beyond 63 bits.
    """
    if header is None or not _NUMBER.fullmatch(header) or (number := int(header)) > _MOST:
        raise BadUploadRequest(f"The header `{name}` has to be a whole number of bytes.")
    return number


def length_of(headers: Mapping[str, str]) -> int:
    """Return how long a new upload will be.

    Raises:
        BadUploadRequest: It is not said, or is to be said later.
    """
    if "Upload-Defer-Length" in headers:
        raise BadUploadRequest("Say with `Upload-Length` how long the file is; it cannot be said later.")
    return number_of("Upload-Length", headers.get("Upload-Length"))


def piece_of(headers: Mapping[str, str]) -> Piece:
    """Return what a PATCH says of its bytes.

    Raises:
        NotAnOffset, LengthMissing, BadUploadRequest: A header is missing or makes no sense.
    """
    if headers.get("Content-Type", "").partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise NotAnOffset
    offset = number_of("Upload-Offset", headers.get("Upload-Offset"))
    if not headers.get("Content-Length"):
        raise LengthMissing
    length = number_of("Content-Length", headers.get("Content-Length"))
    return Piece(offset, length, _checksum_of(headers.get("Upload-Checksum")))


def metadata_of(header: str) -> dict[str, str]:
    """Return what `Upload-Metadata` tells: keys of printable ASCII, values of UTF-8 in Base64.

    Raises:
        BadUploadRequest: It is longer than `METADATA_BYTES`, a key comes twice or is none, a value is no
            Base64 or no UTF-8.
    """
    if len(header) > METADATA_BYTES:
        raise BadUploadRequest(f"The header `Upload-Metadata` is longer than {METADATA_BYTES} bytes.")
    told: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else ():
        key, _, value = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in told:
            raise BadUploadRequest("In `Upload-Metadata` each key stands once, and is of printable ASCII.")
        told[key] = _text_of(key, value)
    return told


def http_date(moment: datetime) -> str:
    """Return an instant of UTC as HTTP writes it (RFC 9110 §5.6.7)."""
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


def _text_of(key: str, value: str) -> str:
    try:
        return b64decode(value, validate=True).decode()
    except ValueError as fault:  # what is no Base64, no ASCII or no UTF-8
        raise BadUploadRequest(f"In `Upload-Metadata` the value of `{key}` is no Base64 of UTF-8.") from fault


def _checksum_of(header: str | None) -> Checksum | None:
    if header is None:
        return None
    algorithm, _, encoded = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadUploadRequest(f"Checksums are taken by {' and '.join(ALGORITHMS)}.")
    try:
        digest = b64decode(encoded, validate=True)
    except ValueError as fault:
        raise BadUploadRequest("The checksum is no Base64.") from fault
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise BadUploadRequest(f"The checksum is not as long as one of {algorithm} in Base64.")
    return Checksum(algorithm, digest)
