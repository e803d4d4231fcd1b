"""What a Moodle says, as typed values: only the fields that the product uses, in plain text and UTC.

What is not here is not kept: no message texts, no pictures, and not the ``userprivateaccesskey`` that
``core_webservice_get_site_info`` hands out (a secret of the service account).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

TEACHER_ROLES = frozenset({"editingteacher", "teacher"})
STUDENT_ROLES = frozenset({"student"})
FRONT_PAGE_COURSE = 1


@dataclass(frozen=True)
class SiteInfo:
    """core_webservice_get_site_info. ``features`` holds the switches of Advanced features by name."""

    site_name: str
    site_url: str
    user_id: int
    username: str
    full_name: str
    release: str
    version: str
    functions: frozenset[str]
    features: Mapping[str, int]
    is_site_admin: bool


@dataclass(frozen=True)
class SiteConfig:
    """tool_mobile_get_config. ``timezone`` is absent in 4.1; "99" in either means "not fixed"."""

    timezone: str | None
    forced_timezone: str | None
    country: str | None


@dataclass(frozen=True)
class PublicConfig:
    """tool_mobile_get_public_config: what a site tells anybody, without a token."""

    site_name: str
    site_url: str
    web_services: bool
    maintenance: bool
    country: str | None


@dataclass(frozen=True)
class Contact:
    """A person whom the course list names as teacher."""

    id: int
    full_name: str


@dataclass(frozen=True)
class MoodleCourse:
    """A course. ``None`` means that Moodle did not say, often for want of a capability.

    ``visible`` is ``None`` in the reduced record of a course that the service account cannot enter;
    ``id_number`` needs moodle/course:update except in the courses of a user. ``enrolled`` counts everybody
    in the course, whether the service account may see them or not; only the courses of a user tell it.
    """

    id: int
    short_name: str
    full_name: str
    summary: str
    category_id: int | None
    category_name: str | None
    id_number: str | None
    visible: bool | None
    lang: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    completion_enabled: bool | None
    contacts: tuple[Contact, ...]
    separate_groups: bool = False
    enrolled: int | None = None

    @property
    def can_be_entered(self) -> bool:
        """Whether the service account may look inside."""
        return self.visible is not None

    @property
    def is_front_page(self) -> bool:
        """Whether this is the site itself, which Moodle keeps as a course."""
        return self.id == FRONT_PAGE_COURSE


@dataclass(frozen=True)
class Group:
    """A group inside a course."""

    id: int
    name: str


@dataclass(frozen=True)
class EnrolledUser:
    """A participant of a course; ``roles`` are Moodle's role short names. Never tells the time zone."""

    id: int
    full_name: str
    first_name: str | None
    last_name: str | None
    email: str | None
    id_number: str | None
    country: str | None
    last_access: datetime | None
    last_course_access: datetime | None
    roles: frozenset[str]
    groups: tuple[Group, ...]

    @property
    def is_teacher(self) -> bool:
        """Whether the person teaches the course, with or without editing."""
        return not self.roles.isdisjoint(TEACHER_ROLES)

    @property
    def is_student(self) -> bool:
        """Whether the person is enrolled as a student."""
        return not self.roles.isdisjoint(STUDENT_ROLES)


@dataclass(frozen=True)
class MoodleUser:
    """An account. ``timezone`` is Moodle's spelling ("99" for the site's), ``None`` when not shown."""

    id: int
    full_name: str
    username: str | None
    email: str | None
    id_number: str | None
    timezone: str | None
    lang: str | None
    country: str | None
    city: str | None
    suspended: bool
    last_access: datetime | None


@dataclass(frozen=True)
class MessageResult:
    """What became of a message: ``id`` when it was sent, otherwise ``refusal`` says why not.

    The refusal is final and in the service account's language.
    """

    id: int | None
    refusal: str | None


@dataclass(frozen=True)
class Forum:
    """A forum activity; ``course_module_id`` is the id in its web address."""

    id: int
    course_id: int
    course_module_id: int
    type: str
    name: str
    discussions: int | None


@dataclass(frozen=True)
class Discussion:
    """A thread in a forum. ``id`` is the discussion's; Moodle's own ``id`` there is the first post's."""

    id: int
    name: str
    group_id: int | None
    author_id: int
    created_at: datetime
    changed_at: datetime
    replies: int


@dataclass(frozen=True)
class Post:
    """One contribution, without its words. ``author_id`` is ``None`` when Moodle hides the author.

    Of a ``deleted`` one (erased for privacy, its answers stay) the time is that of its last change.
    """

    id: int
    discussion_id: int
    parent_id: int | None
    author_id: int | None
    created_at: datetime
    words: int | None
    deleted: bool
    private_reply: bool


@dataclass(frozen=True)
class Criterion:
    """One condition of course completion."""

    title: str
    complete: bool
    completed_at: datetime | None


@dataclass(frozen=True)
class CourseCompletion:
    """How far one person is with the course's completion conditions."""

    completed: bool
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class CalendarEvent:
    """An event as Moodle created it; ``starts_at`` is what it is matched by, ids are Moodle's."""

    id: int
    course_id: int
    group_id: int | None
    starts_at: datetime


@dataclass(frozen=True)
class AnswerWarning:
    """A warning that Moodle sends beside data, mostly "left out for want of permission"."""

    code: str
    item: str | None
    item_id: int | None
