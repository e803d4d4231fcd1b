"""Wires what finding times needs."""

from __future__ import annotations

from coil_bridge.services.bundles.slots_bundle import SlotServices
from coil_bridge.services.context import Clock
from coil_bridge.services.times.busy_calendars import BusyCalendars
from coil_bridge.services.times.slot_finder import SlotFinder
from coil_bridge.services.times.weekly_hours import WeeklyHours
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from connectors.transport import Transport


def slot_services(
    settings: Settings, *, storage: Storage, vault: Vault, transport: Transport, clock: Clock
) -> SlotServices:
    """The services around hours and times."""
    return SlotServices(
        hours=WeeklyHours(storage=storage, clock=clock),
        calendars=BusyCalendars(
            storage=storage,
            vault=vault,
            clock=clock,
            transport=transport,
            allow_http=settings.allow_private_partners,
        ),
        finder=SlotFinder(storage=storage, clock=clock),
    )
