"""The key that signs certificates: made when the first one is issued, kept as long as they count."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from coil_bridge.storage.credentials import CredentialKey
from coil_bridge.storage.storage import Transaction
from coil_bridge.vault import Vault, new_id

_BITS = 2048


def signing_key(tx: Transaction, vault: Vault, now: datetime) -> CredentialKey:
    """The newest key; in a write transaction, the first one is made here."""
    keys = tx.credentials.signing_keys()
    return keys[0] if keys else new_signing_key(tx, vault, now)


def new_signing_key(tx: Transaction, vault: Vault, now: datetime) -> CredentialKey:
    """A new RSA key, with which everything is signed from now on; the public half as PEM."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    key = CredentialKey(new_id(), vault.encrypt(secret.decode()), public.decode(), now)
    tx.credentials.insert_key(key)
    return key
