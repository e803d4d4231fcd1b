"""Wires what finding times needs: its services, and its pages."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from coil_bridge.services.bundle import Services
from coil_bridge.services.bundles.slots_bundle import SlotServices
from coil_bridge.services.context import Clock
from coil_bridge.services.times.busy_calendars import BusyCalendars
from coil_bridge.services.times.slot_finder import SlotFinder
from coil_bridge.services.times.weekly_hours import WeeklyHours
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from coil_bridge.web.hours import HoursPages
from coil_bridge.web.slots import SlotPages
from coil_bridge.web.visitors import Visitors
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


def slot_pages(services: Services, visitors: Visitors) -> Iterable[Blueprint]:
    """The pages of hours and of finding times."""
    yield HoursPages(services.slots.hours, services.slots.calendars, visitors).blueprint()
    yield SlotPages(services.slots.finder, services.sessions, services.calendars.rooms, visitors).blueprint()
