"""What a course's own people see of its pairings: the joint sessions, and who works together.

These are the pages behind the links in a Moodle course. They show the pairings of exactly that course.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from coil_bridge.domain import Course, CourseRole, JointSession, Pairing, PairingState, Person, SessionState
from coil_bridge.errors import NotFound
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.access import Access, access_to, partners
from coil_bridge.services.agreed.pairing_states import AGREED
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.context import Clock
from coil_bridge.services.pairing.pairing_views import shown
from coil_bridge.services.sessions.joint_sessions import UpcomingSession
from coil_bridge.storage.storage import Storage, Transaction

_SHOWN = AGREED | {PairingState.PROPOSED}
_WORKING = AGREED - {PairingState.CANCELLED}


@dataclass(frozen=True, slots=True)
class CourseView:
    """A course, the person's part in it, its pairings (newest first) and their sessions in order of time."""

    course: Course
    part: CourseRole
    pairings: tuple[Pairing, ...]
    sessions: tuple[UpcomingSession, ...]


@dataclass(frozen=True, slots=True)
class TeamCourse:
    """A course of a team and the names of those who teach it, as far as we know them."""

    course: Course
    teachers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """Those who work together in one pairing."""

    pairing: Pairing
    courses: tuple[TeamCourse, ...]


class CourseViews:
    """Shows one course's pairings to its own people."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def sessions(self, actor: Person, course_id: str) -> CourseView:
        """Every joint session of a course, over and cancelled ones included.

        Raises:
            NotFound: the person has no part in such a course.
        """
        with self._storage.read() as tx:
            course, part = _own(tx, actor, course_id)
            found = _accesses(tx, actor, course_id)
            sessions = [
                UpcomingSession(session, shown(access))
                for access in found
                if access.sees_sessions
                for session in tx.sessions.of_pairing(access.pairing.id)
            ]
        in_order = sorted(sessions, key=lambda each: (each.session.starts_at, each.session.id))
        return CourseView(course, part, tuple(shown(each) for each in found), tuple(in_order))

    def next(self, actor: Person, course_id: str) -> UpcomingSession | None:
        """The session that is on or comes next; raises as ``sessions``."""
        return _next(self.sessions(actor, course_id).sessions, self._clock())

    def teams(self, actor: Person, course_id: str) -> tuple[Course, tuple[Team, ...]]:
        """The course, and who works together with it since the teachers have agreed.

        Raises:
            NotFound: as ``sessions``.
        """
        with self._storage.read() as tx:
            course, _ = _own(tx, actor, course_id)
            found = [each for each in _accesses(tx, actor, course_id) if each.pairing.state in _WORKING]
            return course, tuple(_team(tx, access) for access in found)


def _own(tx: Transaction, actor: Person, course_id: str) -> tuple[Course, CourseRole]:
    course = tx.courses.get(course_id)
    part = actor.part(course_id, tx.courses.role_in(actor.id, course_id)) if course else None
    if course is None or part is None:
        raise NotFound(mark("There is no such course."))
    return course, part


def _accesses(tx: Transaction, actor: Person, course_id: str) -> list[Access]:
    found = [tx.pairings.get(pairing_id) for pairing_id, _ in tx.lti_courses.pairings_of(course_id, _SHOWN)]
    accesses = [access_to(tx, actor, pairing) for pairing in found if pairing]
    return [each for each in accesses if each.takes_part and each.visible]


def _next(sessions: Iterable[UpcomingSession], now: datetime) -> UpcomingSession | None:
    return next((each for each in sessions if _lies_ahead(each.session, now)), None)


def _lies_ahead(session: JointSession, now: datetime) -> bool:
    return session.state is SessionState.PLANNED and ends_at(session) > now


def _team(tx: Transaction, access: Access) -> Team:
    courses = [
        TeamCourse(each.course, tuple(teacher.name for teacher in tx.courses.people(each.course.id)))
        for each in partners(access.pairing)
    ]
    return Team(shown(access), tuple(courses))
