"""The text of bearer tokens and one-time passwords. Only digests of tokens are ever stored."""

import hashlib
import secrets
from typing import Final

_TOKEN_BYTES: Final = 32  # 256 bits: a digest without salt or stretching cannot be searched
_PASSWORD_GROUPS: Final = 4
_PASSWORD_GROUP_LENGTH: Final = 5
# Read aloud and typed by hand: no letters or digits that look alike.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def new_token() -> str:
    """Return the text of a new bearer token, marked so that scanners of leaked secrets know it."""
    return f"icse_{secrets.token_urlsafe(_TOKEN_BYTES)}"


def new_invitation_code() -> str:
    """Return the text of a new invitation, which opens the way in once."""
    return f"icse-invitation_{secrets.token_urlsafe(_TOKEN_BYTES)}"


def digest_of(token: str) -> str:
    """Return what is stored of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_one_time_password() -> str:
    """Return a password of about 99 bits that leads to choosing one's own."""
    groups = (
        "".join(secrets.choice(_ALPHABET) for _ in range(_PASSWORD_GROUP_LENGTH))
        for _ in range(_PASSWORD_GROUPS)
    )
    return "-".join(groups)
