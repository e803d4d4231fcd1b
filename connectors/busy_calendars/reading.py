"""Fetches a calendar by its address; what comes back is only when its owner is busy."""

from __future__ import annotations

from datetime import datetime

from connectors.busy_calendars.expanding import Busy, CalendarUnreadable, NoCalendar, busy_times
from connectors.transport import Transport

__all__ = ["CalendarUnreadable", "NoCalendar", "read_busy"]

MOST_BYTES = 4 * 1024 * 1024
_SECONDS = 20.0


def read_busy(transport: Transport, address: str, zone: str, first: datetime, last: datetime) -> list[Busy]:
    """Busy times between two aware instants, in order, none overlapping; ``zone`` is the owner's clock.

    Raises:
        TransportError: no answer, or one that the transport's policy does not admit.
        NoCalendar: the answer is no calendar.
        CalendarUnreadable: it is one that cannot be read, or that holds too much.
    """
    reply = transport.request(
        "GET",
        address,
        headers={"Accept": "text/calendar, */*;q=0.1"},
        repeatable=True,
        total_timeout=_SECONDS,
        max_bytes=MOST_BYTES,
    )
    if reply.status != 200:
        raise NoCalendar(f"answered {reply.status}", reply.status)
    return busy_times(reply.body, zone, first, last)
