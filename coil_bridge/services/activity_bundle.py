"""Everything that brings activity in besides the pulls of core web services, wired once."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.services.log_pull import LogPull


@dataclass(frozen=True, slots=True)
class ActivityServices:
    """What reads, receives and takes in activity; ``Services.activity``."""

    logs: LogPull
