"""One search for times: the question, and everybody's hours laid out in UTC, week by week on any clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from scheduling.timeline import QUARTER, Party, Reach, Timeline, all_free, flags, quarters_of
from scheduling.weekly_hours import WEEK

FEWEST, MOST_PARTIES = 2, 6
MOST_WEEKS = 60


@dataclass(frozen=True)
class Wanted:
    """What is looked for: ``meetings`` of ``minutes``, one in ``every`` weeks, from ``first`` to ``last``.

    A date lies between the two days on everybody's clock; nothing begins before the instant ``after``.
    Raises ValueError for what cannot be.
    """

    minutes: int
    meetings: int
    every: int
    first: date
    last: date
    after: datetime

    def __post_init__(self) -> None:
        if min(self.minutes, self.meetings, self.every) < 1 or self.first > self.last:
            raise ValueError("A search has at least a minute, a meeting, a week and a day")
        if not 1 <= self.weeks <= MOST_WEEKS:
            raise ValueError(f"A search spans up to {MOST_WEEKS} weeks")

    @property
    def monday(self) -> date:
        """The Monday of the first week."""
        return self.first - timedelta(days=self.first.weekday())

    @property
    def weeks(self) -> int:
        """How many weeks there are, the first and the last one included."""
        return (self.last - self.monday).days // 7 + 1


@dataclass(frozen=True)
class Row:
    """One week on one clock: the quarter of each of its 672 wall times, and where a session can start."""

    monday: date
    quarters: Sequence[int | None]
    usable: bytes


@dataclass(frozen=True)
class Meeting:
    """One date: its instant (UTC) and the minutes by which it lies outside each party's preferred hours."""

    start: datetime
    burdens: tuple[int, ...]


class Search:
    """One question, laid out in UTC. Raises ValueError for fewer than two or more than six parties."""

    def __init__(self, wanted: Wanted, parties: Sequence[Party]) -> None:
        if not FEWEST <= len(parties) <= MOST_PARTIES:
            raise ValueError("A time is looked for between two and six institutions")
        self.wanted = wanted
        self.parties = tuple(parties)
        self.line = Timeline(wanted.monday, wanted.weeks)
        self.length = quarters_of(wanted.minutes)
        self.reaches = tuple(self.line.reach(each, self.length) for each in self.parties)
        self._rows: dict[str, list[Row]] = {}

    @cached_property
    def free(self) -> bytes:
        """For every quarter 1 where a session for all can start."""
        return self._free(self.reaches)

    def without(self, party: int) -> bytes:
        """The same if one of them need not be there."""
        return self._free([each for place, each in enumerate(self.reaches) if place != party])

    def rows(self, zone: str) -> Sequence[Row]:
        """The weeks of the rhythm on the clock of ``zone``."""
        if zone not in self._rows:
            self._rows[zone] = self.rows_of(zone, self.free)
        return self._rows[zone]

    def rows_of(self, zone: str, free: bytes) -> list[Row]:
        """The same where other quarters are free."""
        mondays = [
            self.wanted.monday + timedelta(weeks=week)
            for week in range(0, self.wanted.weeks, self.wanted.every)
        ]
        return [self._row(zone, monday, free) for monday in mondays]

    def meeting(self, quarter: int) -> Meeting:
        """The date that begins at a quarter."""
        return Meeting(
            self.line.instant(quarter), tuple(15 * reach.burden[quarter] for reach in self.reaches)
        )

    def _free(self, reaches: Sequence[Reach]) -> bytes:
        past = (self.wanted.after - self.line.origin) // QUARTER + 1
        free = all_free(reaches) & self._inside
        return flags((free >> past) << past if past > 0 else free, self.line.length)

    @cached_property
    def _inside(self) -> int:
        """The days that are looked at, on everybody's clock."""
        first, last = self.wanted.first, self.wanted.last
        return self.line.days(first, last, [each.zone for each in self.parties])

    def _row(self, zone: str, monday: date, free: bytes) -> Row:
        first = self.line.local_of(monday)
        even = [
            first - ahead
            for start, end, ahead in self.line.stretches(zone)
            if start <= first - ahead and first - ahead + WEEK <= end
        ]
        quarters: Sequence[int | None]
        if even:
            quarters = range(even[0], even[0] + WEEK)
            usable = free[even[0] : even[0] + WEEK]
        else:
            quarters = self._uneven(zone, first)
            usable = bytes(0 if at is None else free[at] for at in quarters)
        return Row(monday, quarters, usable)

    def _uneven(self, zone: str, first: int) -> list[int | None]:
        """A week with a clock change; None for wall times that are skipped or come twice."""
        quarters: list[int | None] = [None] * WEEK
        before = 0
        for start, end, ahead in self.line.stretches(zone):
            opens, closes = max(start + ahead - first, 0), min(end + ahead - first, WEEK)
            if opens >= closes:
                continue
            quarters[opens:closes] = range(first + opens - ahead, first + closes - ahead)
            quarters[opens:before] = [None] * (before - opens)
            before = closes
        return quarters
