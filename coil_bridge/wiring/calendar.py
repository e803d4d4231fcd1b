"""Wires calendars: published feeds, the Moodles' own calendars, rooms. ``app`` wires everything else."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from coil_bridge.services.bundle import Services
from coil_bridge.services.bundles.calendar_bundle import CalendarServices
from coil_bridge.services.calendar.feeds import FeedService
from coil_bridge.services.calendar.moodle_calendars import MoodleCalendarService
from coil_bridge.services.calendar.published_feeds import PublishedFeeds
from coil_bridge.services.context import Clock
from coil_bridge.services.meeting.room_registry import RoomRegistry
from coil_bridge.services.meeting.rooms import RoomService
from coil_bridge.services.moodles.partners import Partners
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from coil_bridge.web.calendar import CalendarPages
from coil_bridge.web.rooms import RoomPages
from coil_bridge.web.visitors import Visitors
from connectors.transport import Transport


def calendar_services(
    settings: Settings,
    *,
    storage: Storage,
    vault: Vault,
    clock: Clock,
    feeds: FeedService,
    partners: Partners,
    transport: Transport,
) -> CalendarServices:
    """The services around calendars."""
    url = settings.public_url
    rooms = RoomService(storage=storage, clock=clock, vault=vault, transport=transport, public_url=url)
    return CalendarServices(
        published=PublishedFeeds(storage=storage, clock=clock, feeds=feeds),
        moodles=MoodleCalendarService(storage=storage, clock=clock, partners=partners, public_url=url),
        rooms=rooms,
        room_registry=RoomRegistry(
            storage=storage,
            clock=clock,
            vault=vault,
            rooms=rooms,
            allow_http=settings.allow_private_partners,
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
    yield RoomPages(services.calendars.room_registry, services.sites, visitors).blueprint()
