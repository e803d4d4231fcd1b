"""What finding times needs, wired once; ``Services.slots``."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.services.times.busy_calendars import BusyCalendars
from coil_bridge.services.times.slot_finder import SlotFinder
from coil_bridge.services.times.weekly_hours import WeeklyHours


@dataclass(frozen=True, slots=True)
class SlotServices:
    """Hours, calendars and the finder."""

    hours: WeeklyHours
    calendars: BusyCalendars
    finder: SlotFinder
