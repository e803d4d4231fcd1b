"""Looks at a course or two as examples, since most of what a role lacks is left out without a word.

Nothing is changed on the site. Of people only counts are kept.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import MoodleError
from connectors.moodle.findings import Activity, People
from connectors.moodle.functions import Function
from connectors.moodle.records import EnrolledUser, MoodleCourse

SAMPLE = 20
_COURSES_AT_ONCE = 50
_ROSTERS = frozenset({Function.ENROLLED_USERS, Function.USERS_BY_FIELD})
_POSTS = frozenset({Function.DISCUSSIONS, Function.POSTS})


def people(
    client: MoodleClient, may: Set[str], courses: Sequence[MoodleCourse]
) -> People | MoodleError | None:
    """Look at the roster of one course, if possible of one with a teacher; at most six calls."""
    if not courses or not may >= _ROSTERS:
        return None
    course = max(courses, key=lambda each: (bool(each.contacts), not each.separate_groups))
    try:
        # As at every sign-in; this alone needs moodle/course:enrolreview.
        client.enrolled_users(course.id, ("id",), only_active=True, limit=1)
        roster = client.enrolled_users(course.id, limit=SAMPLE)
        return _counted(client, may, course, roster, groups_closed=_groups_closed(client, courses))
    except MoodleError as error:
        return error


def _counted(
    client: MoodleClient,
    may: Set[str],
    course: MoodleCourse,
    roster: Sequence[EnrolledUser],
    *,
    groups_closed: bool,
) -> People:
    users = client.users_by_field("id", [user.id for user in roster[:1]])
    return People(
        enrolled=len(roster),
        students=sum(user.is_student for user in roster),
        with_role=sum(bool(user.roles) for user in roster),
        with_email=sum(bool(user.email) for user in roster),
        expected=_expected(client, course) if Function.USER_COURSES in may else None,
        zone_shown=any(user.timezone for user in users) if users else None,
        username_shown=any(user.username for user in users) if users else None,
        groups_closed=groups_closed,
    )


def _expected(client: MoodleClient, course: MoodleCourse) -> int | None:
    """Count everybody in a course: Moodle tells that of the courses of a person, here of a teacher."""
    teachers = [contact.id for contact in course.contacts[:1]]
    told = [each for teacher in teachers for each in client.user_courses(teacher, counting=True)]
    return next((each.enrolled for each in told if each.id == course.id), None)


def _groups_closed(client: MoodleClient, courses: Sequence[MoodleCourse]) -> bool:
    """Say whether a course with separate groups and a teacher shows nobody at all."""
    separate = [course for course in courses if course.separate_groups and course.contacts]
    return any(not client.enrolled_users(course.id, ("id",), limit=1) for course in separate[:1])


def activity(client: MoodleClient, may: Set[str], courses: Sequence[MoodleCourse]) -> Activity:
    """Look at one discussion and at one student's completion; at most five calls."""
    forums, refusals = None, []
    try:
        forums = _forums(client, may, courses)
    except MoodleError as error:
        refusals.append(error)
    try:
        _completion(client, may, courses)
    except MoodleError as error:
        refusals.append(error)
    return Activity(forums, tuple(refusals))


def _forums(client: MoodleClient, may: Set[str], courses: Sequence[MoodleCourse]) -> int | None:
    if Function.FORUMS not in may:
        return None
    forums = client.forums([course.id for course in courses[:_COURSES_AT_ONCE]])
    used = [forum for forum in forums if forum.discussions]
    if used and may >= _POSTS:
        for discussion in client.discussions(used[0].id)[:1]:
            client.posts(discussion.id)
    return len(forums)


def _completion(client: MoodleClient, may: Set[str], courses: Sequence[MoodleCourse]) -> None:
    tracked = [course for course in courses if course.completion_enabled and course.contacts]
    if Function.COURSE_COMPLETION not in may or Function.ENROLLED_USERS not in may:
        return
    for course in tracked[:1]:
        roster = client.enrolled_users(course.id, ("id", "roles"), limit=SAMPLE)
        for student in [user for user in roster if user.is_student][:1]:
            client.course_completion(course.id, student.id)
