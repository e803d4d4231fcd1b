"""From the text of a calendar to busy times: what counts, and how much of it is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events  # type: ignore[import-untyped]  # carries no annotations
from icalendar import Calendar, Component, Event, vPeriod

Busy = tuple[datetime, datetime]

MOST_EVENTS = 20_000
MOST_RECURRING = 1_000
MOST_BUSY = 10_000
_LONGEST = timedelta(days=60)  # an event of years is a mistake, or somebody's whole employment
_RARE = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_OFTEN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")


class NoCalendar(Exception):
    """What the address answered is no calendar; ``status`` is HTTP's."""

    def __init__(self, detail: str, status: int = 200) -> None:
        super().__init__(detail)
        self.status = status


class CalendarUnreadable(Exception):
    """A calendar that cannot be understood."""


class TooMuch(CalendarUnreadable):
    """A calendar with more in it than is read here."""


def busy_times(content: bytes, zone: str, first: datetime, last: datetime) -> list[Busy]:
    """Busy times between ``first`` and ``last`` (aware), in UTC, in order, none touching another.

    Raises:
        NoCalendar, CalendarUnreadable: as ``read_busy``.
    """
    calendar = _parsed(content)
    events = [each for each in calendar.events if _counts(each)]
    if len(events) > MOST_EVENTS:
        raise TooMuch("too many events")
    clock = ZoneInfo(zone)
    found: list[Busy] = []
    for busy in (*_of_events(calendar, events, clock, first, last), *_of_free_busy(calendar, clock)):
        starts, ends = max(busy[0], first), min(busy[1], last)
        if starts < ends <= starts + _LONGEST:
            found.append((starts, ends))
    merged = _merged(found)
    if len(merged) > MOST_BUSY:
        raise TooMuch("too many busy times")
    return merged


def _parsed(content: bytes) -> Calendar:
    if b"BEGIN:VCALENDAR" not in content[:4096].upper():
        raise NoCalendar("not iCalendar")
    try:
        # Some programs put several calendars into one file; the events of all of them count.
        calendars = Calendar.from_ical(content, multiple=True)
    except Exception as error:  # noqa: BLE001 - the parser lets errors of many kinds out for broken text
        raise CalendarUnreadable(type(error).__name__) from None
    whole = Calendar()
    for each in calendars:
        for component in each.subcomponents:
            whole.add_component(component)
    return whole


def _counts(event: Event) -> bool:
    def said(name: str) -> str:
        return str(event.get(name, "")).upper()

    free = said("TRANSP") == "TRANSPARENT" or said("X-MICROSOFT-CDO-BUSYSTATUS") == "FREE"
    return not free and said("STATUS") != "CANCELLED" and "DTSTART" in event


def _of_events(
    calendar: Calendar, events: list[Event], clock: ZoneInfo, first: datetime, last: datetime
) -> Iterator[Busy]:
    series = {str(each.get("UID", "")) for each in events if _recurs(each)}
    if len(series) > MOST_RECURRING:
        raise TooMuch("too many recurring events")
    for each in events:
        if str(each.get("UID", "")) not in series and not _recurs(each):
            yield from _span(each, clock)
    zones = [each for each in calendar.subcomponents if each.name == "VTIMEZONE"]
    for uid in sorted(series):
        # An instance that is free or cancelled replaces its date in the series, so all of them take part.
        one = Calendar()
        for component in (*zones, *(each for each in calendar.events if str(each.get("UID", "")) == uid)):
            one.add_component(component)
        yield from _expanded(one, clock, first, last)


def _recurs(event: Event) -> bool:
    return "RRULE" in event or "RDATE" in event


def _expanded(series: Calendar, clock: ZoneInfo, first: datetime, last: datetime) -> Iterator[Busy]:
    for event in series.events:
        _check_rules(event)
    try:
        occurrences = recurring_ical_events.of(series).between(first, last)
    except Exception as error:  # noqa: BLE001 - rules that cannot be, in words of several libraries
        raise CalendarUnreadable(type(error).__name__) from None
    for each in occurrences:
        if isinstance(each, Event) and _counts(each):
            yield from _span(each, clock)


def _check_rules(event: Event) -> None:
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        often = {str(value).upper() for value in rule.get("FREQ", [])} - _RARE
        if often or any(len(rule.get(name, [])) > 1 for name in _OFTEN_A_DAY):
            raise TooMuch("an event repeats more than once a day")
        if any(step < 1 for step in rule.get("INTERVAL", [])):
            raise CalendarUnreadable("an event repeats on the spot")  # dateutil would go on for ever


def _span(event: Event, clock: ZoneInfo) -> Iterable[Busy]:
    try:
        starts, ends = event.start, event.end
    except Exception:  # noqa: BLE001 - an event without usable times blocks nothing; icalendar has many errors
        return
    # A whole day is a day on the owner's clock, and ends where the next one begins.
    if starts != ends:
        yield _instant(starts, clock), _instant(ends, clock)


def _of_free_busy(calendar: Calendar, clock: ZoneInfo) -> Iterator[Busy]:
    for component in calendar.walk("VFREEBUSY"):
        for periods in _periods(component):
            if str(periods.params.get("FBTYPE", "BUSY")).upper() == "FREE":
                continue
            starts, ends = periods.dt
            yield (
                _instant(starts, clock),
                _instant(starts + ends if isinstance(ends, timedelta) else ends, clock),
            )


def _periods(component: Component) -> list[vPeriod]:
    found = component.get("FREEBUSY", [])
    return found if isinstance(found, list) else [found]


def _instant(moment: date, clock: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(0))
    return (moment if moment.tzinfo else moment.replace(tzinfo=clock)).astimezone(UTC)


def _merged(spans: Iterable[Busy]) -> list[Busy]:
    found: list[Busy] = []
    for starts, ends in sorted(spans):
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found
