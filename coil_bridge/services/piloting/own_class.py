"""What a teacher sees of the own course's students: how each takes part, and who might be lost.

Names are of students who have come to COIL Bridge themselves. Of the others it has never heard a name: they
are numbers, until the teacher asks for the names. Then the teacher's own Moodle is asked for the list of
participants that the teacher sees there too; nothing of it is stored. Nobody's students but the own are
here: a partner's guests in the course are the partner's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from coil_bridge.domain import Course, CourseRole, PairedCourse, Pairing, Person
from coil_bridge.errors import CoilBridgeError, Forbidden, Reason
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import Part, PilotCourse
from coil_bridge.evaluation.weeks import local_day
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.access import pairing_access
from coil_bridge.services.context import Clock
from coil_bridge.services.moodles.partners import Partners
from coil_bridge.services.piloting.attendance import pseudonyms
from coil_bridge.services.piloting.own_figures import (
    OwnFigures,
    evaluated,
    figures,
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


@dataclass(frozen=True, slots=True)
class StudentLine:
    """One student of a teacher's course, and why the teacher might ask how it is going.

    ``name`` is empty where it is not known; ``here``: has come to COIL Bridge.
    """

    name: str
    here: bool
    figures: OwnFigures
    quiet: bool
    missed: bool

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
    refused: Reason | None  # why the Moodle did not give the names

    @property
    def nameless(self) -> int:
        """How many have no name here."""
        return len(self.unnamed)

    @property
    def lost(self) -> int:
        """How many of all somebody should ask."""
        return sum(each.lost for each in (*self.lines, *self.unnamed))


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that a Moodle gave, by pseudonym; or why it did not."""

    known: Mapping[str, str]
    refused: Reason | None = None


class OwnClasses:
    """Teachers' own classes."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault, partners: Partners) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._partners = partners

    def of(
        self, actor: Person, pairing_id: str, *, ask_moodle: bool = False
    ) -> tuple[Pairing, tuple[ClassView, ...]]:
        """The classes that the person teaches in a pairing; none where it counts to no pilot.

        With ``ask_moodle`` each course's Moodle is asked for the names of those who have never been here.

        Raises:
            NotFound: no such pairing for this person.
            Forbidden: the person teaches none of its courses.
        """
        with self._storage.read() as tx:
            access = pairing_access(tx, actor, pairing_id)
            if not access.teaching:
                raise Forbidden(mark("Only the teachers of this pairing's courses can do this."))
            names = pseudonymiser(tx, self._vault, access.pairing)
            courses = [(each, evaluated(tx, access.pairing, each)) for each in access.teaching]
        views = []
        for paired, course in courses:
            if course is not None and names is not None:
                told = self._ask(course, names) if ask_moodle else _Names({})
                with self._storage.read() as tx:
                    views.append(self._class(tx, access.pairing, paired, course, names=names, told=told))
        return access.pairing, tuple(views)

    def _ask(self, course: PilotCourse, names: Pseudonymiser) -> _Names:
        try:
            people = self._partners.call(
                course.site_id, lambda client: client.enrolled_users(course.moodle_id, ("id", "fullname"))
            )
        except CoilBridgeError as error:
            return _Names({}, error.reason)
        return _Names({names.person(course.site_id, each.id): each.full_name for each in people})

    def _class(
        self,
        tx: Transaction,
        pairing: Pairing,
        paired: PairedCourse,
        course: PilotCourse,
        *,
        names: Pseudonymiser,
        told: _Names,
    ) -> ClassView:
        pilot_id = pairing.phase.pilot_id if pairing.phase else ""
        read = read_course(tx, pairing, course, self._clock())
        pulled = tx.pulls.completed_at(pilot_id).get((pairing.id, course.course_id))
        today = local_day(pulled, course.institution.zone) if pulled else None
        until = min(today, read.window[1]) if today else None
        here = _here(tx, names, course)
        others = {
            each.pseudonym
            for each in members_of(tx, pilot_id, tx.pilots.courses(pilot_id, EVALUATED))
            if (each.pairing_id, each.course_id) == (pairing.id, course.course_id)
            and each.part is Part.STUDENT
        } - here.keys()
        known = here | {each: told.known[each] for each in others & told.known.keys()}
        lines = [_line(name, figures(read, each), until, here=each in here) for each, name in known.items()]
        lines.sort(key=lambda line: (not line.lost, line.name))
        unnamed = [_line("", figures(read, each), until, here=False) for each in others - known.keys()]
        return ClassView(paired.course, tuple(lines), tuple(unnamed), today, told.refused)


def _here(tx: Transaction, names: Pseudonymiser, course: PilotCourse) -> dict[str, str]:
    """The names of those who have come to COIL Bridge, by pseudonym."""
    students = tx.courses.people(course.course_id, CourseRole.STUDENT)
    wanted = [(each.id, course.course_id) for each in students]
    who = pseudonyms(tx, names, {course.course_id: course}, wanted)
    return {who[key]: each.name for each, key in zip(students, wanted, strict=True) if key in who}


def _line(name: str, found: OwnFigures, until: date | None, *, here: bool) -> StudentLine:
    """``until``: up to when something can have been seen; nobody is quiet after the end of a pairing."""
    last = found.last_active
    quiet = until is not None and (last is None or (until - last).days >= QUIET_DAYS)
    return StudentLine(name, here, found, quiet, found.missed_in_a_row >= MISSED_SESSIONS)
