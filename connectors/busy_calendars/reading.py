"""Fetches a calendar by its address; what comes back is only when its owner is busy.

A stranger wrote the calendar: it is read in a process of its own, since some rules of repetition keep whoever
works them out busy for hours.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors.apart import TookTooMuch, apart
from connectors.busy_calendars.expanding import Busy, CalendarUnreadable, NoCalendar, TooMuch, busy_times
from connectors.transport import Transport

MOST_BYTES = 4 * 1024 * 1024
_SECONDS = 20.0
_READING_SECONDS = 30.0
_MEGABYTES = 1024
_REFUSALS = {kind.__name__: kind for kind in (NoCalendar, CalendarUnreadable, TooMuch)}


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
    return busy_times_apart(reply.body, zone, first, last)


def busy_times_apart(
    content: bytes, zone: str, first: datetime, last: datetime, *, seconds: float = _READING_SECONDS
) -> list[Busy]:
    """As ``busy_times``, in a process that is ended after ``seconds`` or when it wants too much memory.

    Raises:
        NoCalendar, CalendarUnreadable: as ``read_busy``.
    """
    given = (zone, first.isoformat(), last.isoformat())
    try:
        told = apart(spelled_busy_times, content, *given, seconds=seconds, megabytes=_MEGABYTES)
    except TookTooMuch as error:
        raise TooMuch(str(error)) from None
    if "refused" in told:
        raise _REFUSALS[told["refused"]](told["detail"])
    return [(datetime.fromisoformat(starts), datetime.fromisoformat(ends)) for starts, ends in told["busy"]]


def spelled_busy_times(content: bytes, zone: str, first: str, last: str) -> dict[str, Any]:
    """The part of the other process: the times, or the refusal, as JSON carries them."""
    try:
        found = busy_times(content, zone, datetime.fromisoformat(first), datetime.fromisoformat(last))
    except (NoCalendar, CalendarUnreadable) as error:
        return {"refused": type(error).__name__, "detail": str(error)}
    return {"busy": [(starts.isoformat(), ends.isoformat()) for starts, ends in found]}
