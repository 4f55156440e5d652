"""Encryption of what is stored and must not be read from the database alone."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


def derived_key(secret_key: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose (HMAC-SHA256 as a key derivation function, NIST SP 800-108r1)."""
    return hmac.digest(secret_key, f"deskbell {purpose}".encode(), hashlib.sha256)


class Sealer:
    """Encrypts and authenticates (Fernet: AES-128-CBC with HMAC-SHA256) under a key for one purpose."""

    def __init__(self, secret_key: bytes, purpose: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(derived_key(secret_key, purpose)))

    def seal(self, content: bytes) -> bytes:
        """Encrypts."""
        return self._fernet.encrypt(content)

    def open(self, sealed: bytes) -> bytes | None:
        """Decrypts; None for what was not sealed under this key, such as before the secret key was changed."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            return None
