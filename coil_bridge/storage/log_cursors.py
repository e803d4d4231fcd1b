"""How far each course's log was read: the queries."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from sqlalchemy import Connection, RowMapping, delete, select, update

from coil_bridge.storage.log_tables import log_cursor
from coil_bridge.storage.writes import upsert

_KEY = ("pilot_id", "pairing_id", "course_id")


@dataclass(frozen=True, slots=True)
class LogCursor:
    """How far one course was read for one pairing of a pilot.

    ``recent`` are (id, Unix seconds) of the rows shortly before ``after_id`` that were dealt with, by id:
    rows among them that come later are not taken for known, and a log that begins anew is noticed.
    """

    pairing_id: str
    course_id: str
    reader: str = ""
    after_id: int = 0
    recent: tuple[tuple[int, int], ...] = ()
    told_from: int | None = None
    told_until: int | None = None
    has_files: bool = False
    has_posts: bool = False

    def begun_anew(self) -> LogCursor:
        """The same before the first row of another log; what was told stays told."""
        return replace(self, reader="", after_id=0, recent=())


class LogCursors:
    """Cursors of a pilot, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, pilot_id: str) -> dict[tuple[str, str], LogCursor]:
        """Every cursor of a pilot, by pairing and course."""
        query = select(log_cursor).where(log_cursor.c.pilot_id == pilot_id)
        found = map(_cursor, self._connection.execute(query).mappings())
        return {(each.pairing_id, each.course_id): each for each in found}

    def put(self, pilot_id: str, cursors: Iterable[LogCursor]) -> None:
        """Store cursors over what was there; ``has_files`` stays what it is."""
        for each in cursors:
            row = {
                "pilot_id": pilot_id,
                "pairing_id": each.pairing_id,
                "course_id": each.course_id,
                "reader": each.reader,
                "after_id": each.after_id,
                "recent": pack(each.recent),
                "told_from": each.told_from,
                "told_until": each.told_until,
                "has_posts": each.has_posts,
            }
            upsert(self._connection, log_cursor, row, key=_KEY)

    def note_files(self, pilot_id: str, pairing_id: str, course_id: str, *, posts: bool) -> None:
        """Rows from an uploaded file stand beside what the log tells of this course, maybe with posts."""
        self._update(pilot_id, pairing_id, course_id, has_files=True)
        if posts:
            self._update(pilot_id, pairing_id, course_id, has_posts=True)

    def forget(self, pilot_id: str) -> None:
        """Without the pilot's key nothing more will be read; ids of rows would lead back to them."""
        self._connection.execute(delete(log_cursor).where(log_cursor.c.pilot_id == pilot_id))

    def _update(self, pilot_id: str, pairing_id: str, course_id: str, **values: bool) -> None:
        mine = (pilot_id, pairing_id, course_id)
        if (pairing_id, course_id) not in self.of(pilot_id):
            self.put(pilot_id, [LogCursor(pairing_id, course_id)])
        conditions = [log_cursor.c[name] == value for name, value in zip(_KEY, mine, strict=True)]
        self._connection.execute(update(log_cursor).where(*conditions).values(**values))


def pack(recent: Iterable[tuple[int, int]]) -> bytes:
    """Ids and times in few bytes: differences of neighbours, compressed."""
    rows = sorted(recent)
    if not rows:
        return b""
    columns = zip(*rows, strict=True)
    steps = array("q")
    for column in columns:
        steps.append(column[0])
        steps.extend(after - before for before, after in pairwise(column))
    return zlib.compress(steps.tobytes(), 1)


def unpack(data: bytes) -> tuple[tuple[int, int], ...]:
    """What ``pack`` packed."""
    if not data:
        return ()
    steps = array("q")
    steps.frombytes(zlib.decompress(data))
    half = len(steps) // 2
    return tuple(zip(accumulate(steps[:half]), accumulate(steps[half:]), strict=True))


def _cursor(row: RowMapping) -> LogCursor:
    return LogCursor(
        pairing_id=row["pairing_id"],
        course_id=row["course_id"],
        reader=row["reader"],
        after_id=row["after_id"],
        recent=unpack(row["recent"]),
        told_from=row["told_from"],
        told_until=row["told_until"],
        has_files=row["has_files"],
        has_posts=row["has_posts"],
    )
