"""Days on which somebody whom a session needs does not teach, and series that leave such days out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from scheduling.availability import LocalSlot, Notice, OccurrenceView
from scheduling.recurrence import Occurrence, chosen
from scheduling.terms import AcademicCalendar, Day
from scheduling.zones import Choice, UnresolvableTime, to_instant, to_local

# "not_entered" is not among them: nobody has said yet whether that day is taught.
_OFF = frozenset({"weekend", "break", "exams", "holiday", "no_term"})


@dataclass(frozen=True)
class DayOff:
    """A day, on its own calendar, on which the institution ``key`` does not teach, and why."""

    key: str
    day: date
    what: Day


@dataclass(frozen=True)
class LeftOut:
    """A date of a series that does not take place: the naive wall time that it would have had."""

    local: datetime
    reasons: tuple[DayOff, ...]


@dataclass(frozen=True)
class HeldSeries:
    """What remains of a series, and what was left out of it up to its last date."""

    held: tuple[Occurrence, ...]
    left_out: tuple[LeftOut, ...]


def days_off(
    instant: datetime, minutes: int, calendars: Mapping[str, AcademicCalendar]
) -> tuple[DayOff, ...]:
    """Who does not teach on the day of a session; the day is each calendar's own.

    A session over midnight touches two days; one that ends at midnight sharp does not.
    """
    return tuple(
        DayOff(key, day, what)
        for key, calendar in calendars.items()
        for day in _days(instant, minutes, calendar.zone)
        if (what := calendar.on(day)).kind in _OFF
    )


def weekly_where_taught(
    first: datetime,
    zone: str,
    count: int,
    *,
    every: int,
    minutes: int,
    calendars: Mapping[str, AcademicCalendar],
    until: date,
    choice: Choice | None = None,
) -> HeldSeries:
    """``count`` dates of a weekly series, later by as many weeks as fall on somebody's days off.

    Ends early when the next date would lie after ``until`` (a day in ``zone``): ``held`` is then
    shorter than asked for. Raises UnresolvableSeries as ``weekly`` does, for dates that are held.
    """
    held: list[tuple[datetime, str]] = []
    left_out: list[LeftOut] = []
    local = first
    while len(held) < count and local.date() <= until:
        reasons = days_off(_about(local, zone, choice), minutes, calendars)
        if reasons:
            left_out.append(LeftOut(local, reasons))
        else:
            held.append((local, zone))
        local += timedelta(weeks=every)
    return HeldSeries(tuple(chosen(held, choice=choice)), tuple(left_out))


def _about(local: datetime, zone: str, choice: Choice | None) -> datetime:
    """The instant, or one near enough to know the day where a clock change leaves it open."""
    try:
        return to_instant(local, zone, choice).instant
    except UnresolvableTime:
        return to_instant(local, zone, "earlier").instant


def _days(instant: datetime, minutes: int, zone: str) -> list[date]:
    start = to_local(instant, zone).date()
    last = to_local(instant + timedelta(minutes=minutes) - timedelta(microseconds=1), zone).date()
    return [start] if last <= start else [start, last]


def with_days_off(
    seen: OccurrenceView, minutes: int, calendars: Mapping[str, AcademicCalendar]
) -> OccurrenceView:
    """A date on every clock with what the partners' academic calendars say of it.

    They know more than the public holidays of the country: a clock that has one gets its notices
    of days off from there.
    """
    return replace(seen, slots=slots_with_days_off(seen.slots, seen.instant, minutes, calendars))


def slots_with_days_off(
    slots: Sequence[LocalSlot], instant: datetime, minutes: int, calendars: Mapping[str, AcademicCalendar]
) -> tuple[LocalSlot, ...]:
    """As ``with_days_off``, for the slots of a session that is planned already."""
    off = days_off(instant, minutes, calendars)
    return tuple(
        replace(
            slot,
            notices=(*_not_of_days(slot), *(_notice(each) for each in off if each.key == slot.clock.key)),
        )
        if slot.clock.key in calendars
        else slot
        for slot in slots
    )


def _not_of_days(slot: LocalSlot) -> tuple[Notice, ...]:
    return tuple(each for each in slot.notices if each.kind not in {"weekend", "public_holiday"})


def _notice(off: DayOff) -> Notice:
    day = off.day.isoformat()
    if off.what.kind == "weekend":
        return Notice("weekend", off.key, {"date": day, "weekday": off.day.isoweekday()})
    if off.what.kind == "holiday":
        estimated = off.what.estimated
        return Notice("public_holiday", off.key, {"date": day, "name": off.what.name, "estimated": estimated})
    return Notice("not_taught", off.key, {"date": day, "why": off.what.kind, "name": off.what.name})
