"""From where it is known who was in a session: what the board's lights and their records rest on.

Of each course it says from which kinds of record something is known of its students, never of how many.
What a Moodle tells counts as any other record; a teacher's word that somebody was there does too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from coil_bridge.domain import CourseRole, JointSession
from coil_bridge.evaluation.attendance import Override, PresenceSource, Verdict
from coil_bridge.services.piloting.presences import meeting_of, presences_in
from coil_bridge.storage.storage import Transaction


class KnownFrom(StrEnum):
    """Where it is known from that a student was in a session."""

    JOIN = PresenceSource.JOIN.value
    MOODLE = PresenceSource.MOODLE.value
    MOODLE_ROOM = PresenceSource.MOODLE_ROOM.value
    REGISTER = PresenceSource.REGISTER.value
    ROOM = PresenceSource.ROOM.value
    FILE = PresenceSource.FILE.value
    TEACHER = "teacher"


Known = Mapping[str, Mapping[str, frozenset[KnownFrom]]]
"""By session and by course; a course of whose students nothing is known is not in it."""


def known_of(tx: Transaction, pilot_id: str, sessions: Sequence[JointSession]) -> Known:
    """What is known of sessions of a pilot's pairings."""
    found: dict[str, dict[str, set[KnownFrom]]] = {each.id: {} for each in sessions}
    for session_id, course_id, source in _records(tx, pilot_id, sessions):
        found[session_id].setdefault(course_id, set()).add(source)
    return {
        session: {course: frozenset(sources) for course, sources in courses.items()}
        for session, courses in found.items()
    }


def _records(
    tx: Transaction, pilot_id: str, sessions: Sequence[JointSession]
) -> Iterable[tuple[str, str, KnownFrom]]:
    for presence in presences_in(tx, pilot_id, [meeting_of(each) for each in sessions]):
        yield presence.session_id, presence.course_id, KnownFrom(presence.source.value)
    for session in sessions:
        for join in tx.joins.of_session(session.id):
            if join.role is CourseRole.STUDENT:
                yield session.id, join.course_id, KnownFrom.JOIN
        for course_id in _said_present(tx.attendance.overrides(pilot_id, session.id)):
            yield session.id, course_id, KnownFrom.TEACHER


def _said_present(said: Iterable[Override]) -> set[str]:
    """The courses of students who were there by their teachers' last word."""
    latest = {(each.course_id, each.pseudonym): each for each in said}
    return {
        course
        for (course, _), each in latest.items()
        if each.verdict is Verdict.PRESENT or (each.verdict is Verdict.MINUTES and each.minutes)
    }
