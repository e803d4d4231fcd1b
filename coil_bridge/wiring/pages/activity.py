"""The pages around activity, and what plugins and meeting servers send to."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from coil_bridge.services.bundle import Services
from coil_bridge.web.hook_keys import HookKeyPages
from coil_bridge.web.hooks import HookPages
from coil_bridge.web.room_records import RoomRecordPages
from coil_bridge.web.uploads import UploadPages
from coil_bridge.web.visitors import Visitors


def pages_for_plugins(services: Services) -> Iterable[Blueprint]:
    """What plugins and meeting servers send to, with signatures of their own instead of our form tokens."""
    yield HookPages(services.activity.hooks).blueprint()
    yield RoomRecordPages(services.activity.room_records).blueprint()


def activity_pages(services: Services, visitors: Visitors) -> Iterable[Blueprint]:
    """What people see of it."""
    yield HookKeyPages(services.activity.hook_keys, services.sites, visitors).blueprint()
    yield UploadPages(services.activity.uploads, visitors).blueprint()
