"""The countries' keys in a security module (PKCS #11 2.40, OASIS): made in it, and never shown by it.

Named by `KEY_HOLDER=evidence.security_module.SecurityModule`. The module has to take CKM_AES_GCM with a nonce
that the caller gives (NIST SP 800-38D, section 8.2.2).
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pkcs11
from django.conf import settings
from pkcs11.exceptions import PKCS11Error

from evidence.keys import (
    INSTALLATION,
    NONCE_BYTES,
    KeyFile,
    KeyUnavailable,
    Wrap,
    bound_to,
    generation_of,
    not_opened,
    read_wrap,
    wrap_of,
)
from icse.common.sealing import KEY_BYTES, DataKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

Answer = TypeVar("Answer")

logger = logging.getLogger(__name__)

PIN_REFUSED: Final = (
    "The security module refused the PIN. It is not tried again, for too many attempts lock the token: put"
    " the right one into its file."
)
_PREFIX: Final = "module-"
_GENERATION_BYTES: Final = 4
_WRONG_PIN: Final = (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked)
_SECRET: Final = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY}
_RIGHTS: Final = {
    pkcs11.Attribute.SENSITIVE: True,
    pkcs11.Attribute.EXTRACTABLE: False,
    pkcs11.Attribute.ENCRYPT: True,
    pkcs11.Attribute.DECRYPT: True,
    pkcs11.Attribute.WRAP: False,
    pkcs11.Attribute.UNWRAP: False,
    pkcs11.Attribute.SIGN: False,
    pkcs11.Attribute.VERIFY: False,
}


class SecurityModule:
    """A key for each country and generation in one token; a country's is made when it is first needed.

    What a key file wrapped is opened with that file, as long as it is there: so an installation moves over.
    """

    def __init__(self) -> None:
        self._file = KeyFile(settings.KEY_FILE)
        self._lock = Lock()
        self._session: pkcs11.Session | None = None
        self._begins_anew = False
        self._refused_pin: str | None = None
        os.register_at_fork(after_in_child=self._leave_to_parent)

    def wrap(self, key: DataKey, country: UUID) -> str:
        """Return a file's key, wrapped under a country's present key. Raises KeyUnavailable."""

        def sealed(session: pkcs11.Session) -> str:
            generation, nonce = _last_generation(session), os.urandom(NONCE_BYTES)
            known = _country_keys(session, generation, country)
            country_key = known[0] if known else _make_key(session, generation, country)
            content = country_key.encrypt(key.secret, **_gcm(key.id, country, nonce))
            return wrap_of(f"{_PREFIX}{generation}", Wrap(key.id, nonce, content))

        return self._ask(sealed)

    def unwrap(self, wrapped: str, country: UUID) -> DataKey:
        """Return the key that was wrapped. Raises KeyUnavailable."""
        name = generation_of(wrapped)
        if not name.startswith(_PREFIX):
            return self._file.unwrap(wrapped, country)
        try:
            generation, wrap = int(name.removeprefix(_PREFIX)), read_wrap(wrapped)
        except ValueError as broken:
            raise KeyUnavailable(not_opened(name)) from broken

        def opened(session: pkcs11.Session) -> bytes | None:
            failure = None
            # Two processes that needed a new country's key at once may have made one each.
            for country_key in _country_keys(session, generation, country):
                try:
                    secret: bytes = country_key.decrypt(wrap.sealed, **_gcm(wrap.key_id, country, wrap.nonce))
                except PKCS11Error as broken:
                    failure = broken
                else:
                    return secret
            if failure is not None:
                raise failure
            return None

        found = self._ask(opened)
        if found is None:
            message = f"The security module holds no key of generation {name!r} for {_label(country)!r}."
            raise KeyUnavailable(message)
        return DataKey(wrap.key_id, found)

    def is_current(self, wrapped: str) -> bool:
        """Tell whether it was wrapped under the module's last generation. Raises KeyUnavailable."""
        return generation_of(wrapped) == f"{_PREFIX}{self._ask(_last_generation)}"

    def make(self) -> bool:
        """Make a first generation, unless there is one; tell whether it was made. Raises KeyUnavailable."""

        def made(session: pkcs11.Session) -> bool:
            is_new = not _generations(session)
            if is_new:
                _make_key(session, 1, INSTALLATION)
            return is_new

        return self._ask(made)

    def add_generation(self) -> str:
        """Put a new generation into use, and return its name. Raises KeyUnavailable."""

        def added(session: pkcs11.Session) -> str:
            generation = _last_generation(session) + 1
            _make_key(session, generation, INSTALLATION)
            return f"{_PREFIX}{generation}"

        return self._ask(added)

    def _ask(self, question: Callable[[pkcs11.Session], Answer]) -> Answer:
        """Ask the module, and once more in a new session where it has lost the former one."""
        with self._lock:
            try:
                return question(self._session or self._open())
            except PKCS11Error as lost:
                logger.warning("The security module is asked again: %r", lost)
                self._close()
            try:
                return question(self._open())
            except PKCS11Error as failure:
                self._close()
                message = f"The security module does not answer: {failure!r}. See docs/keys.md."
                raise KeyUnavailable(message) from failure

    def _open(self) -> pkcs11.Session:
        try:
            pin = settings.PKCS11_PIN_FILE.read_text(encoding="utf-8").strip()
        except OSError as away:
            message = f"The PIN's file {settings.PKCS11_PIN_FILE} cannot be read. See docs/keys.md."
            raise KeyUnavailable(message) from away
        if pin == self._refused_pin:
            raise KeyUnavailable(PIN_REFUSED)
        library = pkcs11.lib(settings.PKCS11_MODULE)
        if self._begins_anew:
            library.reinitialize()
            self._begins_anew = False
        token = library.get_token(token_label=settings.PKCS11_TOKEN)
        try:
            self._session = token.open(rw=True, user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:  # who logged in did it for the whole process
            self._session = token.open(rw=True)
        except _WRONG_PIN as refused:
            self._refused_pin = pin
            raise KeyUnavailable(PIN_REFUSED) from refused
        return self._session

    def _close(self) -> None:
        if self._session is not None:
            with suppress(PKCS11Error):
                self._session.close()
        self._session, self._begins_anew = None, True

    def _leave_to_parent(self) -> None:
        """Forget what a process was forked with: PKCS #11 wants it to begin anew (section 2.5.3)."""
        self._lock, self._session, self._begins_anew = Lock(), None, True


def _gcm(key_id: UUID, country: UUID, nonce: bytes) -> dict[str, Any]:
    return {
        "mechanism": pkcs11.Mechanism.AES_GCM,
        "mechanism_param": pkcs11.GCMParams(nonce, bound_to(key_id, country)),
    }


def _generations(session: pkcs11.Session) -> list[int]:
    found = session.get_objects({**_SECRET, pkcs11.Attribute.LABEL: _label(INSTALLATION)})
    return [int.from_bytes(each[pkcs11.Attribute.ID][:_GENERATION_BYTES], "big") for each in found]


def _last_generation(session: pkcs11.Session) -> int:
    generations = _generations(session)
    if not generations:
        message = f"The token {settings.PKCS11_TOKEN!r} holds no keys: is it the right one? See docs/keys.md."
        raise KeyUnavailable(message)
    return max(generations)


def _country_keys(session: pkcs11.Session, generation: int, country: UUID) -> list[Any]:
    return list(session.get_objects({**_SECRET, pkcs11.Attribute.ID: _id_of(generation, country)}))


def _make_key(session: pkcs11.Session, generation: int, country: UUID) -> Any:
    return session.generate_key(
        pkcs11.KeyType.AES,
        KEY_BYTES * 8,
        id=_id_of(generation, country),
        label=_label(country),
        store=True,
        template=_RIGHTS,
    )


def _id_of(generation: int, country: UUID) -> bytes:
    return generation.to_bytes(_GENERATION_BYTES) + country.bytes


def _label(country: UUID) -> str:
    return "ICSE installation key" if country == INSTALLATION else f"ICSE country key {country}"
