"""Who was a teacher in the latest launch from a course: the queries."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from coil_bridge.storage.launch_tables import launched_teacher
from coil_bridge.storage.writes import insert_new


class LaunchParts:
    """The parts of latest launches, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_teacher(self, person_id: str, course_id: str) -> None:
        """The launch that is under way is a teacher's."""
        row = {"course_id": course_id, "person_id": person_id}
        insert_new(self._connection, launched_teacher, row, key=tuple(row))

    def forget_teacher(self, person_id: str, course_id: str) -> None:
        """The launch that is under way is not a teacher's any more."""
        here = (launched_teacher.c.course_id == course_id) & (launched_teacher.c.person_id == person_id)
        self._connection.execute(delete(launched_teacher).where(here))

    def teachers(self, course_id: str) -> set[str]:
        """Persons whose latest launch from a course was a teacher's."""
        query = select(launched_teacher.c.person_id).where(launched_teacher.c.course_id == course_id)
        return set(self._connection.execute(query).scalars())
