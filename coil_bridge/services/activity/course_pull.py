"""One course's activity, from its Moodle to rows under pseudonyms.

What core web services give, in three passes: the roster with everybody's last visit (here), completion
(``completion_pull.py``) and forum posts (``forum_pull.py``). Where the site has our plugin, that tells of
completion and posts in fewer questions, and of stays in rooms and counts of answers, which core does not
(``fact_*.py``). A Moodle user id exists only between the answer and the hash; names, addresses and words are
never looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import Dropped, Member, Part, PilotCourse
from coil_bridge.evaluation.weeks import local_day, monday
from coil_bridge.services.activity.completion_pull import CompletionPull
from coil_bridge.services.activity.course_facts import CourseFacts
from coil_bridge.services.activity.fact_counts import FactCounts
from coil_bridge.services.activity.fact_posts import FactPosts
from coil_bridge.services.activity.fact_stays import FactStays
from coil_bridge.services.activity.forum_pull import ForumPull
from coil_bridge.services.activity.post_events import PostEvents
from coil_bridge.services.activity.pull_rows import PullRows
from coil_bridge.services.moodles.roster_fallback import MAY_NOT_LIST, Listed, no_students
from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import PermissionMissing
from connectors.moodle.records import EnrolledUser

# Each field more costs Moodle database reads for every person.
ROSTER_FIELDS = ("id", "roles", "lastcourseaccess")
STAFF_ROLES = frozenset({"manager", "coursecreator", "editingteacher", "teacher"})
STUDENT_ROLES = frozenset({"student"})


@dataclass(frozen=True, slots=True)
class _Participant:
    """Somebody who counts, between Moodle's answer and the hash."""

    user_id: int
    part: Part
    last_course_access: datetime | None


@dataclass(frozen=True, slots=True)
class CoursePull:
    """Reads one course through a client and stores it through ``rows``."""

    course: PilotCourse
    names: Pseudonymiser
    rows: PullRows
    now: datetime
    listed: Callable[[], Listed | None]  # the roster of launches, where the Moodle shows none

    def read(self, client: MoodleClient) -> None:
        """Pull everything; what was stored before is not stored again.

        Raises:
            MoodleError: the site did not give a usable answer; what came before it is stored.
            PartnerUnavailable: it showed no students in the course.
            Conflict: the pilot's key was destroyed meanwhile.
        """
        account = self.rows.account
        account.steps_expected = 2  # the roster, twice
        people = self._roster(client)
        known = self.rows.known()
        everybody, erased = [self._member(each, known) for each in people], self.rows.erased()
        numbered = zip(people, everybody, strict=True)
        members = {seen.user_id: each for seen, each in numbered if each.pseudonym not in erased}
        account.drop(Dropped.ERASED, len(people) - len(members))
        changed = sum(_differs(known.get(each.pseudonym), each) for each in members.values())
        newcomers = any(_part(known, each) is not each.part for each in members.values())
        self.rows.put_members(list(members.values()), changed, newcomers=newcomers)
        # Somebody who has left since an earlier pull took part nevertheless.
        parts = {name: each.part for name, each in known.items()}
        self._activity(client, members, parts | {each.pseudonym: each.part for each in members.values()})

    def _activity(
        self, client: MoodleClient, members: Mapping[int, Member], parts: Mapping[str, Part]
    ) -> None:
        """What they did: from our plugin where the site has it, else from core."""
        told = CourseFacts(client, self.course, self.rows.account)
        facts = told if told.known() else None
        students = {user_id: each for user_id, each in members.items() if each.part is Part.STUDENT}
        CompletionPull(client, self.course, self.rows, facts).read(students)
        events = PostEvents(self.course, self.names, frozenset(parts))
        if facts is None or not FactPosts(facts, events, self.rows).read():
            ForumPull(client, self.course, events, self.rows).read()
        if facts:
            FactStays(facts, self.course, self.names, self.rows, parts).read()
            FactCounts(facts, self.rows, self.now).read()
        self.rows.note()

    def _roster(self, client: MoodleClient) -> list[_Participant]:
        """The participants who count, each with the part; the others are dropped by reason."""
        account = self.rows.account
        try:
            everybody = client.enrolled_users(self.course.moodle_id, ROSTER_FIELDS)
        except MAY_NOT_LIST as refusal:
            return self._roster_of_launches(refusal)
        if Part.STUDENT not in {part_of(user.roles) for user in everybody}:
            return self._roster_of_launches(no_students(self.course))
        active = self._active(client, everybody)
        account.steps_done += 2
        enrolled = [user for user in everybody if user.id in active]
        people = [
            _Participant(user.id, part, user.last_course_access)
            for user in enrolled
            if (part := part_of(user.roles))
        ]
        account.drop(Dropped.SUSPENDED, len(everybody) - len(enrolled))
        account.drop(Dropped.ROLE_NOT_COUNTED, len(enrolled) - len(people))
        return people

    def _roster_of_launches(self, failure: Exception) -> list[_Participant]:
        """The same by the roster of launches; it knows active enrolments only, and no last visits."""
        found = self.listed() or []
        if Part.STUDENT not in {part for _, part in found}:
            raise failure
        people = [_Participant(number, part, None) for number, part in found if part]
        self.rows.account.drop(Dropped.ROLE_NOT_COUNTED, len(found) - len(people))
        self.rows.account.steps_done += 2
        return people

    def _active(self, client: MoodleClient, everybody: Sequence[EnrolledUser]) -> Collection[int]:
        """Whose enrolment is not suspended; everybody's, where the account may not know."""
        try:
            found = client.enrolled_users(self.course.moodle_id, ("id",), only_active=True)
        except PermissionMissing:
            return {user.id for user in everybody}
        return {user.id for user in found}

    def _member(self, seen: _Participant, known: Mapping[str, Member]) -> Member:
        pseudonym = self.names.person(self.course.site_id, seen.user_id)
        before = known.get(pseudonym)
        week = self._week(seen.last_course_access)
        if before and before.last_access_week:
            week = max(week or date.min, before.last_access_week)
        return Member(
            pairing_id=self.course.pairing_id,
            course_id=self.course.course_id,
            pseudonym=pseudonym,
            part=seen.part,
            last_access_week=week,
            completed=before.completed if before else None,
            observed_at=self.now,
        )

    def _week(self, instant: datetime | None) -> date | None:
        return monday(local_day(instant, self.course.institution.zone)) if instant else None


def part_of(roles: Collection[str]) -> Part | None:
    """Somebody's part by the short names of the roles in the course; staff who also study are staff."""
    if STAFF_ROLES.intersection(roles):
        return Part.STAFF
    return Part.STUDENT if STUDENT_ROLES.intersection(roles) else None


def _part(known: Mapping[str, Member], member: Member) -> Part | None:
    before = known.get(member.pseudonym)
    return before.part if before else None


def _differs(before: Member | None, after: Member) -> bool:
    return before is None or (before.part, before.last_access_week) != (after.part, after.last_access_week)
