"""Who somebody is to a tool.

Launches ask for mod/lti:manage, which non-editing teachers have; the roster asks for
moodle/course:manageactivities, which they have not: there they are learners (`lti_get_ims_role()`).
"""

from __future__ import annotations

from connectors.moodle.simulator.access import is_administrator
from connectors.moodle.simulator.records import RoleName, User
from connectors.moodle.simulator.world import World

INSTRUCTOR, LEARNER = "Instructor", "Learner"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_INSTITUTION_ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
_SYSTEM_ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"
_ROSTER_ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/person#Administrator"
_TEACHING: set[RoleName] = {"manager", "editingteacher", "teacher"}
_EDITING: set[RoleName] = {"manager", "editingteacher"}


def teaches(world: World, user: User, course_id: int) -> bool:
    """Whether the person has mod/lti:manage in the course."""
    return is_administrator(user) or bool(_TEACHING & _roles(world, user, course_id))


def edits(world: World, user: User, course_id: int) -> bool:
    """Whether the person has moodle/course:manageactivities in the course."""
    return is_administrator(user) or bool(_EDITING & _roles(world, user, course_id))


def learns(world: World, user: User, course_id: int) -> bool:
    """Whether the gradebook has a row for the person: an active student of the course."""
    return "student" in _roles(world, user, course_id)


def launch_roles(world: World, user: User, course_id: int, *, as_learner: bool) -> list[str]:
    """Return the roles claim of a launch; `as_learner` is Moodle's "Switch role to... Student"."""
    if as_learner or not teaches(world, user, course_id):
        return [MEMBERSHIP + LEARNER]
    teacher = MEMBERSHIP + INSTRUCTOR
    if is_administrator(user):
        return [_INSTITUTION_ADMINISTRATOR, teacher, _SYSTEM_ADMINISTRATOR]
    return [teacher]


def role_variable(world: World, user: User, course_id: int, *, as_learner: bool) -> str:
    """Return what $Membership.role expands to: short names, LTI 1.1's for an administrator."""
    if as_learner or not teaches(world, user, course_id):
        return LEARNER
    if is_administrator(user):
        return f"{INSTRUCTOR},urn:lti:sysrole:ims/lis/Administrator,urn:lti:instrole:ims/lis/Administrator"
    return INSTRUCTOR


def roster_roles(world: World, user: User, course_id: int) -> list[str]:
    """Return a member's roles in the roster, short."""
    short = INSTRUCTOR if edits(world, user, course_id) else LEARNER
    return [short, _ROSTER_ADMINISTRATOR] if is_administrator(user) else [short]


def _roles(world: World, user: User, course_id: int) -> set[RoleName]:
    enrolment = world.enrolment(user.id, course_id)
    return set() if enrolment is None or enrolment.suspended else set(enrolment.roles)
