"""Who joined which session: the queries. Only the moment is kept, not how long somebody stayed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from coil_bridge.domain import CourseRole
from coil_bridge.storage.joining_tables import session_join
from coil_bridge.storage.tables import person


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody went into the room of a session, for this course and in this part."""

    session_id: str
    person_id: str
    course_id: str
    role: CourseRole
    at: datetime


class Joins:
    """Joins, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, value: Join, within: timedelta) -> bool:
        """Keep a join unless the person joined the session ``within`` this time before; whether it was kept.

        The lock on the person lets two presses at once come one after the other on PostgreSQL; SQLite's
        write transactions are alone anyway.
        """
        self._connection.execute(
            select(person.c.id).where(person.c.id == value.person_id).with_for_update(key_share=True)
        )
        latest = self._connection.execute(
            select(func.max(session_join.c.at)).where(
                session_join.c.session_id == value.session_id, session_join.c.person_id == value.person_id
            )
        ).scalar_one()
        if latest is not None and value.at - latest < within:
            return False
        self._connection.execute(insert(session_join), asdict(value))
        return True

    def of_session(self, session_id: str) -> list[Join]:
        """Every join of a session, in order of time."""
        query = select(session_join).where(session_join.c.session_id == session_id)
        rows = self._connection.execute(query.order_by(session_join.c.at, session_join.c.person_id))
        return [Join(**{**row, "role": CourseRole(row["role"])}) for row in rows.mappings()]

    def counts(self, session_ids: Collection[str], course_id: str) -> dict[str, int]:
        """In how many of the sessions each person took part for a course; who joined none is left out."""
        query = (
            select(session_join.c.person_id, func.count(session_join.c.session_id.distinct()))
            .where(session_join.c.session_id.in_(sorted(session_ids)), session_join.c.course_id == course_id)
            .group_by(session_join.c.person_id)
        )
        return dict(self._connection.execute(query).all())

    def prune(self, before: datetime) -> int:
        """Delete joins that are older; how many."""
        return self._connection.execute(delete(session_join).where(session_join.c.at < before)).rowcount
