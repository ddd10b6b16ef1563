"""The countries' keys, under which the keys of files are wrapped; held in a file, or where a setting says.

Every file has a random key of its own. That key is kept only wrapped, once for each country that handed the
file in, so that a country's withdrawal is the end of its wrap, and the last one's the end of the file.
"""

from __future__ import annotations

import base64
import binascii
import logging
import os
import secrets
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.module_loading import import_string

from evidence.errors import FileUnavailable
from icse.common.sealing import KEY_BYTES, DataKey, new_key

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

NONCE_BYTES: Final = 12
_ID_BYTES: Final = 16
_GENERATION_LENGTH: Final = 20

INSTALLATION: Final = UUID(int=0)
"""In place of a country, for what belongs to all of them."""


class KeyUnavailable(FileUnavailable):
    """A key cannot be had."""


class KeyHolder(Protocol):
    """Whoever holds the countries' keys: a file, or a key service or security module that never shows them.

    What it returns names the generation of the key that it used, so that keys can be changed one by one.
    """

    def wrap(self, key: DataKey, country: UUID) -> str:
        """Return a file's key, wrapped under a country's present key."""

    def unwrap(self, wrapped: str, country: UUID) -> DataKey:
        """Return the key that was wrapped. Raises KeyUnavailable."""

    def is_current(self, wrapped: str) -> bool:
        """Tell whether it was wrapped under the present generation of keys."""

    def make(self) -> bool:
        """Make a first generation of keys, unless there is one; tell whether it was made."""

    def add_generation(self) -> str:
        """Put a new generation of keys into use, and return its name."""


class KeyFile:
    """Keys in a file: one line a generation, its name and 32 random bytes in base64url; the last is in use.

    A country's key is derived from them (HKDF-SHA256, RFC 5869), so that a country which joins needs no
    other copy of the file. The file is read again when it has changed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = (0, 0)
        self._generations: dict[str, bytes] = {}
        self._derived: dict[tuple[str, UUID], AESGCM] = {}

    def wrap(self, key: DataKey, country: UUID) -> str:
        """Return a file's key, wrapped under a country's present key. Raises KeyUnavailable."""
        generation = self._current()
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher(generation, country).encrypt(nonce, key.secret, bound_to(key.id, country))
        return wrap_of(generation, Wrap(key.id, nonce, sealed))

    def unwrap(self, wrapped: str, country: UUID) -> DataKey:
        """Return the key that was wrapped. Raises KeyUnavailable."""
        generation = generation_of(wrapped)
        self._read()
        if generation not in self._generations:
            message = f"The key file holds no generation {generation!r}: put it back."
            raise KeyUnavailable(message)
        try:
            wrap = read_wrap(wrapped)
            secret = self._cipher(generation, country).decrypt(
                wrap.nonce, wrap.sealed, bound_to(wrap.key_id, country)
            )
        except (InvalidTag, ValueError) as broken:
            raise KeyUnavailable(not_opened(generation)) from broken
        return DataKey(wrap.key_id, secret)

    def is_current(self, wrapped: str) -> bool:
        """Tell whether it was wrapped under the last generation in the file. Raises KeyUnavailable."""
        return generation_of(wrapped) == self._current()

    def make(self) -> bool:
        """Make the file with a first generation, unless there is one; tell whether it was made."""
        if self._path.exists():
            return False
        draft = _draft(self._path, f"1 {_fresh()}\n")
        try:
            os.link(draft, self._path)  # of several processes the first one makes it
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        return True

    def add_generation(self) -> str:
        """Add a generation to the file, which is in use from then on, and return its name.

        Raises:
            KeyUnavailable: There is no such file, or it is damaged.
            OSError: It cannot be written.
        """
        try:
            text = self._path.read_text(encoding="ascii")
        except FileNotFoundError as missing:
            message = f"There is no key file {self._path}."
            raise KeyUnavailable(message) from missing
        taken = _parsed(text)
        name = next(str(number) for number in count(1) if str(number) not in taken)
        draft = _draft(self._path, f"{text.rstrip()}\n{name} {_fresh()}\n")
        # Whoever may read it now may read it then: the platform is often another account than its operator.
        before = self._path.stat()
        os.chown(draft, before.st_uid, before.st_gid)
        draft.chmod(before.st_mode)
        draft.replace(self._path)
        return name

    def _current(self) -> str:
        self._read()
        return next(reversed(self._generations))

    def _cipher(self, generation: str, country: UUID) -> AESGCM:
        if (generation, country) not in self._derived:
            derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"icse country key" + country.bytes)
            self._derived[generation, country] = AESGCM(derived.derive(self._generations[generation]))
        return self._derived[generation, country]

    def _read(self) -> None:
        try:
            told = self._path.stat()
            if (told.st_mtime_ns, told.st_ino) != self._seen:
                self._generations = _parsed(self._path.read_text(encoding="ascii"))
                self._seen, self._derived = (told.st_mtime_ns, told.st_ino), {}
        except OSError as away:
            message = f"The key file {self._path} cannot be read. See docs/keys.md."
            raise KeyUnavailable(message) from away


def _parsed(text: str) -> dict[str, bytes]:
    generations = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name, _, encoded = line.strip().partition(" ")
        try:
            secret = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except (ValueError, binascii.Error):
            secret = b""
        if not name.isalnum() or len(name) > _GENERATION_LENGTH or len(secret) != KEY_BYTES:
            message = f"Line {number} of the key file is no name and 32 bytes in base64url."
            raise KeyUnavailable(message)
        generations[name] = secret
    if not generations:
        message = "The key file is empty. See docs/keys.md."
        raise KeyUnavailable(message)
    return generations


class Wrap(NamedTuple):
    """A file's key as a country's key seals it (AES-256-GCM), with what it takes to open it."""

    key_id: UUID
    nonce: bytes
    sealed: bytes


def wrap_of(generation: str, wrap: Wrap) -> str:
    """Return a wrap as text that begins with the generation of its key."""
    return f"{generation}.{base64.urlsafe_b64encode(wrap.key_id.bytes + wrap.nonce + wrap.sealed).decode()}"


def generation_of(wrapped: str) -> str:
    """Return under which generation of keys something was wrapped."""
    return wrapped.partition(".")[0]


def read_wrap(wrapped: str) -> Wrap:
    """Return the parts of a wrap. Raises ValueError where it is none."""
    content = base64.urlsafe_b64decode(wrapped.partition(".")[2])
    nonce_end = _ID_BYTES + NONCE_BYTES
    return Wrap(UUID(bytes=content[:_ID_BYTES]), content[_ID_BYTES:nonce_end], content[nonce_end:])


def bound_to(key_id: UUID, country: UUID) -> bytes:
    """Return what a wrap is bound to: whose it is, and of which key."""
    return b"icse file key" + key_id.bytes + country.bytes


def not_opened(generation: str) -> str:
    """Return how it is told that a wrap was not made with the key that opens it."""
    return f"A key that generation {generation!r} wrapped cannot be opened with it."


def _fresh() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


def _draft(path: Path, text: str) -> Path:
    """Write a file beside another one, readable by its owner alone and on the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    return draft


def are_keys_there() -> bool:
    """Tell whether files can be opened and taken: who holds the keys wraps one and opens it again."""
    key = new_key()
    try:
        return key_holder().unwrap(key_holder().wrap(key, INSTALLATION), INSTALLATION) == key
    except KeyUnavailable:
        logger.exception("The keys cannot be used.")
        return False


@cache
def key_holder() -> KeyHolder:
    """Return who holds this installation's keys."""
    if settings.KEY_HOLDER:
        holder: KeyHolder = import_string(settings.KEY_HOLDER)()
        return holder
    return KeyFile(settings.KEY_FILE)
