"""The pages of hours and of finding times."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from coil_bridge.services.bundle import Services
from coil_bridge.web.hours import HoursPages
from coil_bridge.web.slots import SlotPages
from coil_bridge.web.visitors import Visitors


def slot_pages(services: Services, visitors: Visitors) -> Iterable[Blueprint]:
    """The pages of hours and of finding times."""
    yield HoursPages(services.slots.hours, services.slots.calendars, visitors).blueprint()
    yield SlotPages(services.slots.finder, services.sessions, services.calendars.rooms, visitors).blueprint()
