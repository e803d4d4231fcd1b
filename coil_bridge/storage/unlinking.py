"""What the destruction of a pilot's key does to the rows made with it: the queries.

A keyed hash without its key cannot be computed again, but that is not all that leads back to a person.
The key may stand in an old backup, an earlier export may have been kept beside survey answers, and the
partner's Moodle still shows when somebody last came and on which days somebody wrote. So the rows get new
names that were never computed from anything, lose the week of the last visit, and keep of the days of a
week only how many there were. Counts by person and week stay what they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select

from coil_bridge.evaluation.weeks import monday
from coil_bridge.storage.evidence_unlinking import unlink_evidence
from coil_bridge.storage.tables import activity, participant

_BATCH = 2000


class Unlinking:
    """Takes the way back to persons out of a pilot's rows, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def unlink(self, pilot_id: str, fresh: Callable[[], str]) -> None:
        """Rewrite a pilot's rows; ``fresh`` makes up a name or key that stands for nothing."""
        names: dict[str, str] = defaultdict(fresh)
        self._rewrite_people(pilot_id, names)
        query = select(activity.c.pairing_id).where(activity.c.pilot_id == pilot_id).distinct()
        for pairing_id in self._connection.execute(query).scalars().all():
            self._rewrite_events(pilot_id, pairing_id, names, fresh)
        unlink_evidence(self._connection, pilot_id, names)

    def _rewrite_people(self, pilot_id: str, names: Mapping[str, str]) -> None:
        rows = self._take(participant, participant.c.pilot_id == pilot_id)
        for row in rows:
            row |= {"pseudonym": names[row["pseudonym"]], "last_access_week": None}
        self._put(participant, rows, order="pseudonym")

    def _rewrite_events(
        self, pilot_id: str, pairing_id: str, names: Mapping[str, str], fresh: Callable[[], str]
    ) -> None:
        rows = self._take(activity, activity.c.pilot_id == pilot_id, activity.c.pairing_id == pairing_id)
        days = _renumbered((row["pseudonym"], row["day"]) for row in rows)
        for row in rows:
            row["day"] = days[row["pseudonym"], row["day"]]
            row |= {"pseudonym": names[row["pseudonym"]], "source_key": fresh()}
        self._put(activity, rows, order="source_key")

    def _take(self, table: Table, *conditions: ColumnElement[bool]) -> list[dict[str, Any]]:
        rows = [dict(row) for row in self._connection.execute(select(table).where(*conditions)).mappings()]
        self._connection.execute(delete(table).where(*conditions))
        return rows

    def _put(self, table: Table, rows: list[dict[str, Any]], *, order: str) -> None:
        """Insert by the new names: in the old order an old copy would tell which row was which."""
        rows.sort(key=lambda row: str(row[order]))
        for start in range(0, len(rows), _BATCH):
            self._connection.execute(insert(table), rows[start : start + _BATCH])


def _renumbered(days: Iterable[tuple[str, date]]) -> dict[tuple[str, date], date]:
    """Each person's days of a week, moved to Monday, Tuesday and so on in their order."""
    moved: dict[tuple[str, date], date] = {}
    used: dict[tuple[str, date], int] = {}
    for person, day in sorted(set(days)):
        week = monday(day)
        moved[person, day] = week + timedelta(days=used.setdefault((person, week), 0))
        used[person, week] += 1
    return moved
