"""What it takes to make an event of a row of a log: who somebody is here, and which local day it was."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo


class Actors(dict[int, int]):
    """The number of a course's actor by Moodle user id, 0 for who is none; asks once for each id."""

    def __init__(self, find: Callable[[int], int]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, user_id: int) -> int:
        found = self[user_id] = self._find(user_id)
        return found


class LocalDays:
    """The days of a stretch in one zone, by when each begins.

    ``starts`` are Unix seconds: of each day, and of the one after the last, also where clocks change at
    midnight.
    """

    def __init__(self, zone: str, first: date, last: date) -> None:
        self.first = first.toordinal()
        here = ZoneInfo(zone)
        days = range(self.first, last.toordinal() + 2)
        self.starts = [int(datetime.fromordinal(day).replace(tzinfo=here).timestamp()) for day in days]

    def day_of(self, at: int) -> int | None:
        """The day (``date.toordinal()``) of an instant in Unix seconds, ``None`` outside the stretch."""
        place = bisect_right(self.starts, at)
        return self.first + place - 1 if 0 < place < len(self.starts) else None


@dataclass(slots=True)
class Target:
    """A course as it counts to one pairing of the pilot."""

    actors: Mapping[int, int]
    days: LocalDays  # of the pairing
    posts_told: bool  # every post is known from the forums themselves
    posts_partly_told: bool = False  # some are
    known: Collection[int] = ()  # ids of rows that were stored or dropped before
    told_until: int | None = None  # the last minute of which the log has told
