"""What stands of ours in the calendars of partners' Moodles: the queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, or_, select, update

from coil_bridge.domain import Answer, PairingState, SessionState
from coil_bridge.errors import Reason
from coil_bridge.storage.moodle_calendar_tables import moodle_calendar, moodle_event
from coil_bridge.storage.tables import course, joint_session, pairing, pairing_course
from coil_bridge.storage.writes import insert_new, upsert_all


@dataclass(frozen=True, slots=True)
class KeptCalendar:
    """How it stands with one course's calendar."""

    course_id: str
    due_at: datetime | None
    looked_at: datetime | None
    failures: int
    problem: Reason | None


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """A session's event as we last left it; without ``event_id`` there is none, or it is being created."""

    session_id: str
    event_id: int | None
    content: str | None
    creating_until: datetime | None


class MoodleCalendars:
    """Calendars of courses and our events in them, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # Calendars

    def ask(self, course_ids: Collection[str], at: datetime) -> None:
        """Have the calendars of these courses looked after, now."""
        wanted = sorted(course_ids)
        asked = (
            update(moodle_calendar)
            .where(moodle_calendar.c.course_id.in_(wanted))
            .values(due_at=at, asked=moodle_calendar.c.asked + 1)
        )
        if self._connection.execute(asked).rowcount < len(wanted):
            for each in wanted:
                row = {"course_id": each, "due_at": at, "asked": 0}
                insert_new(self._connection, moodle_calendar, row, key=("course_id",))

    def due(self, now: datetime) -> list[tuple[str, str]]:
        """Courses to be looked after, and their sites, the longest due first."""
        free = or_(moodle_calendar.c.claimed_until.is_(None), moodle_calendar.c.claimed_until < now)
        query = (
            select(moodle_calendar.c.course_id, course.c.site_id)
            .join(course, course.c.id == moodle_calendar.c.course_id)
            .where(moodle_calendar.c.due_at <= now, free)
            .order_by(moodle_calendar.c.due_at, moodle_calendar.c.course_id)
        )
        return [(row.course_id, row.site_id) for row in self._connection.execute(query)]

    def claim(self, course_id: str, worker: str, now: datetime, until: datetime) -> int | None:
        """Take a course's calendar; how often it was asked for by now, or None when somebody else has it."""
        free = or_(moodle_calendar.c.claimed_until.is_(None), moodle_calendar.c.claimed_until < now)
        done = self._connection.execute(
            update(moodle_calendar)
            .where(moodle_calendar.c.course_id == course_id, free)
            .values(claimed_by=worker, claimed_until=until)
        )
        if done.rowcount != 1:
            return None
        query = select(moodle_calendar.c.asked).where(moodle_calendar.c.course_id == course_id)
        asked: int = self._connection.execute(query).scalar_one()
        return asked

    def hold(self, course_id: str, worker: str, until: datetime) -> bool:
        """Keep the claim longer; False when it has gone to somebody else."""
        done = self._connection.execute(
            update(moodle_calendar)
            .where(moodle_calendar.c.course_id == course_id, moodle_calendar.c.claimed_by == worker)
            .values(claimed_until=until)
        )
        return done.rowcount == 1

    def settle(
        self, course_id: str, worker: str, *, asked: int, at: datetime, due_at: datetime | None
    ) -> None:
        """Looked after; next at ``due_at``, or at once when it was asked for in the meantime."""
        later = case((moodle_calendar.c.asked == asked, due_at), else_=moodle_calendar.c.due_at)
        values = {"due_at": later, "failures": 0, "looked_at": at, "problem": None}
        self._release(course_id, worker, values)

    def fail(self, course_id: str, worker: str, *, due_at: datetime, problem: Reason, counts: bool) -> None:
        """It did not work; next at ``due_at``."""
        failures = moodle_calendar.c.failures + (1 if counts else 0)
        self._release(course_id, worker, {"due_at": due_at, "failures": failures, "problem": problem})

    def drop(self, course_id: str, worker: str) -> None:
        """There is nothing to look after any more, nor anywhere to ask."""
        self._release(course_id, worker, {"due_at": None, "problem": None})

    def standing(self, course_ids: Iterable[str]) -> Mapping[str, KeptCalendar]:
        """How it stands with these courses' calendars, as far as they were ever looked after."""
        names = KeptCalendar.__dataclass_fields__
        query = select(*(moodle_calendar.c[name] for name in names)).where(
            moodle_calendar.c.course_id.in_(sorted(course_ids))
        )
        return {row["course_id"]: KeptCalendar(**row) for row in self._connection.execute(query).mappings()}

    def courses_with_sessions(self, states: Collection[PairingState], since: datetime) -> list[str]:
        """Courses of pairings in these states with planned sessions that start at ``since`` or later."""
        query = (
            select(pairing_course.c.course_id)
            .join(pairing, pairing.c.id == pairing_course.c.pairing_id)
            .join(joint_session, joint_session.c.pairing_id == pairing.c.id)
            .where(
                pairing.c.state.in_(sorted(states)),
                pairing_course.c.answer != Answer.DECLINED,
                joint_session.c.state == SessionState.PLANNED,
                joint_session.c.starts_at >= since,
            )
            .distinct()
            .order_by(pairing_course.c.course_id)
        )
        return list(self._connection.execute(query).scalars())

    def pairings(self, course_id: str, states: Collection[PairingState]) -> list[str]:
        """Pairings in these states that the course is part of; ids."""
        query = (
            select(pairing_course.c.pairing_id)
            .join(pairing, pairing.c.id == pairing_course.c.pairing_id)
            .where(
                pairing_course.c.course_id == course_id,
                pairing_course.c.answer != Answer.DECLINED,
                pairing.c.state.in_(sorted(states)),
            )
            .order_by(pairing_course.c.pairing_id)
        )
        return list(self._connection.execute(query).scalars())

    # Events

    def events(self, course_id: str, ended_before: datetime) -> list[KeptEvent]:
        """Our events in a course's calendar, without those of sessions that began before an instant."""
        names = KeptEvent.__dataclass_fields__
        query = (
            select(*(moodle_event.c[name] for name in names))
            .join(joint_session, joint_session.c.id == moodle_event.c.session_id)
            .where(moodle_event.c.course_id == course_id, joint_session.c.starts_at >= ended_before)
            .order_by(moodle_event.c.session_id)
        )
        return [KeptEvent(**row) for row in self._connection.execute(query).mappings()]

    def begin(self, course_id: str, session_ids: Collection[str], until: datetime) -> None:
        """Write down that events are about to be created."""
        rows = [{"session_id": each, "course_id": course_id, "creating_until": until} for each in session_ids]
        upsert_all(self._connection, moodle_event, rows, key=("session_id", "course_id"))

    def keep(self, course_id: str, session_id: str, event_id: int, content: str) -> None:
        """Write down which event it is and what stands in it."""
        row: dict[str, Any] = {
            "session_id": session_id,
            "course_id": course_id,
            "event_id": event_id,
            "content": content,
            "creating_until": None,
        }
        upsert_all(self._connection, moodle_event, [row], key=("session_id", "course_id"))

    def forget(self, course_id: str, session_ids: Collection[str]) -> None:
        """There is no event of these sessions, for certain."""
        self._connection.execute(
            delete(moodle_event).where(
                moodle_event.c.course_id == course_id, moodle_event.c.session_id.in_(sorted(session_ids))
            )
        )

    def _release(self, course_id: str, worker: str, values: Mapping[str, Any]) -> None:
        mine = and_(moodle_calendar.c.course_id == course_id, moodle_calendar.c.claimed_by == worker)
        self._connection.execute(
            update(moodle_calendar).where(mine).values(claimed_by=None, claimed_until=None, **values)
        )
