"""What a teacher sees of the own course's students, and what a student sees of the own taking part.

The same numbers, by the same rules, as the evaluation has; a student sees what the teacher sees. Names are
of students who have come to COIL Bridge themselves, and only those of the own course. Nothing here is
suppressed, because nothing here is about anybody whom the reader does not know by right: a teacher sees the
own class in Moodle too, with more detail than here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from coil_bridge.domain import Course, CourseRole, PairedCourse, Pairing, Person
from coil_bridge.errors import Forbidden
from coil_bridge.evaluation.attendance import Attended, Meeting, Standing, by_person, contact_minutes
from coil_bridge.evaluation.facts import Rules
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import Part, PilotCourse
from coil_bridge.evaluation.weeks import local_day
from coil_bridge.evaluation.windows import Window, course_window, phase_windows
from coil_bridge.i18n import mark
from coil_bridge.services.access import pairing_access
from coil_bridge.services.attendance import pseudonyms
from coil_bridge.services.context import Clock
from coil_bridge.services.pilot_groups import EVALUATED
from coil_bridge.services.presences import presences_in
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault

QUIET_DAYS = 10
"""After so many days without anything a teacher is told."""
MISSED_SESSIONS = 2
"""Likewise after so many sessions in a row."""


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """One student in one pairing. ``contact`` and ``estimated`` are minutes; days are the institution's."""

    active_days: int
    last_active: date | None
    attended: int
    partly: int
    held: int
    missed_in_a_row: int
    contact: int
    estimated: int


@dataclass(frozen=True, slots=True)
class StudentLine:
    """One student of a teacher's course, and why the teacher might ask how it is going."""

    person: Person
    figures: OwnFigures
    quiet: bool
    missed: bool

    @property
    def lost(self) -> bool:
        """Whether somebody should ask."""
        return self.quiet or self.missed


@dataclass(frozen=True, slots=True)
class ClassView:
    """An own course in a pairing; ``nameless`` students have never been here."""

    course: Course
    lines: tuple[StudentLine, ...]
    nameless: int
    known_to: date | None  # the local day of the last complete reading


@dataclass(frozen=True, slots=True)
class OwnPairing:
    """A student's own taking part in one pairing; ``figures`` is ``None`` where nothing can be linked."""

    pairing: Pairing
    course: Course
    figures: OwnFigures | None


@dataclass(frozen=True, slots=True)
class OwnData:
    """All that is counted of a student, and whether the student objects."""

    pairings: tuple[OwnPairing, ...]
    objects_since: datetime | None


@dataclass(frozen=True, slots=True)
class _Read:
    """What is needed of one course of a pilot, read once for all its students."""

    rules: Rules
    days: Mapping[str, Sequence[int]]
    attendance: Mapping[tuple[str, str, str], Attended]
    meetings: Sequence[Meeting]
    window: Window


class OwnEvidence:
    """Teachers' and students' own views."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault

    def classes(self, actor: Person, pairing_id: str) -> tuple[Pairing, tuple[ClassView, ...]]:
        """The classes that the person teaches in a pairing; none where it counts to no pilot.

        Raises:
            NotFound: no such pairing for this person.
            Forbidden: the person teaches none of its courses.
        """
        with self._storage.read() as tx:
            access = pairing_access(tx, actor, pairing_id)
            if not access.teaching:
                raise Forbidden(mark("Only the teachers of this pairing's courses can do this."))
            found = [self._class(tx, access.pairing, each) for each in access.teaching]
        return access.pairing, tuple(each for each in found if each)

    def own(self, actor: Person) -> OwnData:
        """What is counted of the person as a student."""
        with self._storage.read() as tx:
            pairings = [
                OwnPairing(pairing, each.course, self._of(tx, pairing, each, actor))
                for pairing in tx.pairings.of_person(actor.id)
                if pairing.phase and pairing.state in EVALUATED
                for each in pairing_access(tx, actor, pairing.id).attending
            ]
            return OwnData(tuple(pairings), tx.evidence.objected(actor.id))

    def _class(self, tx: Transaction, pairing: Pairing, paired: PairedCourse) -> ClassView | None:
        course = _evaluated(tx, pairing, paired)
        names = self._names(tx, pairing)
        if course is None or names is None or pairing.phase is None:
            return None
        read = self._read(tx, pairing, course)
        students = tx.courses.people(course.course_id, CourseRole.STUDENT)
        wanted = [(each.id, course.course_id) for each in students]
        who = pseudonyms(tx, names, {course.course_id: course}, wanted)
        known = [each for each in students if (each.id, course.course_id) in who]
        pulled = tx.pulls.completed_at(pairing.phase.pilot_id).get((pairing.id, course.course_id))
        today = local_day(pulled, course.institution.zone) if pulled else None
        until = min(today, read.window[1]) if today else None
        lines = [_line(each, _figures(read, who[each.id, course.course_id]), until) for each in known]
        members = tx.activity.members(
            pairing.phase.pilot_id, pairing_id=pairing.id, course_id=course.course_id
        )
        others = {each.pseudonym for each in members if each.part is Part.STUDENT} - set(who.values())
        lines.sort(key=lambda line: (not line.lost, line.person.name))
        return ClassView(paired.course, tuple(lines), len(others), today)

    def _of(
        self, tx: Transaction, pairing: Pairing, paired: PairedCourse, person: Person
    ) -> OwnFigures | None:
        course, names = _evaluated(tx, pairing, paired), self._names(tx, pairing)
        if course is None or names is None:
            return None
        key = (person.id, course.course_id)
        name = pseudonyms(tx, names, {course.course_id: course}, [key]).get(key)
        return _figures(self._read(tx, pairing, course), name) if name else None

    def _names(self, tx: Transaction, pairing: Pairing) -> Pseudonymiser | None:
        sealed = tx.pilots.sealed_key(pairing.phase.pilot_id) if pairing.phase else None
        return Pseudonymiser(self._vault.decrypt(sealed)) if sealed else None

    def _read(self, tx: Transaction, pairing: Pairing, course: PilotCourse) -> _Read:
        now = self._clock()
        pilot_id = pairing.phase.pilot_id if pairing.phase else ""
        actors = tx.evidence.actors(pilot_id, pairing_id=pairing.id, course_id=course.course_id)
        rules = tx.evidence.rules(pilot_id)
        meetings = tx.attendance.meetings([pairing.id], now)
        ids = {each.id for each in meetings}
        presences = presences_in(tx, pilot_id, meetings, course.course_id)
        overrides = [each for each in tx.attendance.overrides(pilot_id) if each.session_id in ids]
        windows = phase_windows(tx.pilots.phases(pilot_id))
        today = local_day(now, course.institution.zone)
        return _Read(
            rules=rules,
            days=tx.evidence.days_of(pilot_id, {each.no: each.pseudonym for each in actors}),
            attendance=by_person(meetings, presences, overrides, rules.presence_percent),
            meetings=meetings,
            window=course_window(course, windows, today),
        )


def _evaluated(tx: Transaction, pairing: Pairing, paired: PairedCourse) -> PilotCourse | None:
    courses = tx.pilots.courses(pairing.phase.pilot_id, EVALUATED) if pairing.phase else []
    wanted = (pairing.id, paired.course.id)
    return next((each for each in courses if (each.pairing_id, each.course_id) == wanted), None)


def _figures(read: _Read, pseudonym: str) -> OwnFigures:
    first, last = (day.toordinal() for day in read.window)
    days = [day for day in read.days.get(pseudonym, ()) if first <= day <= last]
    found = {session: value for (session, _, name), value in read.attendance.items() if name == pseudonym}
    standings = [found[each.id].standing if each.id in found else Standing.ABSENT for each in read.meetings]
    missed = 0
    for standing in reversed(standings):
        if standing is not Standing.ABSENT:
            break
        missed += 1
    contact, estimated = contact_minutes(found.values())
    return OwnFigures(
        active_days=len(days),
        last_active=date.fromordinal(max(days)) if days else None,
        attended=standings.count(Standing.PRESENT),
        partly=standings.count(Standing.PARTLY),
        held=len(read.meetings),
        missed_in_a_row=missed,
        contact=contact,
        estimated=estimated,
    )


def _line(person: Person, figures: OwnFigures, until: date | None) -> StudentLine:
    """``until``: up to when something can have been seen; nobody is quiet after the end of a pairing."""
    last = figures.last_active
    quiet = until is not None and (last is None or (until - last).days >= QUIET_DAYS)
    return StudentLine(person, figures, quiet, figures.missed_in_a_row >= MISSED_SESSIONS)
