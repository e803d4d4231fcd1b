"""When people can meet: the queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from coil_bridge.domain import Answer, CourseRole, SessionState
from coil_bridge.errors import Reason
from coil_bridge.storage.availability_tables import busy_calendar, busy_time, institution_hours, person_hours
from coil_bridge.storage.tables import course, enrolment, joint_session, pairing_course, site
from coil_bridge.storage.writes import upsert

Busy = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class StoredHours:
    """A week on the clock of ``zone``; an institution's has the institution's zone."""

    zone: str
    week: bytes
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class BusyCalendar:
    """A person's own calendar: its sealed address, and how reading it went."""

    person_id: str
    address: bytes = field(repr=False)
    zone: str
    added_at: datetime
    attempted_at: datetime | None
    read_at: datetime | None
    problem: Reason | None


class Availability:
    """Weekly hours and busy times, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # Weekly hours

    def institution_weeks(self, institution_ids: Collection[str]) -> dict[str, bytes]:
        """What institutions have said, by id; those that have said nothing are left out."""
        table = institution_hours
        query = select(table.c.institution_id, table.c.week).where(
            table.c.institution_id.in_(institution_ids)
        )
        return {row.institution_id: _week(row.week) for row in self._connection.execute(query)}

    def set_institution_week(self, institution_id: str, week: bytes, at: datetime) -> None:
        """Store an institution's week in place of the one before."""
        row = {"institution_id": institution_id, "week": _digits(week), "changed_at": at}
        upsert(self._connection, institution_hours, row, key=("institution_id",))

    def forget_institution_week(self, institution_id: str) -> bool:
        """Back to the usual hours of the day; whether there was a week."""
        where = institution_hours.c.institution_id == institution_id
        return self._connection.execute(delete(institution_hours).where(where)).rowcount > 0

    def person_weeks(self, person_ids: Collection[str]) -> dict[str, StoredHours]:
        """What people have said, by id; those that have said nothing are left out."""
        query = select(person_hours).where(person_hours.c.person_id.in_(person_ids))
        return {
            row.person_id: StoredHours(row.zone, _week(row.week), row.changed_at)
            for row in self._connection.execute(query)
        }

    def set_person_week(self, person_id: str, zone: str, week: bytes, at: datetime) -> None:
        """Store a person's week in place of the one before."""
        row = {"person_id": person_id, "zone": zone, "week": _digits(week), "changed_at": at}
        upsert(self._connection, person_hours, row, key=("person_id",))

    def forget_person_week(self, person_id: str) -> bool:
        """Whether there was a week to forget."""
        where = person_hours.c.person_id == person_id
        return self._connection.execute(delete(person_hours).where(where)).rowcount > 0

    # Calendars of people's own

    def calendar(self, person_id: str) -> BusyCalendar | None:
        """The calendar that a person has named."""
        query = select(busy_calendar).where(busy_calendar.c.person_id == person_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else BusyCalendar(*row)

    def set_calendar(self, person_id: str, address: bytes, zone: str, at: datetime) -> None:
        """Name another calendar; what was read of the one before is forgotten."""
        self.forget_calendar(person_id)
        row = {"person_id": person_id, "address_encrypted": address, "zone": zone, "added_at": at}
        self._connection.execute(insert(busy_calendar), row)

    def forget_calendar(self, person_id: str) -> bool:
        """Forget a calendar and all that was read of it; whether there was one."""
        self._connection.execute(delete(busy_time).where(busy_time.c.person_id == person_id))
        where = busy_calendar.c.person_id == person_id
        return self._connection.execute(delete(busy_calendar).where(where)).rowcount > 0

    def with_calendar(self, person_ids: Collection[str]) -> set[str]:
        """Who of these people has named a calendar."""
        query = select(busy_calendar.c.person_id).where(busy_calendar.c.person_id.in_(person_ids))
        return set(self._connection.execute(query).scalars())

    def calendars_to_read(self, attempted_before: datetime) -> list[str]:
        """Whose calendars have not been looked at since."""
        attempted = busy_calendar.c.attempted_at
        query = select(busy_calendar.c.person_id).where(
            or_(attempted.is_(None), attempted < attempted_before)
        )
        return list(self._connection.execute(query.order_by(busy_calendar.c.person_id)).scalars())

    def calendar_failed(self, person_id: str, address: bytes, problem: Reason, at: datetime) -> None:
        """Reading failed; what was read before stands. ``address`` as it was when reading began."""
        self._read(person_id, address, attempted_at=at, problem=problem)

    def calendar_read(self, person_id: str, address: bytes, busy: Iterable[Busy], at: datetime) -> None:
        """Store what was read in place of what was there, unless another calendar was named meanwhile."""
        if not self._read(person_id, address, attempted_at=at, read_at=at, problem=None):
            return
        self._connection.execute(delete(busy_time).where(busy_time.c.person_id == person_id))
        rows = [{"person_id": person_id, "starts_at": starts, "ends_at": ends} for starts, ends in busy]
        if rows:
            self._connection.execute(insert(busy_time), rows)

    def _read(self, person_id: str, address: bytes, **values: object) -> bool:
        same = busy_calendar.c.address_encrypted == address
        statement = update(busy_calendar).where(busy_calendar.c.person_id == person_id, same)
        return self._connection.execute(statement.values(**values)).rowcount == 1

    def busy_times(
        self, person_ids: Collection[str], first: datetime, last: datetime
    ) -> dict[str, list[Busy]]:
        """Busy times of people that touch a span, by person."""
        query = select(busy_time).where(
            busy_time.c.person_id.in_(person_ids), busy_time.c.starts_at < last, busy_time.c.ends_at > first
        )
        found: dict[str, list[Busy]] = {}
        for row in self._connection.execute(query.order_by(busy_time.c.starts_at)):
            found.setdefault(row.person_id, []).append((row.starts_at, row.ends_at))
        return found

    # What follows from courses

    def teaches_at(self, person_id: str) -> list[str]:
        """The institutions at which a person teaches a course."""
        query = (
            select(site.c.institution_id)
            .join(course, course.c.site_id == site.c.id)
            .join(enrolment, enrolment.c.course_id == course.c.id)
            .where(enrolment.c.person_id == person_id, enrolment.c.role == CourseRole.TEACHER)
        )
        return list(self._connection.execute(query.distinct().order_by(site.c.institution_id)).scalars())

    def busy_with_sessions(
        self, person_ids: Collection[str], first: datetime, last: datetime
    ) -> dict[str, list[Busy]]:
        """Planned sessions that begin in a span, of every pairing in which a person teaches, by person."""
        table = joint_session
        query = (
            select(enrolment.c.person_id, table.c.starts_at, table.c.minutes)
            .join(pairing_course, pairing_course.c.course_id == enrolment.c.course_id)
            .join(table, table.c.pairing_id == pairing_course.c.pairing_id)
            .where(
                enrolment.c.person_id.in_(person_ids),
                enrolment.c.role == CourseRole.TEACHER,
                pairing_course.c.answer != Answer.DECLINED,
                table.c.state == SessionState.PLANNED,
                table.c.starts_at >= first,
                table.c.starts_at < last,
            )
        )
        found: dict[str, list[Busy]] = {}
        for row in self._connection.execute(query.distinct().order_by(table.c.starts_at)):
            ends_at = row.starts_at + timedelta(minutes=row.minutes)
            found.setdefault(row.person_id, []).append((row.starts_at, ends_at))
        return found


def _digits(week: bytes) -> str:
    return "".join(map(str, week))


def _week(digits: str) -> bytes:
    return bytes(map(int, digits))
