"""Unpacking a page of the log into columns of numbers (``logs`` says what it is).

Apart from the rest because it needs numpy, which only the process that reads logs imports: the numbers of a
page are never objects, so a page costs no more memory than its text and its columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from connectors.moodle.logs import DataUnreadable, unzipped

Column = NDArray[np.int64]

_OF_ROW = ("id", "user", "time")
_OF_OLDER_ROW = ("id", "course", "user", "time", "related", "module")  # plugins before 1.3
_PARTS = ("id", "course", "user", "time", "event")
_LOWEST, _HIGHEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max
_SIGNED = re.compile(rb"-?[0-9]+(?:,-?[0-9]+)*")  # Moodle's own programs are the user -1


def unpack_log(data: str) -> tuple[dict[str, Column], list[str]]:
    """Return the columns id, course, user, time and event by name, and the event names.

    Raises DataUnreadable.
    """
    names: list[str] = []
    found: dict[str, list[Column]] = {name: [np.empty(0, np.int64)] for name in _PARTS}
    try:
        for name, course, numbers in _groups(unzipped(data)):
            rows = _rows(numbers, course)
            rows["event"] = np.broadcast_to(len(names), len(rows["id"]))
            names.append(name)
            for column, parts in found.items():
                parts.append(rows[column])
    except (ValueError, TypeError) as error:
        raise DataUnreadable(type(error).__name__) from error
    return {name: np.concatenate(found.pop(name)) for name in _PARTS}, names


def _groups(text: bytes) -> Iterator[tuple[str, int | None, bytes]]:
    """Event name, course and numbers of each group: a list as ``pack`` writes it, without spaces."""
    if text == b"[]":
        return
    at, ending = 0, b"["
    while ending != b"]":
        if not text.startswith(b'["', at + 1):
            raise ValueError("not a list of groups")
        after = text.index(b'",', at + 3) + 1
        begin, end = text.index(b"[", after), text.index(b"]", after)
        between = text[after:begin]
        course = None if between == b"," else _whole(between)
        yield str(json.loads(text[at + 2 : after])), course, text[begin + 1 : end]
        at, ending = end + 2, text[end + 2 : end + 3]
        if text[end + 1 : at] != b"]" or ending not in {b",", b"]"}:
            raise ValueError("not a list of groups")
    if at + 1 != len(text):
        raise ValueError("more than a list of groups")


def _whole(between: bytes) -> int:
    """The course between an event name and its numbers."""
    before, course, after = between.split(b",")
    if before or after or not course.isdigit():
        raise ValueError("no course")
    return int(course)


def _rows(numbers: bytes, course: int | None) -> dict[str, Column]:
    names = _OF_OLDER_ROW if course is None else _OF_ROW
    flat = _numbers(numbers)
    if len(flat) % len(names):
        raise ValueError("not whole rows")
    rows = dict(zip(names, flat.reshape(-1, len(names)).T, strict=True))
    if course is not None:
        rows["course"] = np.broadcast_to(course, len(rows["id"]))
    return rows


def _numbers(text: bytes) -> Column:
    """Whole numbers, separated by commas; numpy itself stops at what is none, and cuts what is too large."""
    if not text:
        return np.empty(0, np.int64)
    if text.translate(None, b"0123456789,") and not _SIGNED.fullmatch(text):
        raise ValueError("not numbers")
    if b",," in text or text.startswith(b",") or text.endswith(b","):
        raise ValueError("not numbers")
    found = np.fromstring(text, np.int64, sep=",")
    if found.max() == _HIGHEST or found.min() == _LOWEST:
        raise ValueError("a number too large")
    return found
