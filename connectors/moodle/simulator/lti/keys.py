"""A site's signing key and its key set (RFC 7517).

Making a 2048-bit key takes long enough to be felt in a test run, so keys are made on first use, and the key
of a site that is gone serves a later one under a new `kid`. No two living sites share a key: what one signs
must not verify with the other's.
"""

from __future__ import annotations

import json
import secrets
import threading
import weakref
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

_BITS = 2048
_spare: list[rsa.RSAPrivateKey] = []


def generate() -> rsa.RSAPrivateKey:
    """Make an RSA key of the size that Moodle uses."""
    return rsa.generate_private_key(public_exponent=65537, key_size=_BITS)


class SigningKey:
    """One site's RS256 key; `kid` is twenty hexadecimal digits as Moodle's. Thread-safe."""

    def __init__(self, private: rsa.RSAPrivateKey | None = None) -> None:
        self.kid = secrets.token_hex(10)
        self._lock = threading.Lock()
        self._private = private

    @property
    def private(self) -> rsa.RSAPrivateKey:
        """The private key; the first call may have to make it."""
        with self._lock:
            if self._private is None:
                self._private = _spare.pop() if _spare else generate()
                weakref.finalize(self, _spare.append, self._private).atexit = False
            return self._private

    def sign(self, claims: Mapping[str, Any], *, kid: str | None = None) -> str:
        """Return the claims as a signed JWT."""
        headers = {"kid": self.kid if kid is None else kid}
        return jwt.encode(dict(claims), self.private, "RS256", headers=headers)

    def key_set(self) -> dict[str, Any]:
        """Return what /mod/lti/certs.php answers."""
        public = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        key = {
            "kty": "RSA",
            "alg": "RS256",
            "kid": self.kid,
            "e": public["e"],
            "n": public["n"],
            "use": "sig",
        }
        return {"keys": [key]}
