"""Wires what tells people of sessions."""

from __future__ import annotations

from coil_bridge.services.bundles.telling_bundle import TellingServices
from coil_bridge.services.context import Clock
from coil_bridge.services.messaging.digests import Digests
from coil_bridge.services.messaging.messages import Messages
from coil_bridge.services.messaging.reminders import Reminders
from coil_bridge.services.messaging.stop_links import StopLinks
from coil_bridge.services.messaging.telling import Telling
from coil_bridge.services.messaging.telling_choices import TellingChoices
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage


def telling_services(
    settings: Settings, *, storage: Storage, clock: Clock, messages: Messages
) -> TellingServices:
    """The services that tell people of sessions."""
    links = StopLinks(secret_key=settings.secret_key, public_url=settings.public_url)
    return TellingServices(
        now=Telling(storage=storage, clock=clock, settings=settings, messages=messages),
        digests=Digests(storage=storage, clock=clock, settings=settings, messages=messages),
        reminders=Reminders(storage=storage, clock=clock, settings=settings, messages=messages),
        choices=TellingChoices(storage=storage, links=links),
        links=links,
    )
