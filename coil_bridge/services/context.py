"""What every service takes: a clock, and the actor behind work that no person started."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from coil_bridge.domain import Person, Role

Clock = Callable[[], datetime]

SYSTEM = Person(
    id="", name="COIL Bridge", email=None, language=None, zone=None, roles=frozenset({Role.ADMINISTRATOR})
)


def system_clock() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)
