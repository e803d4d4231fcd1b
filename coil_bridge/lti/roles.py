"""What a person is in the course of a launch, from the role URIs (LTI 1.3 core, A.2).

Only a role in the course's own membership makes a teacher or a student: somebody may be an instructor of
the institution and a student here. Short names ("Learner") are read as course roles, as the specification
allows and the roster service sends them. A teacher who switched the role in Moodle arrives as a learner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coil_bridge.domain import CourseRole
from coil_bridge.lti.claims import ROLE_VOCABULARY

_PARTS = {"Instructor": CourseRole.TEACHER, "Learner": CourseRole.STUDENT}
_ADMINISTRATORS = frozenset(
    {
        f"{ROLE_VOCABULARY}institution/person#Administrator",
        f"{ROLE_VOCABULARY}system/person#Administrator",
    }
)


@dataclass(frozen=True, slots=True)
class Roles:
    """``part`` in the course, ``None`` when the roles name none; ``administrator`` of the whole Moodle."""

    part: CourseRole | None
    administrator: bool


def read_roles(roles: Iterable[str]) -> Roles:
    """The strongest part that the roles give; unknown ones give nothing."""
    given = set(roles)
    parts = {_PARTS.get(_course_role(role)) for role in given}
    part = next((each for each in (CourseRole.TEACHER, CourseRole.STUDENT) if each in parts), None)
    return Roles(part, not given.isdisjoint(_ADMINISTRATORS))


def _course_role(role: str) -> str:
    """The principal course role: of ``membership#Learner``, ``membership/Instructor#Grader``, ``Learner``."""
    if "/" not in role and "#" not in role:
        return role
    vocabulary, _, name = role.partition("#")
    if vocabulary == f"{ROLE_VOCABULARY}membership":
        return name
    principal = vocabulary.removeprefix(f"{ROLE_VOCABULARY}membership/")
    return principal if principal != vocabulary else ""
