"""What keeps a flood of notifications from anybody's work: keys remembered for a moment, and a share a site.

Both live in the process: a flood without a valid signature costs a hash and never reaches the database.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from coil_bridge.services.context import Clock
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault

A_MINUTE = 60  # notifications of a site that are taken in a minute, on average
BURST = 60
_REMEMBERED = timedelta(seconds=10)
_A_MOMENT = timedelta(seconds=1)
_MOST_SITES = 1000


class KnownKeys:
    """The valid keys of sites, read again after some seconds: an ended key is good for no longer."""

    def __init__(self, storage: Storage, vault: Vault, clock: Clock) -> None:
        self._storage = storage
        self._vault = vault
        self._clock = clock
        self._lock = threading.Lock()
        self._read: dict[str, tuple[datetime, dict[str, str]]] = {}

    def secret(self, site_id: str, key_id: str) -> str | None:
        """The secret of a site's valid key."""
        now = self._clock()
        with self._lock:
            at, keys = self._read.get(site_id, (None, {}))
        lasts = _REMEMBERED if key_id in keys else _A_MOMENT  # a key just made is good at once
        if at is None or not at <= now < at + lasts:
            keys = self._look(site_id)
            with self._lock:
                if len(self._read) >= _MOST_SITES:
                    self._read.clear()
                self._read[site_id] = (now, keys)
        return keys.get(key_id)

    def _look(self, site_id: str) -> dict[str, str]:
        with self._storage.read() as tx:
            found = tx.hooks.keys(site_id)
        return {each.id: self._vault.decrypt(each.sealed) for each in found if each.sealed is not None}


class Buckets:
    """How much each site or address may still send: a bucket that fills by ``A_MINUTE``, holds ``BURST``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left: dict[str, tuple[datetime, float]] = {}

    def take(self, site_id: str) -> bool:
        """Take one; ``False`` when nothing is left."""
        now = self._clock()
        with self._lock:
            if len(self._left) >= _MOST_SITES and site_id not in self._left:
                self._left.clear()
            at, left = self._left.get(site_id, (now, float(BURST)))
            left = min(BURST, left + max(0.0, (now - at).total_seconds()) * A_MINUTE / 60)
            taken = left >= 1
            self._left[site_id] = (now, left - 1 if taken else left)
        return taken
