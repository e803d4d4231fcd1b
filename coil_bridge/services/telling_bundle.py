"""Everything that tells people of sessions, wired once."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.services.digests import Digests
from coil_bridge.services.reminders import Reminders
from coil_bridge.services.stop_links import StopLinks
from coil_bridge.services.telling import Telling
from coil_bridge.services.telling_choices import TellingChoices


@dataclass(frozen=True, slots=True)
class TellingServices:
    """The services around messages about sessions; made by ``coil_bridge.telling_wiring``."""

    now: Telling
    digests: Digests
    reminders: Reminders
    choices: TellingChoices
    links: StopLinks
