"""Pseudonyms: keyed hashes that stand for a person or a record within one pilot.

HMAC-SHA256 (RFC 2104, FIPS 198-1) under a random 256-bit key that each pilot has for itself, cut to
160 bits (RFC 2104, section 5 allows cutting to no less than half the output and no less than 80 bits)
and written in base32 (RFC 4648) without padding. Each kind of value is hashed in a space of its own, and
its parts are prefixed by their lengths, so that no two different inputs meet in one hash.

Without the key nobody can try Moodle's user numbers against a pseudonym, or its post numbers against a
source key, although both are small numbers that could be counted through in a second.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

KEY_BYTES = 32
PSEUDONYM_BYTES = 20  # 160 bits, 32 characters: what the column holds


class Pseudonymiser:
    """Hashes under one pilot's key; shows nothing of it in its repr."""

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        """Take a key as ``new_pilot_key`` made it."""
        self._key = bytes.fromhex(key)
        if len(self._key) != KEY_BYTES:
            raise ValueError(f"a pilot key has {KEY_BYTES} bytes, not {len(self._key)}")

    def __repr__(self) -> str:
        return "Pseudonymiser()"

    def person(self, site_id: str, user_id: int) -> str:
        """The pseudonym of a site's user in this pilot: 32 characters of a-z2-7."""
        return _readable(self._hash("person", site_id, str(user_id))[:PSEUDONYM_BYTES])

    def record(self, site_id: str, pairing_id: str, kind: str, record_id: int) -> str:
        """The key of a site's record as it counts for one pairing: 32 characters of a-z2-7.

        The pairing is part of it because a course can be in two pairings of one pilot, and its posts
        count once in each.
        """
        return _readable(self._hash("record", site_id, pairing_id, kind, str(record_id))[:PSEUDONYM_BYTES])

    def survey_code(self, survey_id: str, code: str) -> str:
        """What is kept of a self-made code, which would be short enough to count through without a key."""
        return _readable(self._hash("survey", survey_id, code)[:PSEUDONYM_BYTES])

    def _hash(self, *parts: str) -> bytes:
        encoded = [part.encode() for part in parts]
        message = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
        return hmac.digest(self._key, message, hashlib.sha256)


def new_pilot_key() -> str:
    """A fresh random key (hex), to be stored encrypted and nowhere else."""
    return secrets.token_hex(KEY_BYTES)


def random_pseudonym() -> str:
    """A pseudonym that stands for nobody: what unlinked rows get when a pilot's key is destroyed."""
    return _readable(secrets.token_bytes(PSEUDONYM_BYTES))


def _readable(digest: bytes) -> str:
    return base64.b32encode(digest).decode("ascii").rstrip("=").lower()
