"""The pages of calendars and rooms."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from coil_bridge.services.bundle import Services
from coil_bridge.services.context import Clock
from coil_bridge.web.calendar import CalendarPages
from coil_bridge.web.rooms import RoomPages
from coil_bridge.web.visitors import Visitors


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
