"""Who may do what: the capabilities whose effect was measured on real sites, and the stock roles.

A right comes from the account itself (the service account's system role) or from a role in the course.
"""

from __future__ import annotations

from connectors.moodle.simulator import errors
from connectors.moodle.simulator.records import SITE_COURSE, Course, RoleName, User
from connectors.moodle.simulator.world import World

_STUDENT = {
    "moodle/course:viewparticipants",
    "moodle/user:viewdetails",
    "mod/forum:viewdiscussion",
}
_TEACHER = _STUDENT | {
    "moodle/course:viewhiddencourses",
    "moodle/course:viewhiddenuserfields",
    "moodle/course:useremail",
    "moodle/course:enrolreview",
    "moodle/site:accessallgroups",
    "moodle/site:viewfullnames",
    "moodle/site:viewuseridentity",
    "moodle/calendar:manageentries",
    "moodle/calendar:managegroupentries",
    "report/completion:view",
    "report/progress:view",
}
_ROLES: dict[RoleName, set[str]] = {
    "student": _STUDENT,
    "teacher": _TEACHER,
    "editingteacher": _TEACHER | {"moodle/course:update"},
    "manager": _TEACHER | {"moodle/course:update", "moodle/course:view"},
}
_EVERY_ACCOUNT = {"moodle/calendar:manageownentries", "moodle/site:sendmessage"}
_CONFIGURES = "moodle/site:config"


def is_administrator(user: User) -> bool:
    """Whether the account is a site administrator: the first one, or one that may configure the site."""
    return user.username == "admin" or _CONFIGURES in user.capabilities


def can(world: World, user: User, capability: str, course_id: int | None = None) -> bool:
    """Whether the account has the capability in that course, or everywhere without one."""
    if is_administrator(user) or capability in user.capabilities or capability in _EVERY_ACCOUNT:
        return True
    enrolment = None if course_id is None else world.enrolment(user.id, course_id)
    if enrolment is None or enrolment.suspended:
        return False
    return any(capability in _ROLES[role] for role in enrolment.roles)


def can_enter(world: World, user: User, course: Course) -> bool:
    """Whether `require_login()` would let the account into the course."""
    if course.id == SITE_COURSE:
        return True
    enrolment = world.enrolment(user.id, course.id)
    inside = enrolment is not None and not enrolment.suspended
    if not inside and not can(world, user, "moodle/course:view", course.id):
        return False
    return course.visible or can(world, user, "moodle/course:viewhiddencourses", course.id)


def require_entry(world: World, user: User, course: Course) -> None:
    """Do what `validate_context()` does for a course; raises errorcoursecontextnotvalid."""
    if user.must_change_password:
        raise errors.no_course_access(course.id, "error/forcepasswordchangenotice")
    if not can_enter(world, user, course):
        raise errors.no_course_access(course.id)


def sees_participants(world: World, user: User, course: Course) -> bool:
    """Do what `course_can_view_participants()` does: either of two rights is enough."""
    rights = ("moodle/course:viewparticipants", "moodle/course:enrolreview")
    return any(can(world, user, right, course.id) for right in rights)


def sees_account(world: World, user: User, person: User, course_id: int | None = None) -> bool:
    """Whether anything but silence is said of a person; a course's contacts are public to any caller."""
    if person.id == user.id or can(world, user, "moodle/user:viewdetails", course_id):
        return True
    roles = (each.roles for (owner, _), each in world.enrolments.items() if owner == person.id)
    return any("editingteacher" in each for each in roles)


def sees_all_groups(world: World, user: User, course: Course) -> bool:
    """Whether separate groups do not narrow what the account sees in the course."""
    return course.group_mode != 1 or can(world, user, "moodle/site:accessallgroups", course.id)
