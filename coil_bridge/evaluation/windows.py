"""Which days count to which phase, so that an event on a boundary counts once.

Phases have a first and a last day, both theirs. Where one begins before another has ended, the day belongs
to the one that began later. An event counts to its pairing on the days that lie in the pairing, in its
phase as it is after that, and up to the day that the figures cover; the day is the institution's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from coil_bridge.domain import Phase
from coil_bridge.evaluation.attendance import minute_of
from coil_bridge.evaluation.records import PilotCourse

Window = tuple[date, date]
"""First and last day, both in it; empty when the last comes before the first."""


def phase_windows(phases: Iterable[Phase]) -> Mapping[str, Window]:
    """The days of each phase, by its id: no day is in two of them."""
    ordered = sorted(phases, key=lambda phase: (phase.starts_on, phase.ends_on, phase.id))
    windows: dict[str, Window] = {}
    for position, phase in enumerate(ordered):
        later = [other.starts_on for other in ordered[position + 1 :]]
        last = min([phase.ends_on, *(day - timedelta(days=1) for day in later)])
        windows[phase.id] = (phase.starts_on, last)
    return windows


def course_window(course: PilotCourse, phases: Mapping[str, Window], through: date) -> Window:
    """The local days on which what happens in a course counts to its pairing."""
    first, last = phases.get(course.phase_id, (course.starts_on, course.ends_on))
    return max(course.starts_on, first), min(course.ends_on, last, through)


def minutes_of(window: Window, zone: str) -> tuple[int, int]:
    """The same as minutes since 1970-01-01 UTC: the first, and the first after it."""
    first, last = window
    return _midnight(first, zone), _midnight(last + timedelta(days=1), zone)


def last_sunday(instant: datetime) -> date:
    """The last day of the last ISO week that was over (in UTC) at an instant.

    Figures cover whole weeks: two looks in one week show the same, so nobody's own doings can be had by
    subtracting yesterday's figures from today's.
    """
    day = instant.date()
    return day - timedelta(days=day.weekday() + 1)


def _midnight(day: date, zone: str) -> int:
    return minute_of(datetime.combine(day, time(0), ZoneInfo(zone)))
