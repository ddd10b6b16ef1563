"""Where allauth's second factors meet our officers."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter

from accounts.models import Officer
from accounts.signing_in.ciphers import decrypted, encrypted


class FactorAdapter(DefaultMFAAdapter):
    """Encrypts secrets at rest and tells authenticators whose they are."""

    def encrypt(self, text: str) -> str:
        """Return what is stored of a secret."""
        return encrypted(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret from what is stored of it."""
        return decrypted(encrypted_text)

    def get_totp_label(self, user: Officer) -> str:
        """Name the account in an authenticator app."""
        return user.email

    def get_public_key_credential_user_entity(self, user: Officer) -> dict[str, Any]:
        """Name the account to a security key, by an id that says nothing."""
        return {"id": user.pk.bytes, "display_name": user.full_name, "name": user.email}
