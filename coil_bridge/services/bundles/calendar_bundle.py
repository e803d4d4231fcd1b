"""Everything around calendars, wired once: what the pages and the worker ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coil_bridge.services.agreed.session_observers import SessionObserver
from coil_bridge.services.calendar.moodle_calendars import MoodleCalendarService
from coil_bridge.services.calendar.published_feeds import PublishedFeeds
from coil_bridge.services.meeting.room_registry import RoomRegistry
from coil_bridge.services.meeting.rooms import RoomService


@dataclass(frozen=True, slots=True)
class CalendarServices:
    """The calendars of one installation; ``Services.calendars``."""

    published: PublishedFeeds
    moodles: MoodleCalendarService
    rooms: RoomService
    room_registry: RoomRegistry

    @property
    def observers(self) -> Sequence[SessionObserver]:
        """Who has to know of every change of a session; rooms first, as they may refuse it."""
        return (self.rooms, self.moodles)
