"""Pairings, their courses, and who belongs to them: the queries.

A course that declined (or whose invitation was withdrawn) keeps its row: the answer stays on record. It
is not part of the pairing any more, and every question about people here leaves it out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, func, insert, select, update

from coil_bridge.domain import (
    Answer,
    CourseRole,
    Model,
    PairedCourse,
    Pairing,
    PairingState,
    Phase,
)
from coil_bridge.storage.courses import read_course, select_courses
from coil_bridge.storage.tables import course, enrolment, institution, pairing, pairing_course, phase, pilot
from coil_bridge.storage.writes import insert_new

_PAIRINGS = (
    select(pairing, phase, pilot.c.name)
    .outerjoin(phase, phase.c.id == pairing.c.phase_id)
    .outerjoin(pilot, pilot.c.id == phase.c.pilot_id)
    .order_by(pairing.c.created_at.desc(), pairing.c.id)
)
_BY_ID = _PAIRINGS.where(pairing.c.id == bindparam("pairing_id"))
_THEIR_COURSES = (
    select_courses(*pairing_course.c)
    .join(pairing_course, pairing_course.c.course_id == course.c.id)
    .where(pairing_course.c.pairing_id.in_(bindparam("pairing_ids", expanding=True)))
    .order_by(pairing_course.c.initiating.desc(), institution.c.short_name, course.c.id)
)


class Pairings:
    """Pairings and their courses, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # Reading

    def get(self, pairing_id: str) -> Pairing | None:
        """The pairing as it stands."""
        return _only(self._load(_BY_ID, pairing_id=pairing_id))

    def locked(self, pairing_id: str) -> Pairing | None:
        """The pairing, and nobody else changes it or its sessions until this transaction ends.

        The lock is taken by a statement of its own: PostgreSQL's next statement then sees what the one
        who held the lock before has written. SQLite's write transactions are alone anyway.
        """
        self._connection.execute(select(pairing.c.id).where(pairing.c.id == pairing_id).with_for_update())
        return self.get(pairing_id)

    def by_key(self, person_id: str, idempotency_key: str) -> Pairing | None:
        """What this person has proposed with this form before."""
        return _only(
            self._load(
                _PAIRINGS.where(
                    pairing.c.proposed_by == person_id, pairing.c.idempotency_key == idempotency_key
                )
            )
        )

    def all(self) -> list[Pairing]:
        """Every pairing, the newest first."""
        return self._load(_PAIRINGS)

    def of_person(self, person_id: str) -> list[Pairing]:
        """Pairings of every course that the person teaches or attends, the newest first."""
        theirs = (
            select(pairing_course.c.pairing_id)
            .join(enrolment, enrolment.c.course_id == pairing_course.c.course_id)
            .where(enrolment.c.person_id == person_id)
        )
        return self._load(_PAIRINGS.where(pairing.c.id.in_(theirs)))

    def in_states(self, states: Collection[PairingState]) -> list[Pairing]:
        """Pairings that are in one of the states."""
        return self._load(_PAIRINGS.where(pairing.c.state.in_(sorted(states))))

    def between(
        self, course_id: str, partner_ids: Collection[str], states: Collection[PairingState]
    ) -> list[Pairing]:
        """Pairings in these states in which the course is together with one of the partners."""
        own, other = pairing_course.alias(), pairing_course.alias()
        together = (
            select(own.c.pairing_id)
            .join(other, other.c.pairing_id == own.c.pairing_id)
            .where(
                own.c.course_id == course_id,
                other.c.course_id.in_(sorted(partner_ids)),
                own.c.answer != Answer.DECLINED,
                other.c.answer != Answer.DECLINED,
            )
        )
        return self._load(_PAIRINGS.where(pairing.c.id.in_(together), pairing.c.state.in_(sorted(states))))

    def roles(self, person_id: str, pairing_id: str) -> dict[str, CourseRole]:
        """The person's part in each course of the pairing, declined ones included, by course."""
        rows = self._connection.execute(
            select(enrolment.c.course_id, enrolment.c.role)
            .join(pairing_course, pairing_course.c.course_id == enrolment.c.course_id)
            .where(pairing_course.c.pairing_id == pairing_id, enrolment.c.person_id == person_id)
        )
        return {row.course_id: CourseRole(row.role) for row in rows}

    def people(self, course_ids: Collection[str], roles: Collection[CourseRole]) -> list[str]:
        """Who is known to have one of these parts in one of these courses; persons by id."""
        rows = self._connection.execute(
            select(enrolment.c.person_id)
            .where(enrolment.c.course_id.in_(sorted(course_ids)), enrolment.c.role.in_(sorted(roles)))
            .distinct()
            .order_by(enrolment.c.person_id)
        )
        return [row.person_id for row in rows]

    def phase(self, phase_id: str) -> Phase | None:
        """A phase of a pilot."""
        row = (
            self._connection.execute(
                select(phase, pilot.c.name)
                .join(pilot, pilot.c.id == phase.c.pilot_id)
                .where(phase.c.id == phase_id)
            )
            .mappings()
            .first()
        )
        return _phase(row) if row else None

    # Writing

    def lock_courses(self, course_ids: Collection[str]) -> None:
        """Let proposals that share a course come one after the other, each seeing the one before."""
        self._connection.execute(
            select(course.c.id)
            .where(course.c.id.in_(sorted(course_ids)))
            .order_by(course.c.id)
            .with_for_update(key_share=True)
        )

    def proposed_since(self, person_id: str, since: datetime) -> tuple[int, int]:
        """How many pairings a person has proposed since then, and how many courses were invited to them."""
        query = (
            select(func.count(pairing.c.id.distinct()), func.count(pairing_course.c.course_id))
            .join(pairing_course, pairing_course.c.pairing_id == pairing.c.id)
            .where(
                pairing.c.proposed_by == person_id,
                pairing.c.created_at > since,
                pairing_course.c.initiating.is_(False),
            )
        )
        proposals, courses = self._connection.execute(query).one()
        return proposals, courses

    def insert(self, value: Pairing, idempotency_key: str) -> bool:
        """Store a new pairing with its courses; False when this form has been stored before."""
        row = {
            "id": value.id,
            "phase_id": value.phase.id if value.phase else None,
            "title": value.title,
            "model": value.model,
            "language": value.language,
            "starts_on": value.starts_on,
            "ends_on": value.ends_on,
            "message": value.message,
            "state": value.state,
            "proposed_by": value.proposed_by,
            "idempotency_key": idempotency_key,
            "version": value.version,
            "created_at": value.created_at,
            "changed_at": value.changed_at,
        }
        if not insert_new(self._connection, pairing, row, key=("proposed_by", "idempotency_key")):
            return False
        self._connection.execute(
            insert(pairing_course), [_paired_row(value.id, each) for each in value.courses]
        )
        return True

    def set_state(self, pairing_id: str, state: PairingState, at: datetime) -> None:
        """Move the pairing to a state."""
        self._change(pairing_id, at, state=state)

    def set_end(self, pairing_id: str, ends_on: date, at: datetime) -> None:
        """Move the last day."""
        self._change(pairing_id, at, ends_on=ends_on)

    def set_phase(self, pairing_id: str, phase_id: str | None, at: datetime) -> None:
        """Assign the pairing to a phase of a pilot, or to none."""
        self._change(pairing_id, at, phase_id=phase_id)

    def set_answer(self, pairing_id: str, course_id: str, answer: Answer, by: str, at: datetime) -> None:
        """Keep what was answered for an invited course, by whom and when."""
        self._connection.execute(
            update(pairing_course)
            .where(pairing_course.c.pairing_id == pairing_id, pairing_course.c.course_id == course_id)
            .values(answer=answer, answered_by=by or None, answered_at=at)
        )

    def _change(self, pairing_id: str, at: datetime, **values: Any) -> None:
        self._connection.execute(
            update(pairing)
            .where(pairing.c.id == pairing_id)
            .values(version=pairing.c.version + 1, changed_at=at, **values)
        )

    def _load(self, statement: Select[Any], **asked: str) -> list[Pairing]:
        rows = self._connection.execute(statement, asked).mappings().all()
        courses = self._courses([row[pairing.c.id] for row in rows])
        return [_pairing(row, courses[row[pairing.c.id]]) for row in rows]

    def _courses(self, pairing_ids: Iterable[str]) -> dict[str, list[PairedCourse]]:
        found: dict[str, list[PairedCourse]] = {pairing_id: [] for pairing_id in pairing_ids}
        if not found:
            return found
        for row in self._connection.execute(_THEIR_COURSES, {"pairing_ids": list(found)}).mappings():
            found[row["pairing_id"]].append(_paired_course(row))
        return found


def _only(found: Sequence[Pairing]) -> Pairing | None:
    return found[0] if found else None


def _pairing(row: RowMapping, courses: Sequence[PairedCourse]) -> Pairing:
    return Pairing(
        id=row[pairing.c.id],
        title=row[pairing.c.title],
        model=Model(row[pairing.c.model]),
        phase=_phase(row) if row[phase.c.id] else None,
        language=row[pairing.c.language],
        starts_on=row[pairing.c.starts_on],
        ends_on=row[pairing.c.ends_on],
        message=row[pairing.c.message],
        state=PairingState(row[pairing.c.state]),
        proposed_by=row[pairing.c.proposed_by],
        courses=tuple(courses),
        version=row[pairing.c.version],
        created_at=row[pairing.c.created_at],
        changed_at=row[pairing.c.changed_at],
    )


def _phase(row: RowMapping) -> Phase:
    return Phase(
        id=row[phase.c.id],
        pilot_id=row[phase.c.pilot_id],
        pilot_name=row[pilot.c.name],
        name=row[phase.c.name],
        starts_on=row[phase.c.starts_on],
        ends_on=row[phase.c.ends_on],
    )


def _paired_course(row: RowMapping) -> PairedCourse:
    return PairedCourse(
        course=read_course(row),
        initiating=row["initiating"],
        answer=Answer(row["answer"]),
        answered_by=row["answered_by"],
        answered_at=row["answered_at"],
    )


def _paired_row(pairing_id: str, value: PairedCourse) -> dict[str, Any]:
    return {
        "pairing_id": pairing_id,
        "course_id": value.course.id,
        "initiating": value.initiating,
        "answer": value.answer,
        "answered_by": value.answered_by,
        "answered_at": value.answered_at,
    }
