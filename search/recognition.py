"""Recognise what was typed: a digest, a perceptual hash, perhaps a serial number, always also words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_HEX: Final = re.compile(r"[0-9a-f]+")
_LABEL: Final = re.compile(r"^(sha-?256|sha-?1|md5|pdq|serial)\s*[:=]\s*", re.IGNORECASE)

DIGEST_NAMES: Final = {32: "MD5", 40: "SHA-1", 64: "SHA-256"}
"""Digests by their length in hexadecimal digits."""

PDQ_LENGTH: Final = 64
SERIAL_LENGTHS: Final = range(3, 129)
WORDS_READ: Final = 12


@dataclass(frozen=True, slots=True)
class Typed:
    """What a search text may mean; a text may mean several things at once.

    `digest` is hexadecimal in small letters, `pdq` 32 bytes, `serial` as typed.
    """

    words: tuple[str, ...] = ()
    digest: str | None = None
    pdq: bytes | None = None
    serial: str | None = None

    @property
    def digest_name(self) -> str:
        """Return the name of the digest that was typed, or nothing."""
        return DIGEST_NAMES[len(self.digest)] if self.digest else ""


def recognise(text: str) -> Typed:
    """Return what a text may mean. A label such as `pdq:` or `serial:` leaves only that meaning.

    A file may be named by its digest, so that a digest stays a word as well.
    """
    label = _LABEL.match(text)
    if label is None:
        digest = _as_digest(text)
        return Typed(_words(text), digest, _as_pdq(text), None if digest else _as_serial(text))
    named, rest = label[1].lower(), text[label.end() :].strip()
    if named == "serial":
        return Typed(serial=_as_serial(rest))
    if named == "pdq":
        return Typed(pdq=_as_pdq(rest))
    return Typed(digest=_as_digest(rest))


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.lower().split()))[:WORDS_READ]


def _as_digest(text: str) -> str | None:
    digest = _as_hex(text)
    return digest if len(digest) in DIGEST_NAMES else None


def _as_pdq(text: str) -> bytes | None:
    digits = _as_hex(text)
    return bytes.fromhex(digits) if len(digits) == PDQ_LENGTH else None


def _as_hex(text: str) -> str:
    """Return the digits of a hexadecimal text, which tools write in capitals or in groups, or nothing."""
    digits = re.sub(r"[\s:-]", "", text).lower()
    return digits if _HEX.fullmatch(digits) else ""


def _as_serial(text: str) -> str | None:
    is_possible = len(text) in SERIAL_LENGTHS and any(character.isdigit() for character in text)
    return text if is_possible else None
