"""Local times in files, written as somebody's language likes it: 22/11/26, 08:27 or 22 nov. 26, 8:27:06 AM.

One time by itself can mean several; all times of a file together seldom do. The order of day, month and
year (and the language of a month's name) is the one in which every time of the file is a time, they run in
one direction, and they lie in the days that can be meant.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from connectors.time_words import Meaning, meanings, shape

_NUMBERS = re.compile(r"\d+")
_ORDERS = ("dmy", "mdy", "ymd")
_ORDERS_WITH_NAMES = ("dmy", "ymd")
_NOON = 12
_CHANGE = timedelta(hours=1)  # by which clocks go back in autumn, wherever the consortium is
_AROUND = timedelta(days=800)  # a course may be years old; a day that is taken for a year is farther off
_LATE = 22  # from here on "31 September" is the 31st of the month before: see ``in_line``


class TimesUnclear(ValueError):
    """The times of a file are none, or can be read in more than one way."""


def read_times(texts: Sequence[str], first: date, last: date) -> list[datetime | None]:
    """Naive local times; ``None`` for a text that is no time. ``first`` to ``last`` are the likely days.

    Raises:
        TimesUnclear: no order fits, or several fit equally well.
    """
    ranked = []
    for found in _readings(texts):
        known = [each for each in found if each is not None]
        if not known:
            continue
        near = sum(first - _AROUND <= each.date() <= last + _AROUND for each in known)
        inside = sum(first <= each.date() <= last for each in known)
        ranked.append(((near, len(known), _direction(known) is not None, inside), found))
    ranked.sort(key=lambda each: each[0], reverse=True)
    if not ranked:
        raise TimesUnclear("no times")
    if any(each[0] == ranked[0][0] and each[1] != ranked[0][1] for each in ranked[1:]):
        raise TimesUnclear("several ways")
    return ranked[0][1]


def looks_like_a_time(text: str) -> bool:
    """Whether a cell can be one of the times of a file, whatever its language."""
    return len(_NUMBERS.findall(text)) in (4, 5, 6) and any(
        each is not None for found in _readings([text]) for each in found
    )


def in_line(times: Sequence[datetime | None]) -> list[datetime | None]:
    """The times of a sorted file; one that is a month out of line with its neighbours is put into line.

    Moodle takes the name of a month from ICU, whose time zones may be older than those of the clock that
    gives day, year and hour. In Kazakhstan, whose clocks went back in 2024, it writes "30 December, 23:15"
    in the last hour of November. A file that is not sorted stays as it is.
    """
    places = [place for place, each in enumerate(times) if each is not None]
    known = [each for each in times if each is not None]
    if _direction(known) is not None:
        return list(times)
    chain, direction = max(((_longest(known[::way]), way) for way in (1, -1)), key=lambda each: len(each[0]))
    if len(chain) * 2 < len(known):
        return list(times)
    found, known, places = list(times), known[::direction], places[::direction]
    for number, at in enumerate(known):
        behind = bisect_right(chain, number)
        lowest = known[chain[max(behind - 1, 0)]] - _CHANGE
        highest = known[chain[min(behind, len(chain) - 1)]] + _CHANGE
        if not lowest <= at <= highest:
            moved = (_month_moved(at, months) for months in (-1, 1))
            found[places[number]] = next((each for each in moved if each and lowest <= each <= highest), at)
    return found


def told_apart(times: Sequence[datetime | None]) -> list[datetime | None]:
    """Times that run in one direction, with ``fold`` set in the hour that comes twice when clocks go back.

    Where the clock goes back within the file, what comes after is of the second hour. A file that has
    times of only one of the two hours, or none after the change that is earlier on the clock, cannot tell.
    """
    found = list(times)
    known = [(place, each) for place, each in enumerate(times) if each is not None]
    direction = _direction([each for _, each in known])
    second: datetime | None = None
    for (_, before), (place, after) in pairwise(known[:: direction or 1]):
        if direction and after < before:
            second = after
        if second is not None and after - second < _CHANGE:
            found[place] = after.replace(fold=1)
    return found


def _month_moved(at: datetime, months: int) -> datetime | None:
    """The same day and hour in the month before or after, in the same year."""
    try:
        return at.replace(month=(at.month - 1 + months) % 12 + 1)
    except ValueError:
        return None


def _longest(times: Sequence[datetime]) -> list[int]:
    """The places of as many times as run forwards when the others are left out."""
    ends: list[datetime] = []
    tails: list[int] = []
    before: list[int] = []
    for place, at in enumerate(times):
        length = bisect_right(ends, at)
        before.append(tails[length - 1] if length else -1)
        ends[length : length + 1] = [at]
        tails[length : length + 1] = [place]
    chain, place = [], tails[-1] if tails else -1
    while place >= 0:
        chain.append(place)
        place = before[place]
    return chain[::-1]


def _readings(texts: Sequence[str]) -> Iterator[list[datetime | None]]:
    """Every way in which the texts can be read as times."""
    shapes = [shape(text) for text in texts]
    numbers = [[int(each) for each in _NUMBERS.findall(text)] for text in texts]
    for meaning in meanings(dict.fromkeys(shapes)):
        for order in _ORDERS_WITH_NAMES if meaning.months else _ORDERS:
            yield _read(numbers, shapes, order, meaning)


def _direction(times: Sequence[datetime]) -> int | None:
    """1 when they run forwards, -1 backwards, but for the hour of a clock change; ``None`` when neither."""
    for direction in (1, -1) if not times or times[0] <= times[-1] else (-1, 1):
        if all(before - after <= _CHANGE for before, after in pairwise(times[::direction])):
            return direction
    return None


def _read(
    numbers: Sequence[Sequence[int]], shapes: Sequence[str], order: str, meaning: Meaning
) -> list[datetime | None]:
    parts = [_parts(each, shape, meaning) for each, shape in zip(numbers, shapes, strict=True)]
    # A clock of 24 hours can have a word with it ("16:05 PM" in a Ukrainian Moodle): then it says nothing.
    halves = meaning.halves
    if not all(
        1 <= each[3] <= _NOON for each, shape in zip(parts, shapes, strict=True) if each and shape in halves
    ):
        halves = {}
    named = bool(meaning.months)
    return [
        _time(each, order, halves.get(shape), named=named) if each else None
        for each, shape in zip(parts, shapes, strict=True)
    ]


def _parts(numbers: Sequence[int], shape: str, meaning: Meaning) -> list[int] | None:
    """Day, month and year as they stand, hour, minute, second."""
    found = list(numbers)
    if meaning.months:
        month = meaning.months.get(shape)
        if month is None:
            return None
        found.insert(1, month)  # in both orders the month stands between day and year
    return found if len(found) in (5, 6) else None


def _time(numbers: Sequence[int], order: str, half: int | None, *, named: bool) -> datetime | None:
    parts = dict(zip(order, numbers[:3], strict=True))
    year = parts["y"] + 2000 if parts["y"] < 100 else parts["y"]
    hour = numbers[3] if half is None else numbers[3] % _NOON + half
    second = numbers[5] if len(numbers) == 6 else 0
    for month in (parts["m"], parts["m"] - 1) if named and hour >= _LATE else (parts["m"],):
        try:
            return datetime(year, month, parts["d"], hour, numbers[4], second)  # noqa: DTZ001 - local, by the caller
        except ValueError:
            continue
    return None
