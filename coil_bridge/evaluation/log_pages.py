"""From the columns of a log to events: the part of a pull that sees every row, so it is quick.

Pure, and whole columns at a time: who somebody is is looked up once for each person of a page. Seconds end
here; a minute and a local day go on. Only the worker imports this: it needs numpy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from coil_bridge.evaluation.log_kinds import kind_of
from coil_bridge.evaluation.log_rows import Target
from coil_bridge.evaluation.packed_events import beginnings, pack
from coil_bridge.evaluation.records import POSTS, Dropped

_AT_ONCE = 10_000  # rows; what is worked out on the way needs several times their room
LATE = 120  # minutes; what comes later than that was written again, by a restored course for instance

Events = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Made:
    """What became of a page: events to append, events to append unless they are there, the rest counted."""

    events: list[Events] = field(default_factory=list)
    doubtful: list[Events] = field(default_factory=list)
    dropped: Counter[Dropped] = field(default_factory=Counter)
    read: int = 0


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of a log; ``kinds`` has an entry for each number in ``events``, -1 for what does not count."""

    ids: Events
    courses: Events
    users: Events
    times: Events
    events: Events
    kinds: Events

    def picked(self, rows: Flags | slice) -> Columns:
        """Some of the rows."""
        return Columns(
            self.ids[rows],
            self.courses[rows],
            self.users[rows],
            self.times[rows],
            self.events[rows],
            self.kinds,
        )


def kinds_of_names(names: Sequence[str]) -> Events:
    """The kinds of events by their names, -1 for what is nobody's activity."""
    found = [-1 if (kind := kind_of(name)) is None else int(kind) for name in names]
    return np.array(found, np.int64)


def make_events(page: Columns, targets: Mapping[int, Sequence[Target]]) -> Made:
    """Events of a page for each target of their course (by Moodle's number)."""
    made = Made()
    for start in range(0, len(page.ids), _AT_ONCE):
        some = page.picked(slice(start, start + _AT_ONCE))
        for course, here in targets.items():
            rows = some.picked(some.courses == course)
            for target in here:
                _make(rows, target, made)
    return made


def _make(rows: Columns, target: Target, made: Made) -> None:
    """The reasons to drop a row, in the order in which they are given; then what is left.

    From the third on ``users`` are numbers of actors.
    """
    made.read += len(rows.ids)
    rows = _without(rows, _known(rows.ids, target), Dropped.ALREADY_STORED, made)
    rows = _without(rows, rows.kinds[rows.events] < 0, Dropped.NO_ACTIVITY, made)
    rows = replace(rows, users=_actors(rows.users, target))
    rows = _without(rows, rows.users == 0, Dropped.NOT_A_PARTICIPANT, made)
    rows = _without(rows, _outside(rows.times, target), Dropped.OUTSIDE_DATES, made)
    if target.posts_told:
        rows = _without(rows, _posts(rows), Dropped.TOLD_BY_POSTS, made)
    minutes = rows.times // 60
    days = target.days.first - 1 + np.searchsorted(target.days.starts, rows.times, "right")
    events = pack(rows.users, minutes, days, rows.kinds[rows.events])
    doubtful = np.zeros(len(events), np.bool_)
    if target.told_until is not None:
        doubtful |= minutes < target.told_until - LATE
    if target.posts_partly_told:
        doubtful |= _posts(rows)
    made.events.append(events[~doubtful])
    made.doubtful.append(events[doubtful])


def _without(rows: Columns, dropped: Flags, why: Dropped, made: Made) -> Columns:
    count = int(np.count_nonzero(dropped))
    if not count:
        return rows
    made.dropped[why] += count
    return rows.picked(~dropped)


def _known(ids: Events, target: Target) -> Flags:
    known = np.fromiter(target.known, np.int64, len(target.known))
    if not len(ids) or not len(known) or ids.min() > known.max():
        return np.zeros(len(ids), np.bool_)
    return np.isin(ids, known)


def _actors(users: Events, target: Target) -> Events:
    order = np.argsort(users)
    ordered = users[order]
    first = beginnings(np, ordered)
    numbers = np.array([target.actors[user] for user in ordered[first].tolist()], np.int64)
    found = np.empty_like(users)
    found[order] = np.repeat(numbers, np.diff(first, append=len(users)))
    return found


def _outside(times: Events, target: Target) -> Flags:
    starts = target.days.starts
    return (times < starts[0]) | (times >= starts[-1])


def _posts(rows: Columns) -> Flags:
    return np.isin(rows.kinds[rows.events], sorted(POSTS))
