"""What the destruction of a pilot's key does to the rows made with it: the queries.

A keyed hash without its key cannot be computed again, but that is not all that leads back to a person.
The key may stand in an old backup, an earlier export may have been kept beside survey answers, and the
partner's Moodle still shows when somebody last came and what somebody did in which minute. So the people
get new names and numbers that were never computed from anything, and lose the week of the last visit.
Events are made anew from the daily counts: they do not keep the minute, and of the days of a
week only how many there were. Counts by person, kind and week stay what they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain, islice, repeat
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from coil_bridge.evaluation.packed_events import pack
from coil_bridge.evaluation.records import EventSource
from coil_bridge.evaluation.weeks import monday, noon_of
from coil_bridge.storage import event_blocks
from coil_bridge.storage.event_tables import actor, event_block, event_day, reply, seen_record
from coil_bridge.storage.events import Events
from coil_bridge.storage.evidence_unlinking import unlink_evidence
from coil_bridge.storage.fact_cursors import FactCursors
from coil_bridge.storage.log_cursors import LogCursors
from coil_bridge.storage.tables import participant

_BATCH = 2000
_EVENTS_AT_ONCE = 50_000


class Unlinking:
    """Takes the way back to persons out of a pilot's rows, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def unlink(self, pilot_id: str, fresh: Callable[[], str]) -> None:
        """Rewrite a pilot's rows; ``fresh`` makes up a name that stands for nothing."""
        names: dict[str, str] = defaultdict(fresh)
        people = self._all(participant, pilot_id)
        self._connection.execute(delete(participant).where(participant.c.pilot_id == pilot_id))
        for row in people:
            row |= {"pseudonym": names[row["pseudonym"]], "last_access_week": None}
        self._put(participant, people)
        number = Events(self._connection).number_of(pilot_id)
        moved = self._rename_actors(pilot_id, names)
        if number is not None:
            self._connection.execute(delete(seen_record).where(seen_record.c.pilot_no == number))
            self._rewrite_replies(number, moved)
            self._rewrite_events(number, moved)
        LogCursors(self._connection).forget(pilot_id)
        FactCursors(self._connection).forget(pilot_id)
        unlink_evidence(self._connection, pilot_id, names)

    def _rename_actors(self, pilot_id: str, names: Mapping[str, str]) -> dict[int, int]:
        """New names and higher numbers; which old number became which, in the order of the new ones."""
        old = self._all(actor, pilot_id)
        self._put(actor, [_renamed(row, names) for row in old])
        old_numbers = [row["no"] for row in old]
        last = max(old_numbers, default=0)
        mine = actor.c.pilot_id == pilot_id
        self._connection.execute(delete(actor).where(mine, actor.c.no <= last))
        new = {_place(row): row["no"] for row in self._all(actor, pilot_id)}
        moved = {row["no"]: new[_place(_renamed(row, names))] for row in old}
        return dict(sorted(moved.items(), key=itemgetter(1)))

    def _rewrite_replies(self, number: int, moved: Mapping[int, int]) -> None:
        mine = reply.c.pilot_no == number
        found = self._connection.execute(select(reply).where(mine)).mappings().all()
        self._connection.execute(delete(reply).where(mine))
        rows = [
            {
                "pilot_no": number,
                "from_actor": moved[row["from_actor"]],
                "to_actor": moved[row["to_actor"]],
                "day": monday(date.fromordinal(row["day"])).toordinal(),
            }
            for row in found
        ]
        rows.sort(key=lambda row: (row["from_actor"], row["to_actor"], row["day"]))
        if rows:
            self._connection.execute(insert(reply), rows)

    def _rewrite_events(self, number: int, moved: Mapping[int, int]) -> None:
        self._connection.execute(delete(event_block).where(event_block.c.pilot_no == number))
        events = chain.from_iterable(_events(new, self._days(number, old)) for old, new in moved.items())
        while some := list(islice(events, _EVENTS_AT_ONCE)):
            event_blocks.append(self._connection, number, EventSource.RECORDS, some)
        old_ones = event_day.c.actor <= max(moved, default=0)
        self._connection.execute(delete(event_day).where(event_day.c.pilot_no == number, old_ones))

    def _days(self, number: int, actor_no: int) -> list[tuple[int, int, int]]:
        query = select(event_day.c.day, event_day.c.kind, event_day.c.n).where(
            event_day.c.pilot_no == number, event_day.c.actor == actor_no
        )
        return [(row.day, row.kind, row.n) for row in self._connection.execute(query)]

    def _all(self, table: Table, pilot_id: str) -> list[dict[str, Any]]:
        mine = table.c.pilot_id == pilot_id
        return [dict(row) for row in self._connection.execute(select(table).where(mine)).mappings()]

    def _put(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert by the new names: in the old order an old copy would tell which row was which."""
        rows.sort(key=lambda row: str(row["pseudonym"]))
        for start in range(0, len(rows), _BATCH):
            self._connection.execute(insert(table), rows[start : start + _BATCH])


def _renamed(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    named = dict(row) | {"pseudonym": names[row["pseudonym"]]}
    del named["no"]
    return named


def _place(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["pairing_id"], row["course_id"], row["pseudonym"]


def _events(actor_no: int, days: Iterable[tuple[int, int, int]]) -> Iterator[int]:
    found = list(days)
    renumbered = _renumbered(day for day, _, _ in found)
    for day, kind, count in found:
        moved = renumbered[day]
        yield from repeat(pack(actor_no, noon_of(moved), moved, kind), count)


def _renumbered(days: Iterable[int]) -> dict[int, int]:
    """Days of a week, moved to Monday, Tuesday and so on in their order."""
    moved: dict[int, int] = {}
    used: dict[date, int] = {}
    for day in sorted(set(days)):
        week = monday(date.fromordinal(day))
        moved[day] = (week + timedelta(days=used.setdefault(week, 0))).toordinal()
        used[week] += 1
    return moved
