"""The keys of sites' notifications, remembered by the process for a moment.

A flood without a valid signature costs a hash and never reaches the database.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from coil_bridge.services.context import Clock
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault

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
