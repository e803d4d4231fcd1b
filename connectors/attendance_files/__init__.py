"""Who was in a room, from the files that rooms give: BigBlueButton, Zoom, Teams.

- Teams: the attendance report, tab-separated in UTF-16, with a summary before the participants.
- Zoom: the participants report, CSV, with or without the meeting's own line on top.
- BigBlueButton: the learning dashboard's JSON or CSV.

Headings are in whatever language; a row tells of a stay when it holds a name and two times. Somebody who
left and came back has several rows: each is a stay, and whoever counts unites them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from connectors.local_times import TimesUnclear, read_times
from connectors.tables import LARGEST_FILE, NoTable, Table, decode, delimited, read_table

_TIME = re.compile(r"^\D*\d{1,4}\D+\d{1,2}\D+\d{1,4}\D+\d{1,2}\D+\d{2}(\D+\d{2})?\D*$")
_OF_THE_MEETING = ("meeting id", "topic")


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody was in the room; times are naive local ones unless they are aware (UTC)."""

    line: int
    name: str
    email: str
    joined: datetime
    left: datetime | None


def read_stays(data: bytes, first: date, last: date) -> list[Stay]:
    """The stays that a file tells of; ``first`` to ``last`` are the days that can be meant.

    Raises:
        NoTable: it is none of these files.
        TimesUnclear: its times can be read in several ways.
    """
    if len(data) > LARGEST_FILE:
        raise NoTable("too_large")
    if data[:4] != b"PK\x03\x04":
        text = decode(data)
        if text.lstrip().startswith("{"):
            return list(_dashboard(text))
        # Teams begins with lines of two cells: the separator is told by the whole, not by the first line.
        table = delimited(text) if text.count("\t") < 4 else [row.split("\t") for row in text.splitlines()]
    else:
        table = read_table(data)
    stays = _stays(_without_the_meeting(table), first, last)
    if not stays:
        raise NoTable("no_attendance")
    return stays


def _stays(rows: Sequence[tuple[int, list[str]]], first: date, last: date) -> list[Stay]:
    found = [(line, row, [cell for cell in row if _TIME.match(cell)]) for line, row in rows]
    found = [each for each in found if len(each[2]) >= 2]
    if not found:
        return []
    joined = read_times([times[0] for _, _, times in found], first, last)
    left = read_times([times[1] for _, _, times in found], first, last)
    return [
        Stay(line, _name(row), next((cell for cell in row if "@" in cell), ""), begin, end)
        for (line, row, _), begin, end in zip(found, joined, left, strict=True)
        if begin is not None
    ]


def _without_the_meeting(table: Table) -> list[tuple[int, list[str]]]:
    """The rows with their numbers, without Zoom's line about the meeting itself."""
    rows = [(number, [cell.strip().strip('"') for cell in row]) for number, row in enumerate(table, 1)]
    about = {
        number + 1
        for number, row in rows
        if row and row[0].casefold().startswith(_OF_THE_MEETING) and not any(map(_TIME.match, row))
    }
    return [each for each in rows if each[0] not in about]


def _name(row: Sequence[str]) -> str:
    """The first cell with letters that is neither a time nor an address; Zoom's former name goes."""
    name = next(
        (cell for cell in row if cell and "@" not in cell and not _TIME.match(cell) and not cell.isdigit()),
        "",
    )
    return re.sub(r"\s*\([^()]*\)\s*$", "", name)


def _dashboard(text: str) -> Iterator[Stay]:
    """BigBlueButton's learning dashboard: people with the sessions of each of their devices."""
    try:
        found = json.loads(text)
        people: Mapping[str, Any] = found["users"]
        for number, person in enumerate(people.values(), 1):
            for device in person["intIds"].values():
                for session in device.get("sessions") or [device]:
                    joined, left = session["registeredOn"], session.get("leftOn") or found.get("endedOn")
                    yield Stay(
                        number, str(person["name"]), "", _instant(joined), _instant(left) if left else None
                    )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise NoTable("no_attendance") from None


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


__all__ = ["NoTable", "Stay", "TimesUnclear", "read_stays"]
