"""Everything around calendars, wired once: what the pages and the worker ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coil_bridge.services.moodle_calendars import MoodleCalendarService
from coil_bridge.services.published_feeds import PublishedFeeds
from coil_bridge.services.session_observers import SessionObserver


@dataclass(frozen=True, slots=True)
class CalendarServices:
    """The calendars of one installation; ``Services.calendars``."""

    published: PublishedFeeds
    moodles: MoodleCalendarService

    @property
    def observers(self) -> Sequence[SessionObserver]:
        """Who has to know of every change of a session."""
        return (self.moodles,)
