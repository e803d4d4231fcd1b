"""A platform's public keys (RFC 7517): fetched once, and again when an unknown key turns up.

Anybody can send tokens with invented key ids, so an unknown one causes at most one request a minute to
the platform, over all our workers together: the right to fetch is claimed by a conditional UPDATE. The
keys are kept in the database for all workers, and parsed in memory for the next launch.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.storage.lti_records import Jwk, KeySet, Platform
from coil_bridge.storage.storage import Storage
from connectors.transport import Transport, TransportError

FETCH_EVERY = timedelta(minutes=1)
FRESH_FOR = timedelta(days=1)  # so that a key which a platform has withdrawn ends here too
_MAX_BYTES = 64 * 1024
_MAX_KEYS = 20
_MIN_BITS = 2048
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Known:
    """A key set, parsed. Never changed, only replaced, so that it can be read without a lock."""

    keys: Mapping[str, RSAPublicKey]
    fetched_at: datetime | None
    attempted_at: datetime


class KeySets:
    """Finds the key that a token names."""

    def __init__(self, *, storage: Storage, transport: Transport, clock: Callable[[], datetime]) -> None:
        self._storage = storage
        self._transport = transport
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def key(self, platform: Platform, kid: str) -> RSAPublicKey:
        """The platform's key of that id.

        Raises:
            Refusal: there is none (asked again at most once a minute), or the platform does not tell.
        """
        known = self._known.get(platform.id)
        if known is None or not self._serves(known, kid):
            with self._locks[platform.id]:
                known = self._renewed(platform, kid)
        if kid in known.keys:
            return known.keys[kid]  # also one that is not fresh, while the platform does not answer
        reason = Reason.KEYS_UNREACHABLE if known.fetched_at is None else Reason.KEY_UNKNOWN
        raise Refusal(reason, platform=platform.id, kid=kid)

    def prefetch(self, platform: Platform) -> bool:
        """Fetch the keys before anybody launches; whether there are any."""
        with self._locks[platform.id]:
            return bool(self._renewed(platform, "").keys)

    def _serves(self, known: _Known, kid: str) -> bool:
        fresh = known.fetched_at is not None and self._clock() - known.fetched_at < FRESH_FOR
        return kid in known.keys and fresh

    def _renewed(self, platform: Platform, kid: str) -> _Known:
        """Take what another worker has fetched, else fetch, if it is time."""
        with self._storage.read() as tx:
            stored = tx.lti.key_set(platform.id)
        if stored is None or not self._serves(_parsed(stored), kid):
            stored = self._fetched(platform, stored)
        self._known[platform.id] = _parsed(stored)
        return self._known[platform.id]

    def _fetched(self, platform: Platform, before: KeySet | None) -> KeySet:
        now = self._clock()
        if before is not None and now - before.attempted_at < FETCH_EVERY:
            return before
        with self._storage.write() as tx:
            mine = tx.lti.claim_fetch(platform.id, now, now - FETCH_EVERY)
        found = self._ask(platform) if mine else ()
        with self._storage.write() as tx:
            if found:
                tx.lti.store_key_set(platform.id, found, now)
            return tx.lti.key_set(platform.id) or KeySet((), None, now)

    def _ask(self, platform: Platform) -> tuple[Jwk, ...]:
        """What the platform answers; nothing when it does not, so that known keys stay in use."""
        try:
            reply = self._transport.request(
                "GET",
                platform.jwks_url,
                headers={"Accept": "application/json"},
                read_timeout=_SECONDS,
                total_timeout=_SECONDS,
                max_bytes=_MAX_BYTES,
            )
        except TransportError:
            return ()
        return tuple(usable_keys(reply.body)) if reply.status == 200 else ()


def usable_keys(body: bytes) -> Iterable[Jwk]:
    """The keys of a key set document with which RS256 can be checked; others are left out."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return []
    keys = document.get("keys") if isinstance(document, dict) else None
    listed = keys[:_MAX_KEYS] if isinstance(keys, list) else []
    return [key for key in listed if isinstance(key, dict) and _public_key(key) is not None]


def _parsed(stored: KeySet) -> _Known:
    parsed = {str(key["kid"]): found for key in stored.keys if (found := _public_key(key)) is not None}
    return _Known(parsed, stored.fetched_at, stored.attempted_at)


def _public_key(key: Jwk) -> RSAPublicKey | None:
    kid, usage, algorithm = key.get("kid"), key.get("use", "sig"), key.get("alg", "RS256")
    if key.get("kty") != "RSA" or "d" in key or not isinstance(kid, str) or not kid:
        return None
    if usage != "sig" or algorithm != "RS256":
        return None
    try:
        found = PyJWK(dict(key), algorithm="RS256").key
    except (PyJWTError, ValueError, TypeError):
        return None
    return found if isinstance(found, RSAPublicKey) and found.key_size >= _MIN_BITS else None
