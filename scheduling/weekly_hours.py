"""What somebody says about the hours of a usual week: preferred, acceptable, impossible.

A week is 672 bytes, one for each quarter of an hour from Monday 00:00 on a local clock. People write it as
a few stretches ("Monday to Friday, 09:00 to 17:00, preferred"); both forms say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

DAY = 96
"""Quarters of an hour in a day."""
WEEK = 7 * DAY

PREFERRED, ACCEPTABLE, IMPOSSIBLE = 0, 1, 2
Week = bytes
"""``WEEK`` values of the three above."""

FARTHEST = 16
"""Nothing is told to be more than four hours (in quarters) away from the preferred hours."""


@dataclass(frozen=True, order=True)
class Stretch:
    """The same hours on one or several days.

    ``days`` counts Monday as 0, ascending. ``starts`` and ``ends`` are quarters of an hour from midnight,
    the end not included: 36 to 68 is 09:00 to 17:00. Raises ValueError for anything else.
    """

    days: tuple[int, ...]
    starts: int
    ends: int
    level: int

    def __post_init__(self) -> None:
        if not self.days or any(day not in range(7) for day in self.days):
            raise ValueError("A stretch has days, Monday is 0 and Sunday is 6")
        if not 0 <= self.starts < self.ends <= DAY:
            raise ValueError("A stretch ends after it starts, on the same day")
        if self.level not in {PREFERRED, ACCEPTABLE, IMPOSSIBLE}:
            raise ValueError("Hours are preferred, acceptable or impossible")


def week_of(stretches: Iterable[Stretch], otherwise: int) -> Week:
    """The week in which the stretches hold, a later one over an earlier, and ``otherwise`` elsewhere."""
    week = bytearray([otherwise]) * WEEK
    for each in stretches:
        for day in each.days:
            length = each.ends - each.starts
            week[day * DAY + each.starts : day * DAY + each.ends] = bytes([each.level]) * length
    return checked(bytes(week))


def stretches_of(week: Week) -> tuple[int, tuple[Stretch, ...]]:
    """The level that most of the week has, and the stretches of the others; ``week_of`` makes it again."""
    otherwise = Counter(checked(week)).most_common(1)[0][0]
    days: dict[tuple[int, int, int], list[int]] = {}
    for day in range(7):
        for starts, ends, level in runs(week[day * DAY : (day + 1) * DAY]):
            if level != otherwise:
                days.setdefault((starts, ends, level), []).append(day)
    found = [Stretch(tuple(on), starts, ends, level) for (starts, ends, level), on in days.items()]
    return otherwise, tuple(sorted(found))


def runs(values: Sequence[int]) -> list[tuple[int, int, int]]:
    """Neighbours of the same value as (start, end, value), the end not included."""
    found: list[tuple[int, int, int]] = []
    for value, same in groupby(values):
        start = found[-1][1] if found else 0
        found.append((start, start + len(list(same)), value))
    return found


def checked(week: Week) -> Week:
    """The week itself. Raises ValueError when it is none."""
    if len(week) != WEEK or max(week) > IMPOSSIBLE:
        raise ValueError("A week has 672 quarters of an hour, each preferred, acceptable or impossible")
    return week


def together(weeks: Sequence[Week]) -> Week:
    """The worst of what several say on the same clock; without anybody everything is preferred."""
    return bytes(map(max, *weeks)) if len(weeks) > 1 else (weeks[0] if weeks else bytes(WEEK))


def distances(week: Week) -> bytes:
    """For each quarter, how many quarters it lies from the nearest preferred one, ``FARTHEST`` at most.

    The week is a ring: early Monday is near late Sunday. Whoever prefers nothing is as far from it always.
    """
    return _to_nearest(bytes(1 if level == PREFERRED else 0 for level in week))


def depths(week: Week) -> bytes:
    """For each quarter, how many quarters it lies from the nearest one that is not preferred."""
    return _to_nearest(bytes(0 if level == PREFERRED else 1 for level in week))


def _to_nearest(marked: bytes) -> bytes:
    first = marked.find(1)
    if first < 0:
        return bytes([FARTHEST]) * len(marked)
    turned = marked[first:] + marked[:first]
    far = b"".join(bytes(end - start) if value else _hill(end - start) for start, end, value in runs(turned))
    return far[-first:] + far[:-first] if first else far


def _hill(length: int) -> bytes:
    """Between two marked quarters: 1, 2, 3 ... 3, 2, 1."""
    return bytes(min(place + 1, length - place, FARTHEST) for place in range(length))
