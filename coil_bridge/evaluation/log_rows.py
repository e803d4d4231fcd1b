"""From the columns of a log to rows of events: the part of a pull that sees every row, so it is quick.

Pure: who somebody is and which day it was are looked up in dictionaries that fill themselves, once for
each person and each quarter of an hour. Seconds end here; a minute and a local day go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from coil_bridge.evaluation.log_kinds import kind_of
from coil_bridge.evaluation.records import POSTS, Dropped, EventSource

QUARTER = 900  # seconds; no zone's midnight is off a quarter of an hour
LATE = 120  # minutes; what comes later than that was written again, by a restored course for instance

Row = tuple[int, int, int, int, int, int | None, int]
"""Pilot number, actor, kind, minute, day, module, source: as the event store takes it."""


class Actors(dict[int, int]):
    """The number of a course's actor by Moodle user id, 0 for who is none; asks once for each id."""

    def __init__(self, find: Callable[[int], int]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, user_id: int) -> int:
        found = self[user_id] = self._find(user_id)
        return found


class LocalDays(dict[int, int]):
    """The local day (``date.toordinal()``) of each quarter of an hour since 1970 in one zone."""

    def __init__(self, zone: str) -> None:
        super().__init__()
        self._zone = ZoneInfo(zone)

    def __missing__(self, quarter: int) -> int:
        instant = datetime.fromtimestamp(quarter * QUARTER, UTC)
        found = self[quarter] = instant.astimezone(self._zone).toordinal()
        return found


@dataclass(slots=True)
class Target:
    """A course as it counts to one pairing of the pilot."""

    actors: Mapping[int, int]
    days: Mapping[int, int]
    first: int  # of the pairing's days
    last: int
    posts_told: bool  # every post is known from the forums themselves
    posts_partly_told: bool = False  # some are
    known: Container[int] = frozenset()  # ids of rows that were stored or dropped before
    told_until: int | None = None  # the last minute of which the log has told


@dataclass(slots=True)
class Made:
    """What became of a page: rows to append, rows to append unless they are there, and the rest counted."""

    rows: list[Row] = field(default_factory=list)
    doubtful: list[Row] = field(default_factory=list)
    dropped: Counter[Dropped] = field(default_factory=Counter)
    read: int = 0


@dataclass(frozen=True, slots=True)
class Columns:
    """A page of a log; ``kinds`` has an entry for each number in ``events``, -1 for what does not count."""

    ids: Sequence[int]
    courses: Sequence[int]
    users: Sequence[int]
    times: Sequence[int]
    events: Sequence[int]
    modules: Sequence[int]
    kinds: Sequence[int]


def kinds_of(names: Sequence[str]) -> list[int]:
    """The kinds of events by their names, -1 for what is nobody's activity."""
    return [-1 if (kind := kind_of(name)) is None else int(kind) for name in names]


def make_rows(
    page: Columns,
    targets: Mapping[int, Sequence[Target]],
    pilot_no: int,
    source: EventSource = EventSource.LOG,
) -> Made:
    """Rows of a page for each target of their course (by Moodle's number)."""
    made = Made()
    rows, doubtful, told_by = made.rows, made.doubtful, int(source)
    strangers = outside = uncounted = told = again = 0
    late = {
        id(each): -1 if each.told_until is None else each.told_until - LATE
        for found in targets.values()
        for each in found
    }
    columns = (page.ids, page.courses, page.users, page.times, page.events, page.modules)
    for row_id, course, user, at, event, module in zip(*columns, strict=True):
        kind = page.kinds[event]
        for target in targets.get(course, ()):
            made.read += 1
            if row_id in target.known:
                again += 1
            elif kind < 0:
                uncounted += 1
            elif not (actor := target.actors[user]):
                strangers += 1
            elif not target.first <= (day := target.days[at // QUARTER]) <= target.last:
                outside += 1
            elif kind in POSTS and target.posts_told:
                told += 1
            else:
                row = (pilot_no, actor, kind, at // 60, day, module or None, told_by)
                if row[3] < late[id(target)] or (target.posts_partly_told and kind in POSTS):
                    doubtful.append(row)
                else:
                    rows.append(row)
    made.dropped.update(
        {
            Dropped.ALREADY_STORED: again,
            Dropped.NO_ACTIVITY: uncounted,
            Dropped.NOT_A_PARTICIPANT: strangers,
            Dropped.OUTSIDE_DATES: outside,
            Dropped.TOLD_BY_POSTS: told,
        }
    )
    return made


def missing_from(rows: Sequence[Row], stored: Mapping[tuple[int, int, int], int]) -> list[Row]:
    """The rows beyond as many of the same actor, kind and minute as are stored."""
    left = Counter(stored)
    missing = []
    for row in rows:
        key = (row[1], row[2], row[3])
        if left[key] > 0:
            left[key] -= 1
        else:
            missing.append(row)
    return missing
