"""Wires calendars: published feeds, the Moodles' own calendars, rooms. ``app`` wires everything else."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from coil_bridge.services.bundle import Services
from coil_bridge.services.calendar_bundle import CalendarServices
from coil_bridge.services.context import Clock
from coil_bridge.services.feeds import FeedService
from coil_bridge.services.moodle_calendars import MoodleCalendarService
from coil_bridge.services.partners import Partners
from coil_bridge.services.published_feeds import PublishedFeeds
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.web.calendar import CalendarPages
from coil_bridge.web.visitors import Visitors


def calendar_services(
    settings: Settings, *, storage: Storage, clock: Clock, feeds: FeedService, partners: Partners
) -> CalendarServices:
    """The services around calendars."""
    return CalendarServices(
        published=PublishedFeeds(storage=storage, clock=clock, feeds=feeds),
        moodles=MoodleCalendarService(
            storage=storage, clock=clock, partners=partners, public_url=settings.public_url
        ),
    )


def calendar_pages(services: Services, visitors: Visitors, clock: Clock) -> Iterable[Blueprint]:
    """The pages around calendars."""
    yield CalendarPages(
        feeds=services.feeds,
        published=services.calendars.published,
        moodles=services.calendars.moodles,
        pairings=services.pairings,
        sessions=services.sessions,
        academic=services.academic,
        visitors=visitors,
        clock=clock,
    ).blueprint()
