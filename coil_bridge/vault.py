"""Secrets at rest: encryption, one-way hashes, and random values that nobody can guess.

Encryption is Fernet (AES-128-CBC with HMAC-SHA256) through ``MultiFernet``: the first key encrypts, all
keys decrypt, so a key is rotated by putting a new one in front. Tokens that are only ever compared are
stored as SHA-256: they are random, so a slow hash would add nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from coil_bridge.errors import ConfigurationError


class Vault:
    """Encrypts and decrypts with the installation's keys; shows nothing in its repr."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._first = Fernet(keys[0])
        self._hash_key = hashlib.sha256(b"coil-bridge keyed hash\0" + keys[-1].encode()).digest()

    def __repr__(self) -> str:
        return "Vault()"

    def encrypt(self, text: str) -> bytes:
        """Encrypt text under the first key."""
        return self._fernet.encrypt(text.encode())

    def decrypt(self, sealed: bytes) -> str:
        """Decrypt what any of the keys encrypted.

        Raises:
            ConfigurationError: none of the keys fits (the key was lost or the database is another's).
        """
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise ConfigurationError(
                "encryption_keys holds no key that opens what is stored in this database"
            ) from None

    def resealed(self, sealed: bytes) -> bytes | None:
        """The same under the first key; ``None`` when it is under that one already.

        Raises:
            ConfigurationError: as ``decrypt``.
        """
        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            return self.encrypt(self.decrypt(sealed))
        return None

    def keyed_hash(self, text: str) -> str:
        """A hash that nobody can try values against without the installation's key (e-mail addresses)."""
        return hmac.new(self._hash_key, text.encode(), hashlib.sha256).hexdigest()

    def token_for(self, *parts: str) -> str:
        """A secret like ``new_token``, but the same one for the same parts: a form sent twice makes one."""
        made = hmac.new(self._hash_key, "\0".join(("token", *parts)).encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made).decode().rstrip("=")


def new_id() -> str:
    """An opaque identifier: 80 random bits as 16 characters of a-z2-7, safe in URLs and file names."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def id_for(*parts: str) -> str:
    """An identifier like ``new_id``, but the same for the same parts: a form sent twice makes one thing."""
    return base64.b32encode(hashlib.sha256("\0".join(parts).encode()).digest()[:10]).decode().lower()


def new_token() -> str:
    """A secret for a link or a cookie: 256 random bits, url-safe."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token that only has to be recognised (SHA-256, hex)."""
    return hashlib.sha256(token.encode()).hexdigest()
