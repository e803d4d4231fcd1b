"""How far each kind of fact of a course was read: the queries."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from coil_bridge.storage.fact_tables import fact_cursor
from coil_bridge.storage.writes import upsert


@dataclass(frozen=True, slots=True)
class FactPlace:
    """One kind of fact of one course, as it counts to one pairing of a pilot."""

    pilot_id: str
    pairing_id: str
    course_id: str
    kind: str


class FactCursors:
    """Cursors, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, place: FactPlace, days: tuple[int, int]) -> int:
        """The id after which to go on; 0 where nothing was read yet, or other days than these were."""
        named = {"pilot_id": place.pilot_id, "pairing_id": place.pairing_id}
        named |= {"course_id": place.course_id, "kind": place.kind}
        named_days = {"first_day": days[0], "last_day": days[1]}
        query = select(fact_cursor.c.after_id).filter_by(**named, **named_days)
        return self._connection.execute(query).scalar_one_or_none() or 0

    def put(self, place: FactPlace, days: tuple[int, int], after_id: int) -> None:
        """Stand behind an id, for these days (``date.toordinal()``)."""
        row = {
            "pilot_id": place.pilot_id,
            "pairing_id": place.pairing_id,
            "course_id": place.course_id,
            "kind": place.kind,
            "after_id": after_id,
            "first_day": days[0],
            "last_day": days[1],
        }
        upsert(self._connection, fact_cursor, row, key=("pilot_id", "pairing_id", "course_id", "kind"))

    def forget_course(self, pilot_id: str, pairing_id: str, course_id: str) -> None:
        """Have a course read from the beginning: people have come of whom was not told before."""
        self._connection.execute(
            delete(fact_cursor).where(
                fact_cursor.c.pilot_id == pilot_id,
                fact_cursor.c.pairing_id == pairing_id,
                fact_cursor.c.course_id == course_id,
            )
        )

    def forget(self, pilot_id: str) -> None:
        """Without the pilot's key nothing more will be read."""
        self._connection.execute(delete(fact_cursor).where(fact_cursor.c.pilot_id == pilot_id))
