"""The weeks in which every partner teaches, and why each other week is lost.

A week is seven dates, and every partner counts them on its own clock: Shanghai's Monday begins while it is
Sunday in Belgrade. So dates alone cannot say whether people can meet. A week is common when some moment in it
lies on a teaching day of every partner, each on its own clock and at an hour at which people are up
(06:00-23:00). New York's Thursday evening is Shanghai's Friday morning and counts; the Friday evening after
it, when Shanghai has its Saturday, does not. Zones so far apart that nobody is ever up together are held
against whole days instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from scheduling.terms import AcademicCalendar, Day, DayKind, each_day

MONDAY = 0
WAKING = (6, 23)
_WHOLE_DAY = (0, 24)

Stretch = tuple[datetime, datetime]
"""From one instant (UTC) up to another."""

WeekState = Literal["teaching", "partly", "exams", "break", "holiday", "no_term", "not_entered", "weekend"]


@dataclass(frozen=True, slots=True)
class Lost:
    """Working days of one week, side by side, on which a partner does not teach, and what it has instead."""

    why: Day
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class PartnerWeek:
    """One partner's seven dates: which it teaches, which of these are shared by all, what it lost why."""

    days: Mapping[date, Day]
    shared: tuple[date, ...]
    lost: tuple[Lost, ...]

    @property
    def teaching(self) -> tuple[date, ...]:
        """The dates on which it teaches."""
        return tuple(day for day, what in self.days.items() if what.teaches)

    @property
    def state(self) -> WeekState:
        """``teaching`` with every working day taught; else ``partly``, or what takes most of its days."""
        if self.teaching:
            return "partly" if self.lost else "teaching"
        if not self.lost:
            return "weekend"
        counts: dict[DayKind, int] = {}
        for each in self.lost:
            counts[each.why.kind] = counts.get(each.why.kind, 0) + len(each.days)
        most = max(counts, key=lambda kind: counts[kind])
        return most if most != "teaching" else "partly"


@dataclass(frozen=True, slots=True)
class Week:
    """Seven dates from ``first`` (less where the time asked for begins or ends) at every partner, by key."""

    first: date
    last: date
    partners: Mapping[str, PartnerWeek]

    @property
    def common(self) -> bool:
        """Whether every partner teaches at some moment of it."""
        return self.days > 0

    @property
    def days(self) -> int:
        """Teaching days that all can share, counted where they are fewest."""
        return min((len(each.shared) for each in self.partners.values()), default=0)

    @property
    def away(self) -> tuple[str, ...]:
        """The partners that do not teach in it at all: whose doing it is that the week is lost."""
        return tuple(key for key, each in self.partners.items() if not each.teaching)


def common_weeks(
    calendars: Mapping[str, AcademicCalendar], first: date, last: date, *, starts: int = MONDAY
) -> tuple[Week, ...]:
    """Every week that has a day from ``first`` to ``last``, in order; ``starts`` is the weekday of its first.

    Days outside ``first`` and ``last`` belong to no week. Both are dates on each partner's own calendar.
    Raises ValueError without a partner.
    """
    if not calendars:
        raise ValueError("Weeks are common to somebody")
    hours = _hours(calendars.values(), first)
    begin = first - timedelta(days=(first.weekday() - starts) % 7)
    mondays = range((last - begin).days // 7 + 1) if first <= last else range(0)
    weeks = []
    for number in mondays:
        start = begin + timedelta(weeks=number)
        weeks.append(_week(calendars, max(start, first), min(start + timedelta(days=6), last), hours))
    return tuple(weeks)


def week_start(countries: Iterable[str | None]) -> int:
    """The weekday (0: Monday) that begins weeks in all of the countries (CLDR), Monday if they differ."""
    starts = {_first_weekday(country) for country in countries}
    return starts.pop() if len(starts) == 1 else MONDAY


def _first_weekday(country: str | None) -> int:
    try:
        return int(Locale.parse(f"und_{country}").first_week_day) if country else MONDAY
    except UnknownLocaleError:
        return MONDAY


def _week(calendars: Mapping[str, AcademicCalendar], first: date, last: date, hours: tuple[int, int]) -> Week:
    days = {key: {day: each.on(day) for day in each_day(first, last)} for key, each in calendars.items()}
    taught = {
        key: [(day, _stretch(day, calendars[key].zone, hours)) for day, what in own.items() if what.teaches]
        for key, own in days.items()
    }
    together = _intersection([[stretch for _, stretch in each] for each in taught.values()])
    partners = {
        key: PartnerWeek(
            own,
            tuple(day for day, stretch in taught[key] if any(_meet(stretch, each) for each in together)),
            _lost(own),
        )
        for key, own in days.items()
    }
    return Week(first, last, partners)


def _lost(days: Mapping[date, Day]) -> tuple[Lost, ...]:
    missed = [(day, what) for day, what in days.items() if not what.teaches and what.kind != "weekend"]
    grouped = groupby(missed, key=lambda each: each[1])
    return tuple(Lost(why, tuple(day for day, _ in group)) for why, group in grouped)


def _hours(calendars: Iterable[AcademicCalendar], day: date) -> tuple[int, int]:
    """The hours that count on a day: waking ones where all are ever up together."""
    zones = {each.zone for each in calendars}
    around = list(each_day(day - timedelta(days=2), day + timedelta(days=2)))
    up = [[_stretch(each, zone, WAKING) for each in around] for zone in sorted(zones)]
    return WAKING if _intersection(up) else _WHOLE_DAY


def _stretch(day: date, zone: str, hours: tuple[int, int]) -> Stretch:
    return _instant(day, hours[0], zone), _instant(day, hours[1], zone)


def _instant(day: date, hour: int, zone: str) -> datetime:
    # No session is planned here, so nobody chooses: a skipped or repeated hour is its earlier reading.
    wall = datetime.combine(day + timedelta(days=hour // 24), time(hour % 24), ZoneInfo(zone))
    return wall.astimezone(UTC)


def _intersection(stretches: Sequence[Sequence[Stretch]]) -> list[Stretch]:
    """Moments that lie in a stretch of every one of the lists, which are ordered and free of overlaps."""
    found = list(stretches[0])
    for others in stretches[1:]:
        found = [
            (max(one[0], other[0]), min(one[1], other[1]))
            for one in found
            for other in others
            if _meet(one, other)
        ]
    return found


def _meet(one: Stretch, other: Stretch) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])
