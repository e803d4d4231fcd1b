"""Everything around calendars, wired once: what the pages and the worker ask for."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.services.published_feeds import PublishedFeeds


@dataclass(frozen=True, slots=True)
class CalendarServices:
    """The calendars of one installation; ``Services.calendars``."""

    published: PublishedFeeds
