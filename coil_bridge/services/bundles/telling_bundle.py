"""Everything that tells people of sessions, wired once."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.services.messaging.digests import Digests
from coil_bridge.services.messaging.reminders import Reminders
from coil_bridge.services.messaging.stop_links import StopLinks
from coil_bridge.services.messaging.telling import Telling
from coil_bridge.services.messaging.telling_choices import TellingChoices


@dataclass(frozen=True, slots=True)
class TellingServices:
    """The services around messages about sessions; made by ``coil_bridge.wiring.telling``."""

    now: Telling
    digests: Digests
    reminders: Reminders
    choices: TellingChoices
    links: StopLinks
