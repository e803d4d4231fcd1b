"""A term as quarters of an hour counted in UTC, and everybody's weekly hours laid out on it.

All hours are converted to UTC before anything is intersected: merging local weeks first loses small
overlaps, and a week with a clock change has a different shape. Sets of quarters are Python integers, a bit
a quarter; "a session of an hour can start here" is an AND of four shifts over a whole term at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from scheduling.weekly_hours import DAY, IMPOSSIBLE, PREFERRED, WEEK, Week, depths, distances, together
from scheduling.zones import to_local

QUARTER = timedelta(minutes=15)
_MARGIN = 3  # days around the weeks: local weeks begin and end up to 14 hours away from UTC's
_MONDAY = date(2001, 1, 1)


@dataclass(frozen=True)
class Hours:
    """A usual week on the clock of ``zone``."""

    zone: str
    week: Week


@dataclass(frozen=True)
class Party:
    """One institution with its people: who has to be there, on which clock it is told.

    ``hours`` are the institution's and its teachers'. ``busy`` are aware instants, start and end.
    ``days_off`` are local days on which nobody there can be asked (holidays, breaks).
    """

    key: str
    zone: str
    hours: tuple[Hours, ...]
    busy: tuple[tuple[datetime, datetime], ...] = ()
    days_off: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Reach:
    """Where one session length can start for one party: ``free`` a bit a quarter, ``burden`` a byte.

    A burden counts quarters of an hour by which the session lies outside the preferred hours, a depth
    those by which it lies inside them.
    """

    free: int
    burden: bytes
    depth: bytes


@dataclass(frozen=True)
class Timeline:
    """Quarters of an hour in UTC around ``weeks`` weeks from ``monday`` on."""

    monday: date
    weeks: int
    _stretches: dict[str, tuple[tuple[int, int, int], ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def origin(self) -> datetime:
        """The instant of quarter 0."""
        return datetime.combine(self.monday - timedelta(days=_MARGIN), time(0), UTC)

    @cached_property
    def length(self) -> int:
        """How many quarters there are."""
        return self.weeks * WEEK + 2 * _MARGIN * DAY

    def instant(self, quarter: int) -> datetime:
        """The instant at which a quarter begins."""
        return self.origin + quarter * QUARTER

    def day(self, local_quarter: int) -> date:
        """The local date of a quarter counted on a local clock from the origin's date."""
        return self.origin.date() + timedelta(days=local_quarter // DAY)

    def local_of(self, day: date) -> int:
        """The first quarter of a date on any local clock, counted from the origin's date."""
        return (day - self.origin.date()).days * DAY

    def stretches(self, zone: str) -> tuple[tuple[int, int, int], ...]:
        """Where the clock of ``zone`` runs evenly: (first quarter, end, quarters ahead of UTC).

        Raises UnknownZone; ValueError for a clock that changes or differs by less than a quarter.
        """
        if zone not in self._stretches:
            self._stretches[zone] = tuple(self._found(zone))
        return self._stretches[zone]

    def index(self, zone: str, local_quarter: int) -> int | None:
        """Which quarter a wall time is; None when the clocks skip it or show it twice."""
        found = [
            local_quarter - ahead
            for start, end, ahead in self.stretches(zone)
            if start <= local_quarter - ahead < end
        ]
        return found[0] if len(found) == 1 else None

    def ahead(self, zone: str, quarter: int) -> int:
        """How many quarters the clock of ``zone`` is ahead of UTC at a quarter."""
        return next(ahead for start, end, ahead in self.stretches(zone) if start <= quarter < end)

    def _found(self, zone: str) -> Iterable[tuple[int, int, int]]:
        start, ahead = 0, self._offset(zone, 0)
        # Day by day: no clock changes twice in a day.
        for quarter in [*range(DAY, self.length, DAY), self.length - 1]:
            now = self._offset(zone, quarter)
            if now != ahead:
                change = self._change(zone, quarter - DAY, quarter, now)
                yield start, change, ahead
                start, ahead = change, now
        yield start, self.length, ahead

    def _change(self, zone: str, before: int, after: int, now: int) -> int:
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (before, middle) if self._offset(zone, middle) == now else (middle, after)
        return after

    def _offset(self, zone: str, quarter: int) -> int:
        ahead = to_local(self.instant(quarter), zone).utcoffset() or timedelta()
        quarters, rest = divmod(ahead, QUARTER)
        if rest:
            raise ValueError(f"The clock of {zone} is not whole quarters of an hour ahead of UTC")
        return quarters

    def days(self, first: date, last: date, zones: Iterable[str]) -> int:
        """The quarters between two days, both included, on each of several clocks."""
        found = (1 << self.length) - 1
        for zone in set(zones):
            found &= self._between(self._of_day(zone, first)[0], self._of_day(zone, last)[1])
        return found

    # Parties

    def reach(self, party: Party, quarters: int) -> Reach:
        """Where a session of so many quarters can start for a party, and what it costs there."""
        weeks: dict[str, list[Week]] = {}
        for hours in party.hours:
            weeks.setdefault(hours.zone, []).append(hours.week)
        joint = {zone: together(said) for zone, said in (weeks or {party.zone: []}).items()}
        burdens, depths_ = [], []
        for zone, week in joint.items():
            # Whoever prefers nothing has no burden and no comfort.
            far = distances(week) if PREFERRED in week else bytes(WEEK)
            burdens.append(self._over_session(zone, far, quarters, max))
            depths_.append(self._over_session(zone, depths(week), quarters, min))
        return Reach(
            free=starts(self._open(party, joint), quarters),
            burden=bytes(map(max, *burdens)) if len(burdens) > 1 else burdens[0],
            depth=bytes(map(min, *depths_)) if len(depths_) > 1 else depths_[0],
        )

    def _open(self, party: Party, joint: dict[str, Week]) -> int:
        open_ = (1 << self.length) - 1
        for zone, week in joint.items():
            open_ &= _bits(self._laid(zone, week.translate(_POSSIBLE)))
        for begins, ends in party.busy:
            # Down to whole quarters at the start, up at the end: a quarter that is busy in part is busy.
            first, last = (begins - self.origin) // QUARTER, -((self.origin - ends) // QUARTER)
            open_ &= ~self._between(first, last)
        for day in party.days_off:
            open_ &= ~self._between(*self._of_day(party.zone, day))
        return open_

    def _over_session(self, zone: str, week: bytes, quarters: int, pick: Callable[..., int]) -> bytes:
        """The most or least that a session meets in a week of values, by its start."""
        laid = bytearray(self._laid(zone, _over(week, quarters, pick)))
        changes = [start for start, _, _ in self.stretches(zone)[1:]]
        if changes:  # a session across a clock change is no part of the usual week
            single = self._laid(zone, week)
            for change in changes:
                for at in range(max(0, change - quarters + 1), change):
                    laid[at] = pick(single[at : at + quarters])
        return bytes(laid)

    def _laid(self, zone: str, week: bytes) -> bytes:
        """A usual week on every quarter of the timeline."""
        first = (self.origin.date() - _MONDAY).days * DAY
        parts = []
        for start, end, ahead in self.stretches(zone):
            at = (first + start + ahead) % WEEK
            turns = (at + end - start) // WEEK + 1
            parts.append((week * turns)[at : at + end - start])
        return b"".join(parts)

    def _between(self, first: int, end: int) -> int:
        first, end = max(first, 0), min(end, self.length)
        return (1 << end) - (1 << first) if first < end else 0

    def _of_day(self, zone: str, day: date) -> tuple[int, int]:
        """From the first quarter of a local day to its last, also where midnight is skipped or repeated."""
        opens = self.local_of(day)
        pieces = [
            (max(start, opens - ahead), min(end, opens + DAY - ahead))
            for start, end, ahead in self.stretches(zone)
        ]
        inside = [(start, end) for start, end in pieces if start < end]
        return (min(start for start, _ in inside), max(end for _, end in inside)) if inside else (0, 0)


def _over(week: Week, quarters: int, pick: Callable[..., int]) -> Week:
    """What ``pick`` takes of so many quarters from each quarter of a week on, around its end."""
    if quarters == 1:
        return week
    ring = week + week[:quarters]
    return bytes(map(pick, *(ring[step : step + WEEK] for step in range(quarters))))


def starts(open_: int, quarters: int) -> int:
    """Where so many quarters in a row are open."""
    found, have = open_, 1
    while have < quarters:
        step = min(have, quarters - have)
        found &= found >> step
        have += step
    return found


def flags(bits: int, length: int) -> bytes:
    """The lowest ``length`` bits as bytes of 0 and 1, the lowest first."""
    return f"{bits:0{length}b}".encode()[::-1].translate(_FROM_DIGITS)


def _bits(values: bytes) -> int:
    """Bytes of 0 and 1 as an integer, the first one the lowest bit."""
    return int(values[::-1].translate(_TO_DIGITS), 2)


def merged(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Spans in order, those that touch or overlap as one."""
    found: list[tuple[datetime, datetime]] = []
    for begins, ends in sorted(spans):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def quarters_of(minutes: int) -> int:
    """How many quarters a session of so many minutes touches. Raises ValueError below a minute."""
    if minutes < 1:
        raise ValueError("A session lasts at least a minute")
    return -(-minutes // 15)


def all_free(reaches: Sequence[Reach]) -> int:
    """Where everybody can start."""
    found = reaches[0].free
    for each in reaches[1:]:
        found &= each.free
    return found


_POSSIBLE = bytes(0 if level == IMPOSSIBLE else 1 for level in range(256))
_TO_DIGITS = bytes(ord("1") if value else ord("0") for value in range(256))
_FROM_DIGITS = bytes(1 if value == ord("1") else 0 for value in range(256))
