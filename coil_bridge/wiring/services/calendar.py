"""Wires calendars: published feeds, the Moodles' own calendars, rooms."""

from __future__ import annotations

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
