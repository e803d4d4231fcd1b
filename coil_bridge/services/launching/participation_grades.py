"""Participation as a grade in the home Moodle, where the teachers of a course want it.

A student's score is the share of the pairing's held sessions that the student joined, out of 100. It goes
to the gradebook of the course that the student comes from and nowhere else: a partner's Moodle never hears
of it. Students whom we do not know (they have never been here) get no grade rather than a zero.

The service claim of a launch says where the gradebook is and that we may write there. Sending is a task: it
tells only what has changed since the last time, so it can be repeated at any point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from coil_bridge.domain import Course, CourseRole, Pairing, Person, SessionState
from coil_bridge.errors import Conflict, NotFound, Reason
from coil_bridge.i18n import mark, translator
from coil_bridge.lti.claims import LINE_ITEM_SCOPE, SCORE_SCOPE
from coil_bridge.lti.grades import Column, Grades, Outcome
from coil_bridge.lti.services import ServiceFailed
from coil_bridge.services import audit
from coil_bridge.services.agreed.access import pairing_access, partners
from coil_bridge.services.agreed.pairing_states import AGREED
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.context import Clock
from coil_bridge.storage.gradings import Grading, SentGrade
from coil_bridge.storage.lti_courses import LTI, lti_identity
from coil_bridge.storage.lti_records import LtiContext, Platform
from coil_bridge.storage.people import MOODLE, Identity
from coil_bridge.storage.storage import Storage, Transaction

SEND_GRADES = "send_grades"
"""The kind of task; its payload names pairing and course."""

_MAXIMUM = 100.0
_SENT_FOR = timedelta(days=30)  # after the last day of a pairing nothing changes any more


@dataclass(frozen=True, slots=True)
class GradingView:
    """How a course stands: ``graded`` students have a grade; ``problem`` is why the last sending failed."""

    course: Course
    on: bool
    grading: Grading | None
    graded: int


@dataclass(frozen=True, slots=True)
class _Gradebook:
    platform: Platform
    context: LtiContext
    column: Column


@dataclass(frozen=True, slots=True)
class _Due:
    """What a gradebook has to be told of one student."""

    user_id: str
    grade: SentGrade

    @property
    def score(self) -> float:
        return round(_MAXIMUM * self.grade.joined / self.grade.held, 2)


class ParticipationGrades:
    """Switches grading on and off, and sends what is due."""

    def __init__(self, *, storage: Storage, clock: Clock, grades: Grades) -> None:
        self._storage = storage
        self._clock = clock
        self._grades = grades

    def standing(self, actor: Person, pairing_id: str) -> tuple[GradingView, ...]:
        """The courses that the person teaches in a pairing and whose Moodle offers us its gradebook.

        Raises:
            NotFound: no such pairing for this person.
        """
        with self._storage.read() as tx:
            access = pairing_access(tx, actor, pairing_id)
            courses = [each.course for each in access.teaching] if access.pairing.state in AGREED else []
            views = [_view(tx, access.pairing, course) for course in courses]
            offered = {course.id for course in courses if _gradebook(tx, access.pairing, course)}
        return tuple(view for view in views if view.on or view.course.id in offered)

    def switch(self, actor: Person, pairing_id: str, course_id: str, *, on: bool) -> None:
        """Have the participation of a course's students sent, or no longer; twice changes nothing.

        Raises:
            NotFound: the person teaches no such course in such a pairing.
            Conflict: the pairing is not agreed, or the course's Moodle offers no gradebook.
        """
        now = self._clock()
        with self._storage.write() as tx:
            access = pairing_access(tx, actor, pairing_id, lock=True)
            course = next((each.course for each in access.teaching if each.course.id == course_id), None)
            if course is None:
                raise NotFound(mark("There is no such course."))
            if on:
                _check_possible(tx, access.pairing, course)
                changed = tx.gradings.switch_on(pairing_id, course_id, actor.id, now)
            else:
                changed = tx.gradings.switch_off(pairing_id, course_id)
            if changed:
                action = "grades_on" if on else "grades_off"
                audit.record(tx, now, actor, ("pairing", pairing_id), action, course=course.fullname)
            if changed and on:
                self._queue(tx, pairing_id, course)

    def queue_all(self) -> None:
        """Queue the sending for every course that wants it and may have something new to tell."""
        today = self._clock().date()
        with self._storage.write() as tx:
            for grading in tx.gradings.all():
                pairing, course = tx.pairings.get(grading.pairing_id), tx.courses.get(grading.course_id)
                if pairing and course and today <= pairing.ends_on + _SENT_FOR:
                    self._queue(tx, pairing.id, course)

    def perform(self, payload: Mapping[str, Any]) -> None:
        """The task: tell the gradebook what has changed.

        Raises:
            ServiceFailed: a temporary failure; what was told before it is remembered.
        """
        pairing_id, course_id = payload["pairing_id"], payload["course_id"]
        with self._storage.read() as tx:
            found = self._due(tx, pairing_id, course_id)
        if found is None:
            return
        gradebook, due = found
        try:
            for each in due:
                self._send(gradebook, pairing_id, course_id, each)
        except ServiceFailed as error:
            self._end(pairing_id, course_id, error.reason)
            if error.temporary:
                raise
        else:
            self._end(pairing_id, course_id, None)

    def _due(self, tx: Transaction, pairing_id: str, course_id: str) -> tuple[_Gradebook, list[_Due]] | None:
        pairing = tx.pairings.get(pairing_id) if tx.gradings.get(pairing_id, course_id) else None
        course = _partner(pairing, course_id) if pairing else None
        gradebook = _gradebook(tx, pairing, course) if pairing and course else None
        if gradebook is None:
            return None
        now = self._clock()
        sessions = tx.sessions.of_pairing(pairing_id)
        held = [each.id for each in sessions if each.state is SessionState.PLANNED and ends_at(each) <= now]
        return gradebook, list(_changed(tx, gradebook, held, (pairing_id, course_id)))

    def _send(self, gradebook: _Gradebook, pairing_id: str, course_id: str, due: _Due) -> None:
        outcome = self._grades.send(
            gradebook.platform, gradebook.context, gradebook.column, due.user_id, due.score
        )
        told = due.grade
        value = SentGrade(told.person_id, told.joined, told.held, taken=outcome is Outcome.STORED)
        with self._storage.write() as tx:
            if tx.gradings.get(pairing_id, course_id):  # else it was switched off meanwhile
                tx.gradings.set_sent(pairing_id, course_id, value)

    def _end(self, pairing_id: str, course_id: str, problem: Reason | None) -> None:
        with self._storage.write() as tx:
            tx.gradings.set_outcome(pairing_id, course_id, self._clock(), problem)

    def _queue(self, tx: Transaction, pairing_id: str, course: Course) -> None:
        tx.tasks.queue(
            SEND_GRADES,
            {"pairing_id": pairing_id, "course_id": course.id},
            at=self._clock(),
            site_id=course.site_id,
            dedup_key=f"{SEND_GRADES}:{pairing_id}:{course.id}",
        )


def _view(tx: Transaction, pairing: Pairing, course: Course) -> GradingView:
    grading = tx.gradings.get(pairing.id, course.id)
    sent = tx.gradings.sent(pairing.id, course.id).values()
    return GradingView(course, grading is not None, grading, sum(each.taken for each in sent))


def _check_possible(tx: Transaction, pairing: Pairing, course: Course) -> None:
    if pairing.state not in AGREED:
        raise Conflict(mark("Grades come with the sessions, when every invited course has answered."))
    if _gradebook(tx, pairing, course) is None:
        raise Conflict(
            mark(
                "The Moodle of this course does not let COIL Bridge write grades. Ask its administrator "
                "to allow the grade service for the tool, then open COIL Bridge from the course once more."
            )
        )


def _partner(pairing: Pairing, course_id: str) -> Course | None:
    return next((each.course for each in partners(pairing) if each.course.id == course_id), None)


def _gradebook(tx: Transaction, pairing: Pairing, course: Course) -> _Gradebook | None:
    """The course's own gradebook: by the registration that has the column already, else the latest seen."""
    column = _column(tx, pairing, course)
    found = [
        _Gradebook(platform, context, column)
        for context in tx.lti_courses.contexts_of(course.id)
        if (platform := tx.lti.get(context.platform_id)) and platform.site_id == course.site_id
        if context.line_items_url and {LINE_ITEM_SCOPE, SCORE_SCOPE} <= set(context.grade_scopes)
    ]
    made = [
        each
        for each in found
        if tx.lti_courses.line_item_url(each.platform.id, each.context.context_id, column.resource_id)
    ]
    return next(iter([*made, *found]), None)


def _column(tx: Transaction, pairing: Pairing, course: Course) -> Column:
    grading = tx.gradings.get(pairing.id, course.id)
    teacher = tx.people.get(grading.set_by) if grading else None
    words = translator(teacher.language if teacher else None)
    label = words.gettext("Joint sessions: %(pairing)s", pairing=pairing.title)
    return Column(f"coil-{pairing.id}", label, _MAXIMUM)


def _changed(
    tx: Transaction, gradebook: _Gradebook, held: list[str], place: tuple[str, str]
) -> Iterator[_Due]:
    """Each student whose grade is not what the gradebook was told last."""
    if not held:
        return
    pairing_id, course_id = place
    joined, told = tx.joins.counts(held, course_id), tx.gradings.sent(pairing_id, course_id)
    students = tx.courses.people(course_id, CourseRole.STUDENT)
    ways = tx.people.identities(each.id for each in students)
    for student in students:
        user_id = _user_id(gradebook, ways.get(student.id, ()))
        before, count = told.get(student.id), joined.get(student.id, 0)
        if user_id and (before is None or (before.joined, before.held) != (count, len(held))):
            yield _Due(user_id, SentGrade(student.id, count, len(held), taken=False))


def _user_id(gradebook: _Gradebook, ways: Iterable[Identity]) -> str | None:
    """How the gradebook's platform calls a person; Moodle's subject is the number of the account."""
    platform, context = gradebook.platform, gradebook.context
    by_launch = lti_identity(platform.id, context.deployment_id, "").issuer
    found = {(each.kind, each.issuer): each.subject for each in ways}
    return found.get((LTI, by_launch)) or found.get((MOODLE, platform.site_id))
