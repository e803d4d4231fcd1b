"""Courses whose teachers want participation as a grade, and what their gradebooks were told: the queries."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from coil_bridge.errors import Reason
from coil_bridge.storage.joining_tables import grading, sent_grade
from coil_bridge.storage.writes import insert_new, upsert


@dataclass(frozen=True, slots=True)
class Grading:
    """A course's wish; ``problem`` is why the last sending ended early."""

    pairing_id: str
    course_id: str
    set_by: str
    set_at: datetime
    sent_at: datetime | None
    problem: Reason | None


@dataclass(frozen=True, slots=True)
class SentGrade:
    """What a gradebook was told: ``joined`` of ``held`` sessions; not ``taken``: it grades no such person."""

    person_id: str
    joined: int
    held: int
    taken: bool


class Gradings:
    """Grading of participation, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def switch_on(self, pairing_id: str, course_id: str, by: str, at: datetime) -> bool:
        """Want grades; ``False`` when they were wanted already."""
        row = {"pairing_id": pairing_id, "course_id": course_id, "set_by": by, "set_at": at}
        return insert_new(self._connection, grading, row, key=("pairing_id", "course_id"))

    def switch_off(self, pairing_id: str, course_id: str) -> bool:
        """Want no grades any more; ``False`` when none were wanted. What Moodle has stays there."""
        return self._connection.execute(delete(grading).where(_of(pairing_id, course_id))).rowcount == 1

    def get(self, pairing_id: str, course_id: str) -> Grading | None:
        """A course's wish, if there is one."""
        row = self._connection.execute(select(grading).where(_of(pairing_id, course_id))).mappings()
        found = row.one_or_none()
        return Grading(**found) if found else None

    def all(self) -> list[Grading]:
        """Every wish."""
        query = select(grading).order_by(grading.c.pairing_id, grading.c.course_id)
        return [Grading(**row) for row in self._connection.execute(query).mappings()]

    def set_outcome(self, pairing_id: str, course_id: str, at: datetime, problem: Reason | None) -> None:
        """How the last sending ended."""
        self._connection.execute(
            update(grading).where(_of(pairing_id, course_id)).values(sent_at=at, problem=problem)
        )

    def sent(self, pairing_id: str, course_id: str) -> dict[str, SentGrade]:
        """What the gradebook was told last, by person."""
        query = select(
            sent_grade.c.person_id, sent_grade.c.joined, sent_grade.c.held, sent_grade.c.taken
        ).where(sent_grade.c.pairing_id == pairing_id, sent_grade.c.course_id == course_id)
        rows = self._connection.execute(query).mappings()
        return {row["person_id"]: SentGrade(**row) for row in rows}

    def set_sent(self, pairing_id: str, course_id: str, value: SentGrade) -> None:
        """Remember what was told of a student."""
        row = {"pairing_id": pairing_id, "course_id": course_id, **asdict(value)}
        upsert(self._connection, sent_grade, row, key=("pairing_id", "course_id", "person_id"))


def _of(pairing_id: str, course_id: str) -> ColumnElement[bool]:
    return (grading.c.pairing_id == pairing_id) & (grading.c.course_id == course_id)
