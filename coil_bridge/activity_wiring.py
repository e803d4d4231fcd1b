"""Wires what brings activity in: logs, hooks, files. ``coil_bridge.app`` does the same for the rest."""

from __future__ import annotations

from coil_bridge.services.activity_bundle import ActivityServices
from coil_bridge.services.context import Clock
from coil_bridge.services.log_pull import LogPull
from coil_bridge.services.partners import Partners
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault


def activity_services(
    *, storage: Storage, vault: Vault, partners: Partners, clock: Clock
) -> ActivityServices:
    """The services of this capability."""
    return ActivityServices(
        logs=LogPull(storage=storage, clock=clock, vault=vault, partners=partners),
    )
