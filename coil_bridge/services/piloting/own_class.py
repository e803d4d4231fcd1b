"""What a teacher sees of the own course's students: who might be lost, and afterwards how it ended for each.

As long as a pairing runs, the question is whom to ask how it is going. Once it is over nobody can be lost
any more: then it is who completed, who was there to the end, and who stopped when.

Names are of students who have come to COIL Bridge themselves. The others are numbers, until the teacher asks
for their names (``class_names.py``). Nobody's students but the own are here: a partner's guests in the course
are the partner's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from coil_bridge.domain import Course, CourseRole, PairedCourse, Pairing, Person
from coil_bridge.errors import Forbidden, NotFound
from coil_bridge.evaluation.enrolment import enrolled_members
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import Part, PilotCourse
from coil_bridge.evaluation.weeks import local_day
from coil_bridge.evaluation.windows import Window
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.agreed.access import pairing_access
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.attendance import pseudonyms
from coil_bridge.services.piloting.class_names import ClassNames, Told
from coil_bridge.services.piloting.own_figures import (
    OwnFigures,
    evaluated,
    figures,
    is_over,
    pseudonymiser,
    read_course,
)
from coil_bridge.services.piloting.pilot_groups import EVALUATED, members_of
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault

QUIET_DAYS = 10
"""After so many days without anything a teacher is told."""
MISSED_SESSIONS = 2
"""Likewise after so many sessions in a row."""


class End(StrEnum):
    """How a pairing that is over ended for a student."""

    COMPLETED = "completed"
    TO_THE_END = "to_the_end"  # seen in the last days in which anybody of the class was
    STOPPED = "stopped"
    NEVER_SEEN = "never_seen"


@dataclass(frozen=True, slots=True)
class StudentLine:
    """One student of a teacher's course, and how it is going, or how it ended.

    ``name`` is empty where it is not known; ``here``: has come to COIL Bridge. ``end`` is ``None`` as long
    as the pairing runs; afterwards nobody is quiet, and nobody has missed anything that can be made good.
    """

    name: str
    here: bool
    figures: OwnFigures
    quiet: bool = False
    missed: bool = False
    end: End | None = None

    @property
    def lost(self) -> bool:
        """Whether somebody should ask."""
        return self.quiet or self.missed


@dataclass(frozen=True, slots=True)
class ClassView:
    """An own course in a pairing: its students with names, and those without, who are only counted."""

    course: Course
    lines: tuple[StudentLine, ...]
    unnamed: tuple[StudentLine, ...]
    known_to: date | None  # the local day of the last complete reading
    ended_on: date | None  # the last day of a pairing that is over
    told: Told | None  # what the Moodle said when it was asked for names

    @property
    def nameless(self) -> int:
        """How many have no name here."""
        return len(self.unnamed)

    @property
    def everybody(self) -> tuple[StudentLine, ...]:
        """Students with and without names."""
        return (*self.lines, *self.unnamed)

    @property
    def lost(self) -> int:
        """How many of all somebody should ask."""
        return sum(each.lost for each in self.everybody)

    @property
    def ends(self) -> Mapping[End, int]:
        """For how many of all it ended how."""
        found = Counter(each.end for each in self.everybody)
        return {end: found[end] for end in End}

    @property
    def completion_known(self) -> bool:
        """Whether Moodle or the sessions tell of anybody who completed and who did not."""
        return any(each.figures.completed is not None for each in self.everybody)

    @property
    def read_too_early(self) -> bool:
        """Whether the last reading was before the end, so that what came after it is missing."""
        return self.ended_on is not None and (self.known_to is None or self.known_to <= self.ended_on)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says how each student stands, by the numbers of all."""

    window: Window
    known_to: date | None
    found: Mapping[str, OwnFigures]  # by pseudonym
    over: bool

    def line(self, name: str, pseudonym: str, *, here: bool) -> StudentLine:
        found = self.found[pseudonym]
        if self.over:
            return StudentLine(name, here, found, end=self._end(found))
        return StudentLine(name, here, found, self._quiet(found), found.missed_in_a_row >= MISSED_SESSIONS)

    def _quiet(self, found: OwnFigures) -> bool:
        """Nobody is quiet before the first reading, nor in the first days of a pairing."""
        if self.known_to is None:
            return False
        first, last = self.window
        return (min(self.known_to, last) - (found.last_seen or first)).days >= QUIET_DAYS

    def _end(self, found: OwnFigures) -> End:
        """Work may end before the pairing's last day: the class's own last day is what counts."""
        if found.last_seen is None:
            return End.NEVER_SEEN
        if found.completed:
            return End.COMPLETED
        last = max(each.last_seen for each in self.found.values() if each.last_seen)
        return End.TO_THE_END if (last - found.last_seen).days < QUIET_DAYS else End.STOPPED


class OwnClasses:
    """Teachers' own classes."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault, names: ClassNames) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._names = names

    def of(
        self, actor: Person, pairing_id: str, *, names_of: str | None = None
    ) -> tuple[Pairing, tuple[ClassView, ...]]:
        """The classes that the person teaches in a pairing; none where it counts to no pilot.

        ``names_of``: a course whose Moodle is asked for the names of those who have never been here; that,
        and how many were shown, stands in the pairing's trail.

        Raises:
            NotFound: no such pairing for this person, or no such course among the own.
            Forbidden: the person teaches none of its courses.
        """
        with self._storage.read() as tx:
            access = pairing_access(tx, actor, pairing_id)
            if not access.teaching:
                raise Forbidden(mark("Only the teachers of this pairing's courses can do this."))
            if names_of is not None and names_of not in {each.course.id for each in access.teaching}:
                raise NotFound(mark("There is no such course."))
            names = pseudonymiser(tx, self._vault, access.pairing)
            courses = [(each, evaluated(tx, access.pairing, each)) for each in access.teaching]
        views = []
        for paired, course in courses:
            if course is not None and names is not None:
                told = self._names.ask(actor, course, names) if course.course_id == names_of else None
                with self._storage.read() as tx:
                    view = self._class(tx, access.pairing, paired, course, names=names, told=told)
                if told:
                    self._note(actor, access.pairing, view)
                views.append(view)
        return access.pairing, tuple(views)

    def _note(self, actor: Person, pairing: Pairing, view: ClassView) -> None:
        """Before anything is shown."""
        shown = sum(not each.here for each in view.lines)
        about = {"course": view.course.fullname, "count": shown}
        with self._storage.write() as tx:
            audit.record(tx, self._clock(), actor, ("pairing", pairing.id), "names_asked", **about)

    def _class(
        self,
        tx: Transaction,
        pairing: Pairing,
        paired: PairedCourse,
        course: PilotCourse,
        *,
        names: Pseudonymiser,
        told: Told | None,
    ) -> ClassView:
        now = self._clock()
        pilot_id = pairing.phase.pilot_id if pairing.phase else ""
        pulled = tx.pulls.completed_at(pilot_id).get((pairing.id, course.course_id))
        known_to = local_day(pulled, course.institution.zone) if pulled else None
        over = is_over(pairing, course, now)
        read, here = read_course(tx, pairing, course, now), _here(tx, names, course)
        others = _students(tx, pilot_id, course) - here.keys()
        found = {each: figures(read, each) for each in here.keys() | others}
        judge = _Judge(read.window, known_to, found, over)
        known = {each: told.names[each] for each in others & told.names.keys()} if told else {}
        lines = [judge.line(name, each, here=each in here) for each, name in (here | known).items()]
        lines.sort(key=_order)
        unnamed = [judge.line("", each, here=False) for each in others - known.keys()]
        ended_on = read.window[1] if over else None
        return ClassView(paired.course, tuple(lines), tuple(unnamed), known_to, ended_on, told)


def _here(tx: Transaction, names: Pseudonymiser, course: PilotCourse) -> dict[str, str]:
    """The names of those who have come to COIL Bridge, by pseudonym."""
    students = tx.courses.people(course.course_id, CourseRole.STUDENT)
    wanted = [(each.id, course.course_id) for each in students]
    who = pseudonyms(tx, names, {course.course_id: course}, wanted)
    return {who[key]: each.name for each, key in zip(students, wanted, strict=True) if key in who}


def _students(tx: Transaction, pilot_id: str, course: PilotCourse) -> set[str]:
    """The course's own students who are enrolled for the pairing, as the evaluation counts them."""
    members = members_of(tx, pilot_id, tx.pilots.courses(pilot_id, EVALUATED))
    return {each.pseudonym for each in enrolled_members([course], members) if each.part is Part.STUDENT}


def _order(line: StudentLine) -> tuple[int, str]:
    """Who needs asking first; afterwards by how it ended."""
    return (list(End).index(line.end) if line.end else not line.lost, line.name)
