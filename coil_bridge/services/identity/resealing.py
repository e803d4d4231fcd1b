"""Sealing everything anew after a new encryption key was put in front of the old one.

Until then what is stored is opened with the old key, which therefore cannot be taken away. It can be
interrupted and begun anew at any time, while the service runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.errors import ConfigurationError
from coil_bridge.storage.sealed import Place, batches, places
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault


@dataclass(frozen=True, slots=True)
class Resealed:
    """What was done in one column: newly sealed, under the first key before, opened by none of the keys."""

    column: str
    resealed: int
    current: int
    unreadable: int


class Resealing:
    """Seals with the first key what another one has sealed."""

    def __init__(self, *, storage: Storage, vault: Vault) -> None:
        self._storage = storage
        self._vault = vault

    def reseal(self) -> list[Resealed]:
        """Go through everything; what no key opens is left as it is and counted."""
        return [self._column(place) for place in places()]

    def _column(self, place: Place) -> Resealed:
        table, column = place
        resealed = unreadable = 0

        def change(sealed: bytes) -> bytes | None:
            nonlocal unreadable
            try:
                return self._vault.resealed(sealed)
            except ConfigurationError:
                unreadable += 1
                return None

        with self._storage.read() as tx:
            keys = tx.sealed.keys(place)
        for batch in batches(keys):
            with self._storage.write() as tx:
                resealed += sum(tx.sealed.replace(place, key, change) for key in batch)
        return Resealed(
            f"{table.name}.{column.name}", resealed, len(keys) - resealed - unreadable, unreadable
        )
