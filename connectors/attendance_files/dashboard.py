"""BigBlueButton's learning dashboard: people with the sessions of each of their devices, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.tables import NoTable


def sessions(text: str) -> Iterator[tuple[int, str, datetime, datetime | None]]:
    """The person's place in the file, name, joined and left (UTC).

    Before BigBlueButton 2.5 a person had one device, whose times stand with the person.

    Raises:
        NoTable: it is another JSON.
    """
    try:
        found = json.loads(text)
        people: Mapping[str, Any] = found["users"]
        for number, person in enumerate(people.values(), 1):
            for device in person.get("intIds", {"": person}).values():
                for session in device.get("sessions") or [device]:
                    joined, left = session["registeredOn"], session.get("leftOn") or found.get("endedOn")
                    yield number, str(person["name"]), _instant(joined), _instant(left) if left else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise NoTable("no_attendance") from None


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
