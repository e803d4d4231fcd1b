"""ISO weeks (ISO 8601) by the local date of the institution where somebody studies.

A post written in Almaty on Monday at 01:00 belongs to Monday's week there, although it is still Sunday
in Belgrade and in UTC. Weeks are named by their Monday, which sorts and computes without surprises; the
label ("2026-W44") is for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MINUTES_A_DAY = 1440


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day of an aware instant on the clock of an IANA zone."""
    if instant.tzinfo is None:
        raise ValueError(f"a naive datetime has no local day: {instant!r}")
    return instant.astimezone(ZoneInfo(zone)).date()


def minute_of(instant: datetime) -> int:
    """The minute of an aware instant, counted from 1970-01-01 UTC."""
    return int(instant.timestamp()) // 60


def noon_of(day: int) -> int:
    """The minute that stands for a whole day (``date.toordinal()``) of which only the date is known."""
    return (day - _EPOCH_DAY) * _MINUTES_A_DAY + _MINUTES_A_DAY // 2


def monday(day: date) -> date:
    """The Monday of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def label(day: date) -> str:
    """The ISO name of a day's week: "2026-W53" for Friday 1 January 2027."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def mondays(first: date, last: date) -> Iterator[date]:
    """The Mondays of every ISO week that has a day from ``first`` to ``last``, both included."""
    week = monday(first)
    while week <= last:
        yield week
        week += timedelta(days=7)
