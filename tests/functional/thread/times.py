"""Moments around the next changes of Belgrade's clocks, worked out by the standard library alone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BELGRADE, SHANGHAI = ZoneInfo("Europe/Belgrade"), ZoneInfo("Asia/Shanghai")
WEEK = timedelta(weeks=1)


def today() -> date:
    """The day it is in Belgrade."""
    return datetime.now(BELGRADE).date()


def _shift(day: date) -> timedelta:
    """By how much the clocks change on that day; more than nothing when they go forward."""
    before, after = (
        datetime.combine(day + timedelta(days=days), time(), BELGRADE).utcoffset() for days in (0, 1)
    )
    assert before is not None
    assert after is not None
    return after - before


def next_change() -> date:
    """The next Sunday on which the clocks change, at least a week away, so that its week can be planned."""
    return next(day for day in _days(today() + WEEK) if _shift(day))


def next_jump_forward() -> date:
    """The next Sunday on which 02:30 does not exist."""
    return next(day for day in _days(today() + WEEK) if _shift(day) > timedelta(0))


def _days(first: date) -> list[date]:
    return [first + timedelta(days=count) for count in range(370)]


def on_both_clocks(day: date, clock: time) -> tuple[datetime, datetime]:
    """A wall time in Belgrade, there and in Shanghai."""
    there = datetime.combine(day, clock, BELGRADE)
    return there, there.astimezone(SHANGHAI)


def hour(moment: datetime) -> str:
    """As pages show it: 17:30."""
    return f"{moment:%H:%M}"
