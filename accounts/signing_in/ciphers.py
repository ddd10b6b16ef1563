"""Secrets of second factors are encrypted where they are kept, by a key that hangs on SECRET_KEY."""

import base64
from typing import Final

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE: Final = b"icse: secrets of second factors"
_KEY_BYTES: Final = 32


def encrypted(text: str) -> str:
    """Return the text as a Fernet token under the present SECRET_KEY."""
    return _cipher().encrypt(text.encode()).decode()


def decrypted(token: str) -> str:
    """Return the text of a token that was made under SECRET_KEY or one of its fallbacks.

    Raises:
        cryptography.fernet.InvalidToken: It was changed, or its key is none of these.
    """
    return _cipher().decrypt(token.encode()).decode()


def _cipher() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _fernet(secret: str) -> Fernet:
    """Derive a key by HKDF (RFC 5869): what signs sessions must not be what encrypts."""
    derived = HKDF(SHA256(), _KEY_BYTES, salt=None, info=_PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
