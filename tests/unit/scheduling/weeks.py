"""Weeks and searches as tests write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from scheduling.search import Search, Wanted
from scheduling.timeline import Hours, Party
from scheduling.weekly_hours import IMPOSSIBLE, PREFERRED, Stretch, Week, week_of

WORKING = (0, 1, 2, 3, 4)
BELGRADE, ALMATY, SHANGHAI, NEW_YORK = "Europe/Belgrade", "Asia/Almaty", "Asia/Shanghai", "America/New_York"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def hours(starts: float, ends: float, days: Sequence[int] = WORKING, otherwise: int = IMPOSSIBLE) -> Week:
    """Preferred from ``starts`` to ``ends`` o'clock, ``otherwise`` at any other time."""
    return week_of([Stretch(tuple(days), int(starts * 4), int(ends * 4), PREFERRED)], otherwise)


def party(zone: str, *weeks: Week, key: str = "", **more: Any) -> Party:
    """A party on one clock."""
    return Party(key or zone, zone, tuple(Hours(zone, week) for week in weeks), **more)


def search(
    parties: Sequence[Party],
    *,
    minutes: int = 60,
    meetings: int = 4,
    every: int = 1,
    first: date = date(2026, 10, 12),
    last: date = date(2026, 11, 15),
    after: datetime = LONG_AGO,
) -> Search:
    """A search through five weeks of autumn 2026: Europe's clocks change after the second, New York's
    after the third.
    """
    return Search(Wanted(minutes, meetings, every, first, last, after), parties)
