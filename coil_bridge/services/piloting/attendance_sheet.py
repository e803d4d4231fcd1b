"""A session's attendance as a teacher sees and corrects it: the own course's own students.

Names are of students who have come to COIL Bridge themselves; of the others it has never heard a name, so
they are a number, and Moodle's own list of participants has them. A partner's students are nobody's
business here: not their names, and not their number either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from coil_bridge.domain import Course, CourseRole, JointSession, Pairing, Person
from coil_bridge.errors import Conflict, Forbidden, InvalidInput, NotFound
from coil_bridge.evaluation.attendance import (
    Attended,
    Override,
    Presence,
    PresenceSource,
    Verdict,
    attended,
    minute_of,
)
from coil_bridge.evaluation.facts import Rules
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.agreed.access import Access, pairing_access
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.presences import meeting_of, presences_in
from coil_bridge.storage.people import MOODLE
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault

_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One student; ``sources`` say where it is known from.

    ``reason``: why a teacher corrected it, ``corrected_by`` whom and ``corrected_at`` when (UTC).
    """

    person: Person
    attended: Attended
    sources: tuple[PresenceSource, ...]
    reason: str = ""
    corrected_by: str = ""
    corrected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CourseSheet:
    """One own course: its students by name, and how many others were there without one."""

    course: Course
    lines: tuple[Line, ...]
    nameless: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A session's attendance; ``correctable`` where the pairing counts to a pilot whose key is there.

    ``recorded``: something is known of somebody; otherwise nobody can say who came.
    """

    session: JointSession
    pairing: Pairing
    courses: tuple[CourseSheet, ...]
    rules: Rules
    correctable: bool
    begun: bool
    recorded: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """What a teacher says of one student's attendance."""

    course_id: str
    person_id: str
    verdict: str
    minutes: int | None
    reason: str


class AttendanceSheets:
    """Shows and corrects attendance."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault

    def get(self, actor: Person, session_id: str) -> Sheet:
        """A session's attendance.

        Raises:
            NotFound: no such session for this person.
            Forbidden: the person teaches none of its courses.
        """
        with self._storage.read() as tx:
            session, access = _session(tx, actor, session_id)
            pilot_id, names = self._pilot(tx, access.pairing)
            rules = tx.evidence.rules(pilot_id) if pilot_id else Rules()
            recorded = _recorded(tx, session, pilot_id)
            courses = tuple(
                _course_sheet(tx, session, each.course, pilot_id=pilot_id, names=names, rules=rules)
                for each in access.teaching
            )
        begun = session.starts_at <= self._clock()
        correctable = names is not None and begun
        return Sheet(session, access.pairing, courses, rules, correctable, begun, recorded)

    def correct(self, actor: Person, session_id: str, said: Correction) -> None:
        """Take down a teacher's word on one student; the record it corrects stays as it was.

        Raises:
            NotFound, Forbidden: as ``get``; also where the student is none of the course.
            InvalidInput: reasons by field.
            Conflict: the pairing counts to no pilot, or the session has not begun.
        """
        verdict = _check(said)
        now = self._clock()
        with self._storage.write() as tx:
            session, access = _session(tx, actor, session_id)
            course = next((e.course for e in access.teaching if e.course.id == said.course_id), None)
            student = next(
                (p for p in tx.courses.people(said.course_id, CourseRole.STUDENT) if p.id == said.person_id),
                None,
            )
            if course is None or student is None:
                raise NotFound(mark("There is no such student in your course."))
            pilot_id, names = self._pilot(tx, access.pairing)
            if pilot_id is None or names is None or session.starts_at > now:
                raise Conflict(mark("Attendance can be corrected once the session has begun, in a pilot."))
            pseudonym = _pseudonyms(tx, names, course, [student]).get(student.id)
            if pseudonym is None:
                raise NotFound(mark("There is no such student in your course."))
            minutes = said.minutes if verdict is Verdict.MINUTES else None
            reason = said.reason.strip()
            tx.attendance.add_override(
                pilot_id,
                Override(session_id, course.id, pseudonym, verdict, minutes, reason, actor.id, now),
            )
            audit.record(
                tx,
                now,
                actor,
                ("session", session_id),
                "attendance_corrected",
                title=session.title,
                course=course.fullname,
                verdict=verdict.value,
                minutes=minutes,
            )

    def _pilot(self, tx: Transaction, pairing: Pairing) -> tuple[str | None, Pseudonymiser | None]:
        pilot_id = pairing.phase.pilot_id if pairing.phase else None
        sealed = tx.pilots.sealed_key(pilot_id) if pilot_id else None
        return pilot_id, Pseudonymiser(self._vault.decrypt(sealed)) if sealed else None


def _session(tx: Transaction, actor: Person, session_id: str) -> tuple[JointSession, Access]:
    session = tx.sessions.get(session_id)
    if session is None:
        raise NotFound(mark("There is no such session."))
    access = pairing_access(tx, actor, session.pairing_id)
    if not access.teaching:
        raise Forbidden(mark("Only the teachers of this pairing's courses can do this."))
    return session, access


def _course_sheet(
    tx: Transaction,
    session: JointSession,
    course: Course,
    *,
    pilot_id: str | None,
    names: Pseudonymiser | None,
    rules: Rules,
) -> CourseSheet:
    students = tx.courses.people(course.id, CourseRole.STUDENT)
    who = _pseudonyms(tx, names, course, students) if names else {each.id: each.id for each in students}
    records = _records(tx, session, course, pilot_id, who)
    words = _words(tx, session, course, pilot_id)
    meeting = meeting_of(session)
    teachers = tx.people.many([each.set_by for each in words.values() if each.set_by])
    lines = [
        Line(
            person=student,
            attended=attended(meeting, records.get(name, ()), words.get(name), rules.presence_percent),
            sources=tuple(sorted({each.source for each in records.get(name, ())})),
            reason=word.reason if word else "",
            corrected_by=_teacher(teachers, word),
            corrected_at=word.set_at if word else None,
        )
        for student in students
        for name in [who.get(student.id, "")]
        for word in [words.get(name)]
    ]
    nameless = len(records.keys() - set(who.values()))
    return CourseSheet(course, tuple(lines), nameless)


def _recorded(tx: Transaction, session: JointSession, pilot_id: str | None) -> bool:
    """Whether anything is known of anybody, of whichever university."""
    joined = any(each.role is CourseRole.STUDENT for each in tx.joins.of_session(session.id))
    if joined or pilot_id is None:
        return joined
    said = tx.attendance.overrides(pilot_id, session.id)
    return bool(said or presences_in(tx, pilot_id, [meeting_of(session)]))


def _teacher(people: Mapping[str, Person], word: Override | None) -> str:
    """The name of who corrected; empty where nobody did, or the person is gone."""
    found = people.get(word.set_by or "") if word else None
    return found.name if found else ""


def _records(
    tx: Transaction,
    session: JointSession,
    course: Course,
    pilot_id: str | None,
    who: dict[str, str],
) -> dict[str, list[Presence]]:
    """What is known, by pseudonym: joins as they are pressed, and what was stored under pseudonyms."""
    found: dict[str, list[Presence]] = defaultdict(list)
    for join in tx.joins.of_session(session.id):
        if join.course_id == course.id and join.role is CourseRole.STUDENT and join.person_id in who:
            name = who[join.person_id]
            at = minute_of(join.at)
            found[name].append(Presence(session.id, course.id, name, at, None, PresenceSource.JOIN))
    if pilot_id:
        for each in presences_in(tx, pilot_id, [meeting_of(session)], course.id):
            if each not in found[each.pseudonym]:
                found[each.pseudonym].append(each)
    return {name: records for name, records in found.items() if records}


def _words(
    tx: Transaction, session: JointSession, course: Course, pilot_id: str | None
) -> dict[str, Override]:
    said = tx.attendance.overrides(pilot_id, session.id) if pilot_id else []
    latest = {each.pseudonym: each for each in said if each.course_id == course.id}
    return {name: each for name, each in latest.items() if each.verdict is not Verdict.RECORDED}


def _pseudonyms(
    tx: Transaction, names: Pseudonymiser, course: Course, people: Sequence[Person]
) -> dict[str, str]:
    ways = tx.people.identities([each.id for each in people])
    return {
        person_id: names.person(course.site_id, int(way.subject))
        for person_id, found in ways.items()
        for way in found
        if (way.kind, way.issuer) == (MOODLE, course.site_id) and way.subject.isdecimal()
    }


def _check(said: Correction) -> Verdict:
    problems: dict[str, list[str]] = {}
    verdict = next((each for each in Verdict if each.value == said.verdict), None)
    if verdict is None:
        problems["verdict"] = [mark("Choose one of the answers.")]
    if verdict is Verdict.MINUTES and (said.minutes is None or not 0 <= said.minutes <= 24 * 60):
        problems["minutes"] = [mark("Say how many minutes.")]
    if not said.reason.strip():
        problems["reason"] = [mark("Say why, so that others can follow it.")]
    elif len(said.reason) > _LONGEST_REASON:
        problems["reason"] = [mark("That is too long.")]
    if problems or verdict is None:
        raise InvalidInput(problems)
    return verdict
