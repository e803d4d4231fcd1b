"""Small builders for named people at named universities, written straight through the tables.

    belgrade = build.site("Belgrade")
    course = build.course(belgrade, "Intercultural Communication", teachers=[build.person("Mira Jovanović")])

They go past the services on purpose: a test of one service must not need the others to be right.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert

from coil_bridge.domain import (
    Answer,
    CoilPhase,
    Course,
    CourseRole,
    Institution,
    JointSession,
    Model,
    PairedCourse,
    Pairing,
    PairingState,
    Person,
    Phase,
    Pilot,
    Role,
    SessionState,
    Site,
    SiteState,
)
from coil_bridge.storage.courses import searchable
from coil_bridge.storage.engine import writing
from coil_bridge.storage.people import EMAIL, MOODLE, Identity
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.storage.tables import course as course_table
from coil_bridge.storage.tables import (
    joint_session,
    pairing,
    pairing_course,
    phase,
    pilot,
)
from coil_bridge.vault import Vault, new_id

# Autumn 2026: Belgrade leaves summer time on 25 October; Almaty and Shanghai never change.
START = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)

UNIVERSITIES = {
    "Belgrade": Institution(
        "", "University of Belgrade", "UB", "Belgrade", "RS", None, "Europe/Belgrade", time(8), time(20)
    ),
    "Almaty": Institution(
        "", "Almaty Institute of Languages", "AIL", "Almaty", "KZ", None, "Asia/Almaty", time(9), time(19)
    ),
    "Shanghai": Institution(
        "", "Shanghai Normal College", "SNC", "Shanghai", "CN", None, "Asia/Shanghai", time(8), time(21)
    ),
    "Kraków": Institution(
        "", "Kraków School of Trade", "KST", "Kraków", "PL", None, "Europe/Warsaw", time(8), time(20)
    ),
}


class SettableClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def set(self, now: datetime) -> None:
        """Stand at another instant (aware)."""
        self.now = now.astimezone(UTC)

    def advance(self, **delta: float) -> None:
        """Go on by ``timedelta(**delta)``."""
        self.now += timedelta(**delta)


class Build:
    """Writes nouns into one storage and gives them back as domain values."""

    def __init__(self, storage: Storage, vault: Vault, clock: SettableClock) -> None:
        self.storage, self.vault, self.clock = storage, vault, clock
        self._numbers = itertools.count(101)
        self._open: Connection | None = None

    def institution(self, city: str = "Belgrade", **changes: Any) -> Institution:
        """A new institution in one of ``UNIVERSITIES``' cities."""
        value = replace(UNIVERSITIES[city], id=new_id(), **changes)
        with self._within() as tx:
            tx.sites.insert_institution(value)
        return value

    def site(
        self,
        city: str | Institution = "Belgrade",
        *,
        url: str = "",
        token: str = "0123456789abcdef",
        **changes: Any,
    ) -> Site:
        """A new active site of a city's university (made when it is not there) or of a given institution."""
        site_id = new_id()
        institution = city if isinstance(city, Institution) else self._institution_in(city)
        value = Site(
            id=site_id,
            institution=institution,
            name=f"{institution.short_name} Moodle",
            base_url=url.rstrip("/") or f"https://moodle-{site_id}.example.org",
            state=SiteState.ACTIVE,
            added_at=self.clock(),
            checked_at=None,
            readiness=None,
            last_ok_at=None,
            last_error=None,
            last_error_at=None,
            failures=0,
            retry_at=None,
            courses_synced_at=None,
        )
        value = replace(value, **changes)
        with self._within() as tx:
            tx.sites.insert(value, self.vault.encrypt(token))
        return value

    def course(
        self,
        site: Site | None = None,
        fullname: str = "Intercultural Communication",
        *,
        moodle_id: int | None = None,
        teachers: Iterable[Person] = (),
        students: Iterable[Person] = (),
        **changes: Any,
    ) -> Course:
        """A visible course, by default of a new site in Belgrade, with its people enrolled."""
        site = site or self.site()
        course_id, number = new_id(), moodle_id or next(self._numbers)
        row = {
            "id": course_id,
            "site_id": site.id,
            "moodle_id": number,
            "fullname": fullname,
            "shortname": f"C{number}",
            "summary": "",
            "starts_on": date(2026, 9, 28),
            "ends_on": date(2027, 1, 29),
            "visible": True,
            "synced_at": self.clock(),
            "search_text": searchable(f"{fullname} C{number}"),
        }
        self._insert(course_table, row | changes)
        for person in teachers:
            self.enrol(person, course_id)
        for person in students:
            self.enrol(person, course_id, CourseRole.STUDENT)
        with self._within() as tx:
            return tx.courses.many([course_id])[course_id]

    def person(
        self,
        name: str = "Mira Jovanović",
        *,
        email: str | None = "",
        language: str | None = None,
        zone: str | None = None,
        roles: Iterable[Role] = (),
        site: Site | None = None,
        moodle_user_id: int | None = None,
    ) -> Person:
        """A person; ``site``: has signed in from that Moodle; ``roles``: signs in by e-mail."""
        address = (
            f"{name.split(maxsplit=1)[0].lower()}-{next(self._numbers)}@example.org" if email == "" else email
        )
        value = Person(new_id(), name, address, language, zone, frozenset(roles))
        with self._within() as tx:
            tx.people.insert(value, self.clock())
            if site:
                number = moodle_user_id or next(self._numbers)
                tx.people.add_identity(value.id, Identity(MOODLE, site.id, str(number)))
            if roles and address:
                tx.people.add_identity(value.id, Identity(EMAIL, "", address.lower()))
        return value

    def administrator(self, name: str = "Ana Petrović") -> Person:
        """Somebody who runs the service."""
        return self.person(name, roles=[Role.ADMINISTRATOR])

    def lead(self, name: str = "Tomasz Zieliński") -> Person:
        """The evaluation lead."""
        return self.person(name, roles=[Role.EVALUATION_LEAD])

    def enrol(self, person: Person, course: Course | str, role: CourseRole = CourseRole.TEACHER) -> None:
        """Give a person a part in a course."""
        course_id = course if isinstance(course, str) else course.id
        with self._within() as tx:
            tx.courses.enrol(person.id, course_id, role, self.clock())

    def pilot(self, name: str = "Pilot 2026/27", **changes: Any) -> Pilot:
        """A pilot of one study year, with a sealed pseudonym key."""
        value = Pilot(
            id=new_id(),
            name=name,
            description="",
            starts_on=date(2026, 9, 1),
            ends_on=date(2027, 7, 31),
            suppression_threshold=10,
            key_destroyed_at=None,
            created_at=self.clock(),
        )
        value = replace(value, **changes)
        row = {name: getattr(value, name) for name in Pilot.__dataclass_fields__}
        sealed = None if value.key_destroyed_at else self.vault.encrypt("00" * 32)
        self._insert(pilot, row | {"key_encrypted": sealed})
        return value

    def phase(self, of: Pilot | None = None, name: str = "Autumn", **changes: Any) -> Phase:
        """A phase of a pilot, by default of a new one."""
        of = of or self.pilot()
        value = Phase(new_id(), of.id, of.name, name, date(2026, 9, 1), date(2027, 1, 31))
        value = replace(value, **changes)
        row = {name: getattr(value, name) for name in Phase.__dataclass_fields__ if name != "pilot_name"}
        self._insert(phase, row)
        return value

    def pairing(
        self,
        courses: Sequence[Course],
        *,
        proposed_by: Person,
        state: PairingState = PairingState.ACTIVE,
        **changes: Any,
    ) -> Pairing:
        """A pairing of these courses, the first one initiating; answers fit the state."""
        answer = {PairingState.PROPOSED: Answer.PENDING, PairingState.DECLINED: Answer.DECLINED}.get(
            state, Answer.ACCEPTED
        )
        paired = tuple(
            PairedCourse(value, position == 0, answer if position else Answer.ACCEPTED, None, None)
            for position, value in enumerate(courses)
        )
        value = Pairing(
            id=new_id(),
            title="Voices across borders",
            model=Model.COIL,
            phase=None,
            language="en",
            starts_on=date(2026, 10, 1),
            ends_on=date(2026, 12, 18),
            message="Shall we?",
            state=state,
            proposed_by=proposed_by.id,
            courses=paired,
            version=1,
            created_at=self.clock(),
            changed_at=self.clock(),
        )
        value = replace(value, **changes)
        self._insert(pairing, _pairing_row(value))
        for part in value.courses:
            self._insert(
                pairing_course,
                {
                    "pairing_id": value.id,
                    "course_id": part.course.id,
                    "initiating": part.initiating,
                    "answer": part.answer,
                },
            )
        return value

    def session(self, of: Pairing, created_by: Person, **changes: Any) -> JointSession:
        """A planned joint session: 27 October 2026, 14:00 in Belgrade (13:00 UTC, after the clock change)."""
        session_id = new_id()
        value = JointSession(
            id=session_id,
            pairing_id=of.id,
            series_id=None,
            uid=f"{session_id}@bridge.example.org",
            title="First meeting",
            phase=CoilPhase.TEAM_BUILDING,
            starts_local=datetime(2026, 10, 27, 14, 0),  # noqa: DTZ001 - wall time, its zone stands beside it
            zone="Europe/Belgrade",
            fold=0,
            starts_at=datetime(2026, 10, 27, 13, 0, tzinfo=UTC),
            minutes=60,
            room_url="https://meet.example.org/room",
            notes="",
            state=SessionState.PLANNED,
            sequence=0,
            version=1,
            created_by=created_by.id,
            created_at=self.clock(),
            changed_at=self.clock(),
        )
        value = replace(value, **changes)
        row = {name: getattr(value, name) for name in JointSession.__dataclass_fields__}
        self._insert(joint_session, row | {"idempotency_key": value.id, "position": 0})
        return value

    def _institution_in(self, city: str) -> Institution:
        with self._within() as tx:
            found = tx.sites.institution_by_name(UNIVERSITIES[city].name)
        return found or self.institution(city)

    def _insert(self, table: Table, row: dict[str, Any]) -> None:
        with self._connection() as connection:  # builders go past the queries on purpose
            connection.execute(insert(table), row)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is built in the block is one transaction, which takes a fraction of the time of many."""
        with writing(self.storage._engine) as self._open:
            yield
        self._open = None

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        if self._open is not None:
            yield self._open
            return
        with writing(self.storage._engine) as connection:
            yield connection

    @contextmanager
    def _within(self) -> Iterator[Transaction]:
        with self._connection() as connection:
            yield Transaction(connection)


def _pairing_row(value: Pairing) -> dict[str, Any]:
    names = Pairing.__dataclass_fields__.keys() - {"courses", "phase"}
    row = {name: getattr(value, name) for name in names}
    return row | {"phase_id": value.phase.id if value.phase else None, "idempotency_key": value.id}
