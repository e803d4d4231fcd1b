"""Our own key pairs: one signs, the next is already published, the last is still published.

Platforms verify what we sign (client assertions, deep linking answers) with our key set and may keep a
copy of it. So a new key is published a day before it signs anything, and an old one for a day after it
signed last; its longest-lived token has expired long before that. RFC 7517 (JWK), RFC 7518 (RS256).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from coil_bridge.errors import ConfigurationError
from coil_bridge.storage.lti_records import KeyRecord
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault, new_id

SIGNS_FOR = timedelta(days=90)
PUBLISHED_BEFORE = timedelta(days=1)
PUBLISHED_AFTER = timedelta(days=1)
_BITS = 2048


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs at present."""

    kid: str
    private: rsa.RSAPrivateKey = field(repr=False)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A JWT over these claims (RS256)."""
        return jwt.encode(dict(claims), self.private, algorithm="RS256", headers={"kid": self.kid})


class Keys:
    """Makes, publishes, uses and retires our keys."""

    def __init__(self, *, storage: Storage, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._storage = storage
        self._vault = vault
        self._clock = clock
        self._opened: dict[str, rsa.RSAPrivateKey] = {}
        self._lock = threading.Lock()

    def document(self) -> dict[str, list[dict[str, Any]]]:
        """The key set that platforms fetch; makes the first key of an installation."""
        self._ensure()
        with self._storage.read() as tx:
            return {"keys": [dict(key.public) for key in published(tx.lti.keys(), self._clock())]}

    def signer(self) -> Signer:
        """The key that signs now; makes the first key of an installation."""
        self._ensure()
        with self._storage.read() as tx:
            key = signing(tx.lti.keys(), self._clock())
        if key is None:
            raise ConfigurationError("There is no key that may sign; run `coil-bridge doctor`.")
        return Signer(key.kid, self._open(key))

    def rotate(self) -> bool:
        """Make the next key when it is due, retire and delete old ones; whether one was made."""
        now = self._clock()
        with self._storage.write() as tx:
            tx.lti.delete_keys(now - PUBLISHED_AFTER)
            known = tx.lti.keys()
            _retire_replaced(tx, known, now)
            if not is_due(known, now):
                return False
            return tx.lti.insert_key(self._new(new_id(), now, now + PUBLISHED_BEFORE if known else now))

    def replace(self, tx: Transaction, kid: str) -> bool:
        """Sign with a new key of that id from now on and end all others; whether there was none of that id.

        For the day on which a key may have been stolen: platforms fetch our key set again when they meet an
        unknown key.
        """
        now = self._clock()
        if not tx.lti.insert_key(self._new(kid, now, now)):
            return False
        known = tx.lti.keys()
        tx.lti.retire_keys([key.kid for key in known if key.kid != kid], now)
        tx.lti.delete_keys(now + PUBLISHED_AFTER)  # nobody may accept a stolen key any longer
        return True

    def _ensure(self) -> None:
        with self._storage.read() as tx:
            if tx.lti.keys():
                return
        self.rotate()

    def _new(self, kid: str, now: datetime, signs_from: datetime) -> KeyRecord:
        private = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
        public = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
        document = {**public, "kid": kid, "alg": "RS256", "use": "sig"}
        document.pop("key_ops", None)  # `use` says it already (RFC 7517, 4.3)
        sealed = self._vault.encrypt(_pem(private))
        return KeyRecord(kid, document, sealed, now, signs_from, None)

    def _open(self, key: KeyRecord) -> rsa.RSAPrivateKey:
        with self._lock:
            if key.kid not in self._opened:
                self._opened = {key.kid: _read_pem(self._vault.decrypt(key.private_encrypted))}
            return self._opened[key.kid]


def signing(keys: Sequence[KeyRecord], now: datetime) -> KeyRecord | None:
    """The newest key that may sign."""
    ready = [key for key in keys if key.signs_from <= now and key.retired_at is None]
    return ready[-1] if ready else None


def published(keys: Sequence[KeyRecord], now: datetime) -> list[KeyRecord]:
    """The keys of which a token may be around, and the one that signs next."""
    return [key for key in keys if key.retired_at is None or now < key.retired_at + PUBLISHED_AFTER]


def is_due(keys: Sequence[KeyRecord], now: datetime) -> bool:
    """Whether the newest key has signed for so long that the next one must be published."""
    return not keys or now >= keys[-1].signs_from + SIGNS_FOR - PUBLISHED_BEFORE


def _retire_replaced(tx: Transaction, keys: Sequence[KeyRecord], now: datetime) -> None:
    current = signing(keys, now)
    older = [key.kid for key in keys if current and key.signs_from < current.signs_from]
    tx.lti.retire_keys(older, now)


def _pem(private: rsa.RSAPrivateKey) -> str:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _read_pem(text: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(text.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigurationError("The stored key of the LTI tool is of another kind than it should be.")
    return key
