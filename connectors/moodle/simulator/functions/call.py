"""One web service call while it is being answered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from connectors.moodle.simulator import access, errors
from connectors.moodle.simulator.records import Course, Group, Site, Token, User
from connectors.moodle.simulator.world import World

Json: TypeAlias = "dict[str, Any]"

_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_AMPERSAND = re.compile(r"&(?!#?\w+;)")


@dataclass(frozen=True)
class Call:
    """Who calls, with which cleaned arguments, on which site and world."""

    world: World
    site: Site
    user: User
    token: Token = field(repr=False)
    arguments: Json = field(default_factory=dict)

    def can(self, capability: str, course_id: int | None = None) -> bool:
        """Whether the caller has the capability in that course (or everywhere)."""
        return access.can(self.world, self.user, capability, course_id)

    def require(self, capability: str, title: str, course_id: int | None = None) -> None:
        """Refuse with nopermissions, naming the capability by its English title."""
        if not self.can(capability, course_id):
            raise errors.missing_capability(title)

    def existing_course(self, course_id: int) -> Course:
        """Return the course or fail as Moodle's database layer does."""
        course = self.world.courses.get(course_id)
        if course is None:
            raise errors.MissingRecord("course", self.site.release)
        return course

    def entered_course(self, course_id: int) -> Course:
        """Return a course that the caller may enter."""
        course = self.existing_course(course_id)
        access.require_entry(self.world, self.user, course)
        return course

    def entered_activity(self, course_id: int) -> Course:
        """Return the course of an activity that the caller may enter; the refusal has a code of its own."""
        course = self.existing_course(course_id)
        if not access.can_enter(self.world, self.user, course) or self.user.must_change_password:
            raise errors.closed_activity()
        return course

    def existing_user(self, user_id: int) -> User:
        """Return the account or fail as Moodle's database layer does."""
        user = self.world.users.get(user_id)
        if user is None:
            raise errors.MissingRecord("user", self.site.release)
        return user

    def visible_groups(self, course: Course) -> list[Group] | None:
        """Return the caller's own groups where separate groups narrow the view, else None."""
        if access.sees_all_groups(self.world, self.user, course):
            return None
        return self.world.groups_of(self.user.id, course.id)


def formatted(name: str) -> str:
    """Return a name as `format_string()` gives it: no tags, and an ampersand as an entity."""
    return _AMPERSAND.sub("&amp;", _TAG.sub("", name))


def seconds(instant: datetime | None) -> int:
    """Return Unix seconds; 0 is Moodle's never."""
    return 0 if instant is None else int(instant.timestamp())
