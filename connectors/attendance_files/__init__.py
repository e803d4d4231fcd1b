"""Who was in a room, from the files that rooms give: BigBlueButton, Zoom, Teams.

- Teams: the attendance report, tab-separated in UTF-16: "1. Summary", "2. Participants" (first join and last
  leave) and "3. In-Meeting Activities" (every stay); before 2022 one list, and at first one line for each
  coming and going.
- Zoom: the participants' report, CSV, with or without the meeting's own line on top. "Show unique users" has
  no times, so such a file is refused with that reason.
- BigBlueButton: the learning dashboard's JSON (every stay) or its CSV (first join and last leave).

Headings are in whatever language, so tables are told by what stands in them. Somebody who left and came back
has several rows: each is a stay, and whoever counts unites them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from connectors.attendance_files.dashboard import sessions
from connectors.attendance_files.rows import Lines, lines_of
from connectors.local_times import TimesUnclear, read_times
from connectors.tables import LARGEST_FILE, NoTable, decode, delimited, read_table


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody was in the room; times are naive local ones unless they are aware (UTC).

    ``original`` is what Zoom has in brackets behind a name that somebody took for the meeting.
    """

    line: int
    name: str
    email: str
    joined: datetime
    left: datetime | None
    original: str = ""


@dataclass(frozen=True, slots=True)
class Attendance:
    """What a file tells, and the lines about somebody in which no time of coming could be read."""

    stays: tuple[Stay, ...]
    unread: tuple[int, ...]


def read_attendance(data: bytes, first: date, last: date) -> Attendance:
    """What a file tells; ``first`` to ``last`` are the days that can be meant.

    Raises:
        NoTable: it is none of these files, or tells how long people stayed but not when (only_totals).
        TimesUnclear: its times can be read in several ways.
    """
    if len(data) > LARGEST_FILE:
        raise NoTable("too_large")
    if data[:4] in (b"PK\x03\x04", b"%PDF"):
        return _attendance(lines_of(read_table(data)), first, last)
    text = decode(data)
    if text.lstrip().startswith("{"):
        found = sessions(text)
        return Attendance(tuple(Stay(line, name, "", joined, left) for line, name, joined, left in found), ())
    # Teams begins with lines of two cells: the separator is told by the whole, not by the first line.
    table = delimited(text) if text.count("\t") < 4 else [row.split("\t") for row in text.splitlines()]
    return _attendance(lines_of(table), first, last)


def _attendance(found: Lines, first: date, last: date) -> Attendance:
    rows = found.rows
    times = read_times([each.joined for each in rows] + [each.left for each in rows], first, last)
    stays, unread = [], list(found.unread)
    for row, joined, left in zip(rows, times[: len(rows)], times[len(rows) :], strict=True):
        if joined is None:
            unread.append(row.line)
            continue
        begin, end = (joined, left) if not row.in_utc else (_utc(joined), left and _utc(left))
        stays.append(Stay(row.line, row.name, row.email, begin, end, row.original))
    return Attendance(tuple(stays), tuple(sorted(unread)))


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


__all__ = ["Attendance", "NoTable", "Stay", "TimesUnclear", "read_attendance"]
