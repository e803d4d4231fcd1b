"""The tables of one simulated Moodle, in memory, and the questions everybody asks of them.

Thread-safe: the REST endpoint holds `lock` for a whole function call, so that a call sees and leaves a
consistent world, as a database transaction would; builders hold it for their change.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import TypeVar

from connectors.moodle.simulator.activity_log import ActivityLog
from connectors.moodle.simulator.records import (
    SITE_COURSE,
    Course,
    Discussion,
    Enrolment,
    Event,
    Forum,
    Group,
    Message,
    Module,
    Post,
    Token,
    User,
)

_Row = TypeVar("_Row")
_Key = TypeVar("_Key")


def wall_clock() -> datetime:
    """Return the current instant."""
    return datetime.now(UTC)


class Memory:
    """The rows of each kind, by id. `clock` gives the instant stamped on new things."""

    def __init__(self, clock: Callable[[], datetime] = wall_clock) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.users: dict[int, User] = {}
        self.courses: dict[int, Course] = {SITE_COURSE: Course(SITE_COURSE, "site", "Site", "", "", 0, "")}
        self.enrolments: dict[tuple[int, int], Enrolment] = {}
        self.groups: dict[int, Group] = {}
        self.modules: dict[int, Module] = {}
        self.forums: dict[int, Forum] = {}
        self.discussions: dict[int, Discussion] = {}
        self.posts: dict[int, Post] = {}
        self.messages: dict[int, Message] = {}
        self.events: dict[int, Event] = {}
        self.tokens: dict[str, Token] = {}
        self.log = ActivityLog()
        self._counters: dict[str, count[int]] = {}

    def next_id(self, kind: str, first: int = 1) -> int:
        """Return a fresh id of that kind of row."""
        with self.lock:
            return next(self._counters.setdefault(kind, count(first)))

    def enrolment(self, user_id: int, course_id: int) -> Enrolment | None:
        """Return the person's enrolment, active or suspended."""
        return self.enrolments.get((user_id, course_id))

    def courses_of(self, user_id: int) -> list[Course]:
        """Return the courses where the person's enrolment is active, visible or not."""
        return [
            self.courses[course_id]
            for (person, course_id), enrolment in self.enrolments.items()
            if person == user_id and not enrolment.suspended
        ]

    def groups_of(self, user_id: int, course_id: int) -> list[Group]:
        """Return the person's groups in a course."""
        return [
            group
            for group in self.groups.values()
            if group.course_id == course_id and user_id in group.members
        ]

    def posts_in(self, discussion_id: int) -> list[Post]:
        """Return a discussion's posts, the opening one first."""
        return [post for post in self.posts.values() if post.discussion_id == discussion_id]

    def inbox(self, user: User) -> list[Message]:
        """Return the messages a person received, newest first."""
        with self.lock:
            received = [message for message in self.messages.values() if message.recipient_id == user.id]
        return sorted(received, key=lambda message: (message.sent, message.id), reverse=True)

    def user(self, username: str) -> User:
        """Return the account of that username; raises KeyError."""
        with self.lock:
            return {user.username: user for user in self.users.values()}[username]

    def keep(self, table: dict[_Key, _Row], key: _Key, row: _Row) -> _Row:
        """Store a row and return it."""
        with self.lock:
            table[key] = row
        return row
