"""One session on every partner's clock, and what somebody should know about it.

Notices carry plain values (ISO dates, ``HH:MM``, numbers) and no sentences: the page words them in
the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from scheduling.public_holidays import Holiday, is_weekend, public_holiday
from scheduling.recurrence import Occurrence
from scheduling.zones import Choice, UnresolvableTime, to_instant, to_local

__all__ = [
    "Clock",
    "Holiday",
    "LocalSlot",
    "Notice",
    "OccurrenceView",
    "is_weekend",
    "preview",
    "public_holiday",
    "view",
]

NoticeKind = Literal["outside_day", "public_holiday", "weekend", "not_taught", "clock_change"]
Compared = Literal["previous", "week_before", "week_after"]
Plain = str | int | bool


@dataclass(frozen=True)
class Clock:
    """An institution's wall clock and the hours of its day, ``day_ends`` 00:00 meaning midnight.

    Raises ValueError for a day that ends before it starts.
    """

    key: str
    name: str
    zone: str
    country: str | None
    subdivision: str | None
    day_starts: time
    day_ends: time

    def __post_init__(self) -> None:
        if _minute(self.day_starts) >= self.closing_minute:
            raise ValueError(f"The day of {self.name} ends before it starts")

    @property
    def closing_minute(self) -> int:
        """Minutes from midnight to the end of the day, up to 1440."""
        return _minute(self.day_ends) or 24 * 60


@dataclass(frozen=True)
class Notice:
    """Something to point out about one clock.

    The keys of ``detail`` by kind. outside_day: starts, ends, day_starts, day_ends. weekend: date,
    weekday (1 is Monday). public_holiday: date, name, estimated. not_taught: date, why
    (break, exams, no_term), name. clock_change: compared_with
    (previous, week_before, week_after), date and then (of the session compared with), now, minutes
    (how much later than there the clock shows here).
    """

    kind: NoticeKind
    clock_key: str
    detail: Mapping[str, Plain]


@dataclass(frozen=True)
class LocalSlot:
    """A session on one clock: aware local start and end, days ahead of the anchor's date, notices."""

    clock: Clock
    start: datetime
    end: datetime
    day_shift: int
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class OccurrenceView:
    """One date of a series: wall time on the anchor's clock, instant (UTC), every partner's slot."""

    index: int
    local: datetime
    instant: datetime
    slots: tuple[LocalSlot, ...]


def view(instant: datetime, minutes: int, clocks: Sequence[Clock], anchor_zone: str) -> tuple[LocalSlot, ...]:
    """A session of ``minutes`` at ``instant`` (aware) on every clock, in the order given.

    Raises UnknownZone; ValueError when ``minutes`` is below 1; TypeError for a naive instant.
    """
    if minutes < 1:
        raise ValueError("A session lasts at least a minute")
    anchor_day = to_local(instant, anchor_zone).date()
    return tuple(_slot(instant, minutes, clock, anchor_day) for clock in clocks)


def preview(
    dates: Sequence[Occurrence], minutes: int, clocks: Sequence[Clock], *, choice: Choice | None = None
) -> tuple[OccurrenceView, ...]:
    """Every date of a series on every clock.

    A clock that shows another hour than at the last date before, of the same time in the same zone,
    gets a clock_change notice. The first one, having none before, is compared with the same wall
    time a week before and a week after; ``choice`` settles these where they need it. Raises what
    ``view`` raises.
    """
    views: list[OccurrenceView] = []
    last: dict[tuple[str, time], tuple[OccurrenceView, Occurrence]] = {}
    for date_ in dates:
        slots = view(date_.instant, minutes, clocks, date_.zone)
        seen = OccurrenceView(date_.index, date_.local, date_.instant, slots)
        before = last.get((date_.zone, date_.asked.time()))
        if before:
            days = (date_.asked.date() - before[1].asked.date()).days
            seen = _changes(seen, before[0].instant, "previous", days)
        elif not last:
            seen = _beside_its_neighbours(seen, date_, choice)
        last[date_.zone, date_.asked.time()] = seen, date_
        views.append(seen)
    return tuple(views)


def _slot(instant: datetime, minutes: int, clock: Clock, anchor_day: date) -> LocalSlot:
    start = to_local(instant, clock.zone)
    end = to_local(instant + timedelta(minutes=minutes), clock.zone)
    notices = (*_outside_day(start, end, clock), *_days_off(start, end, clock))
    return LocalSlot(clock, start, end, (start.date() - anchor_day).days, notices)


def _outside_day(start: datetime, end: datetime, clock: Clock) -> list[Notice]:
    days = (end.date() - start.date()).days
    closes = days * 24 * 60 + _minute(end.time())
    if _minute(start.time()) >= _minute(clock.day_starts) and closes <= clock.closing_minute:
        return []
    return [
        _notice(
            "outside_day",
            clock,
            starts=_hour(start),
            ends=_hour(end),
            day_starts=f"{clock.day_starts:%H:%M}",
            day_ends=f"{clock.day_ends:%H:%M}",
        )
    ]


def _days_off(start: datetime, end: datetime, clock: Clock) -> list[Notice]:
    # A session that ends at midnight sharp does not reach into the next day.
    last = (end - timedelta(microseconds=1)).date()
    return [
        notice
        for day in ([start.date()] if last <= start.date() else [start.date(), last])
        for notice in _day_off(day, clock)
    ]


def _day_off(day: date, clock: Clock) -> list[Notice]:
    found: list[Notice] = []
    if is_weekend(day, clock.country):
        found.append(_notice("weekend", clock, date=day.isoformat(), weekday=day.isoweekday()))
    holiday = public_holiday(day, clock.country, clock.subdivision) if clock.country else None
    if holiday is not None:
        detail: dict[str, Plain] = {"date": day.isoformat(), "name": holiday.name}
        found.append(_notice("public_holiday", clock, **detail, estimated=holiday.estimated))
    return found


def _beside_its_neighbours(
    seen: OccurrenceView, occurrence: Occurrence, choice: Choice | None
) -> OccurrenceView:
    neighbours: tuple[tuple[Compared, int], ...] = (("week_before", 7), ("week_after", -7))
    for compared, days in neighbours:
        try:
            then = to_instant(occurrence.asked - timedelta(days=days), occurrence.zone, choice)
        except UnresolvableTime:
            continue  # that week has no such hour to compare with
        seen = _changes(seen, then.instant, compared, days)
    return seen


def _changes(now: OccurrenceView, then: datetime, compared: Compared, days: int) -> OccurrenceView:
    """``now`` with a notice on each clock that shows another hour than ``days`` earlier, at ``then``."""
    slots = tuple(
        replace(slot, notices=(*slot.notices, *_clock_change(slot, then, compared, days)))
        for slot in now.slots
    )
    return replace(now, slots=slots)


def _clock_change(slot: LocalSlot, then: datetime, compared: Compared, days: int) -> list[Notice]:
    there = to_local(then, slot.clock.zone)
    moved = slot.start.replace(tzinfo=None) - there.replace(tzinfo=None) - timedelta(days=days)
    if not moved:
        return []
    detail: dict[str, Plain] = {"compared_with": compared, "date": there.date().isoformat()}
    minutes = moved // timedelta(minutes=1)
    return [
        _notice(
            "clock_change", slot.clock, **detail, then=_hour(there), now=_hour(slot.start), minutes=minutes
        )
    ]


def _notice(kind: NoticeKind, clock: Clock, **detail: Plain) -> Notice:
    return Notice(kind, clock.key, detail)


def _hour(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def _minute(clock_time: time) -> int:
    return clock_time.hour * 60 + clock_time.minute
