"""Local times in files, written as somebody's language likes it: 22/11/26, 08:27 or 22 nov. 26, 8:27:06 AM.

One time by itself can mean several; all times of a file together seldom do. The order of day, month and
year (and the language of a month's name) is the one in which every time of the file is a time, they run in
one direction, and they lie in the days that can be meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise

from connectors.month_names import Months, months_in, words

_NUMBERS = re.compile(r"\d+")
_ORDERS = ("dmy", "mdy", "ymd")
_ORDERS_WITH_NAMES = ("dmy", "ymd")
_AFTER_NOON = re.compile(r"\bp\.?\s?m\b|ПП|下午|午後|오후|\bdu\.|μ\.?μ|pasdite|\bÖS\b", re.IGNORECASE)
_BEFORE_NOON = re.compile(r"\ba\.?\s?m\b|ДП|上午|午前|오전|\bde\.|π\.?μ|paradite|\bÖÖ\b", re.IGNORECASE)


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
        inside = sum(first <= each.date() <= last for each in known)
        ranked.append(((len(known), _in_order(known), inside), found))
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


def _readings(texts: Sequence[str]) -> Iterator[list[datetime | None]]:
    """Every way in which the texts can be read as times."""
    named = months_in(texts)
    for months in named:
        for order in _ORDERS_WITH_NAMES:
            yield [_read(text, order, months) for text in texts]
    if not named:
        for order in _ORDERS:
            yield [_read(text, order, {}) for text in texts]


def _in_order(times: Iterable[datetime]) -> bool:
    """Whether they run in one direction."""
    steps = [after >= before for before, after in pairwise(times)]
    back = [after <= before for before, after in pairwise(times)] if steps else []
    return all(steps) or all(back)


def _read(text: str, order: str, months: Months) -> datetime | None:
    numbers = [int(each) for each in _NUMBERS.findall(text)]
    if months:
        month = next((months[word] for word in words(text) if word in months), None)
        if month is None:
            return None
        numbers.insert(1, month)  # in both orders the month stands between day and year
    if len(numbers) not in (5, 6):
        return None
    parts = dict(zip(order, numbers[:3], strict=True))
    year = parts["y"] + 2000 if parts["y"] < 100 else parts["y"]
    hour = numbers[3]
    if _AFTER_NOON.search(text) and hour < 12:
        hour += 12
    elif _BEFORE_NOON.search(text) and hour == 12:
        hour = 0
    try:
        second = numbers[5] if len(numbers) == 6 else 0
        return datetime(year, parts["m"], parts["d"], hour, numbers[4], second)  # noqa: DTZ001 - local, by the caller
    except ValueError:
        return None
