"""The roster of launches where the site's token may not list people (see ``course_rosters``).

It calls non-editing teachers learners. So a teacher whom it calls a learner stays one as long as the latest
launch from the course said so; otherwise the person was made a student, and is one here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from coil_bridge.domain import Course, CourseRole, Person
from coil_bridge.errors import PartnerUnavailable
from coil_bridge.evaluation.records import Part, PilotCourse
from coil_bridge.i18n import mark
from coil_bridge.lti.roster import Member
from coil_bridge.services.context import Clock
from coil_bridge.services.moodles.accounts import Account, remember
from coil_bridge.services.moodles.course_rosters import CourseRosters
from coil_bridge.services.moodles.partners import PartnerFailed
from coil_bridge.storage.people import MOODLE, Identity
from coil_bridge.storage.storage import Storage, Transaction
from connectors.moodle.errors import FunctionNotAllowed, PermissionMissing

Listed = list[tuple[int, Part | None]]
"""Account numbers with the parts; ``None`` for a part that does not count."""

MAY_NOT_LIST = (PermissionMissing, FunctionNotAllowed)
"""What Moodle says where a token may not list the people of a course."""


def no_students(course: PilotCourse) -> PartnerUnavailable:
    """Not to be believed: Moodle leaves out, without a word, whom the account may not see."""
    return PartnerUnavailable(
        mark(
            "%(site)s shows no students in “%(course)s”. Either nobody is enrolled with the role Student "
            "or the service account may not see them (moodle/user:viewdetails, and where groups are "
            "separate moodle/site:accessallgroups)."
        ),
        {"site": course.site_name, "course": course.course_name},
    )


class RosterFallback:
    """Asks the roster of launches instead."""

    def __init__(self, *, storage: Storage, clock: Clock, rosters: CourseRosters) -> None:
        self._storage = storage
        self._clock = clock
        self._rosters = rosters

    def store_teachers(self, course: Course, failure: PartnerFailed) -> None:
        """Store who teaches a course, after its Moodle would not say so; students who have left go.

        Raises:
            PartnerFailed: ``failure`` is another one, or no launch has named a roster.
            ServiceFailed: the roster does not answer either.
        """
        if not isinstance(failure.__cause__, MAY_NOT_LIST) or not self._rosters.offered(course.id):
            raise failure
        members = self._rosters.members(course.id)
        if members:  # nobody at all is not believed
            with self._storage.write() as tx:
                self._store(tx, course, members)

    def listed(self, course: PilotCourse) -> Listed | None:
        """The people of a course for the evaluation; ``None`` when no launch has named a roster.

        Raises:
            ServiceFailed: the roster does not answer.
        """
        members = self.named(course.course_id)
        if members is None:
            return None
        with self._storage.read() as tx:
            known, launched = (
                _known(tx, course.course_id, course.site_id),
                tx.launch_parts.teachers(course.course_id),
            )
        teachers = {number for number, person_id in known.items() if person_id in launched}
        return [(number, _counted(each, known=number in teachers)) for number, each in members.items()]

    def named(self, course_id: str) -> Mapping[int, Member] | None:
        """The people of a course by the numbers of their accounts; ``None`` as for ``listed``.

        Raises:
            ServiceFailed: the roster does not answer.
        """
        return _numbered(self._rosters.members(course_id)) if self._rosters.offered(course_id) else None

    def _store(self, tx: Transaction, course: Course, members: Iterable[Member]) -> None:
        now, listed = self._clock(), _numbered(members)
        known = _known(tx, course.id, course.site_id)
        launched = tx.launch_parts.teachers(course.id)
        staying = [known[number] for number in known.keys() & listed.keys() if known[number] in launched]
        instructors = [
            remember(tx, course.site_id, _account(tx, course, number, each), now).id
            for number, each in listed.items()
            if each.part is CourseRole.TEACHER
        ]
        teachers = dict.fromkeys([*staying, *instructors])
        tx.courses.replace_people_of_course(course.id, CourseRole.TEACHER, teachers, now)
        for number in known.keys() & listed.keys():
            if listed[number].part is CourseRole.STUDENT and known[number] not in teachers:
                tx.courses.enrol(known[number], course.id, CourseRole.STUDENT, now)
        _let_students_go(tx, course, listed)


def _numbered(members: Iterable[Member]) -> dict[int, Member]:
    """Members by the number of the account, which is what Moodle's user ids are."""
    return {
        int(each.user_id): each for each in members if each.user_id.isascii() and each.user_id.isdecimal()
    }


def _let_students_go(tx: Transaction, course: Course, listed: Mapping[int, Member]) -> None:
    """End the part of students whom the roster shows no more; one without any is not believed."""
    if CourseRole.STUDENT in {each.part for each in listed.values()}:
        known = _known(tx, course.id, course.site_id, CourseRole.STUDENT)
        tx.courses.end_enrolments(course.id, [known[number] for number in known.keys() - listed.keys()])


def _known(
    tx: Transaction, course_id: str, site_id: str, role: CourseRole = CourseRole.TEACHER
) -> dict[int, str]:
    """Whom we know in a course: persons by the number of the account there."""
    people = [person.id for person in tx.courses.people(course_id, role)]
    return {
        int(way.subject): person_id
        for person_id, ways in tx.people.identities(people).items()
        for way in ways
        if (way.kind, way.issuer) == (MOODLE, site_id)
    }


def _account(tx: Transaction, course: Course, number: int, member: Member) -> Account:
    """What the roster says of somebody; privacy settings may leave only the number."""
    known: Person | None = tx.people.by_identity(Identity(MOODLE, course.site_id, str(number)))
    nameless = known.name if known else f"{course.institution.short_name} {number}"
    return Account(number, member.name or nameless, member.email or None)


def _counted(member: Member, *, known: bool) -> Part | None:
    if known or member.part is CourseRole.TEACHER:
        return Part.STAFF
    return Part.STUDENT if member.part is CourseRole.STUDENT else None
