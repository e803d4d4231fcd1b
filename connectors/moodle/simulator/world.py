"""The world of one simulated Moodle, with builders for tests and the demo."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Literal

from connectors.moodle.capabilities import PLUGIN_ROLE, ROLE
from connectors.moodle.simulator.activities import Activities
from connectors.moodle.simulator.memory import wall_clock
from connectors.moodle.simulator.records import (
    NO_GROUPS,
    Course,
    Discussion,
    Enrolment,
    Forum,
    Group,
    Message,
    Module,
    Post,
    RoleName,
    Token,
    User,
)

# The role that the product asks partners for: what works here must work with no right more.
SERVICE_CAPABILITIES = frozenset(each.name for each in (*ROLE, *PLUGIN_ROLE))


class World(Activities):
    """Users, courses and all that happens in them; `service_user` is the account that tokens belong to."""

    def __init__(self, clock: Callable[[], datetime] = wall_clock) -> None:
        super().__init__(clock)
        self.add_user("guest", "Guest user", " ", email="root@localhost")
        self.add_user("admin", "Admin", "User")
        self.service_user = self.add_user(
            "coilbridge",
            "COIL",
            "Bridge",
            capabilities=SERVICE_CAPABILITIES,
            institution="Web services",
            timezone="UTC",
        )

    def add_user(
        self,
        username: str,
        firstname: str,
        lastname: str,
        *,
        email: str | None = None,
        idnumber: str = "",
        institution: str = "",
        department: str = "",
        city: str = "",
        country: str = "",
        timezone: str = "99",
        lang: str = "en",
        suspended: bool = False,
        maildisplay: Literal["hidden", "everyone", "course"] = "course",
        contactable_by: Literal["contacts", "course", "site"] = "course",
        capabilities: Iterable[str] = (),
        last_access: datetime | None = None,
    ) -> User:
        """Add an account; without an e-mail address it gets one at example.org."""
        user = User(
            self.next_id("user"),
            username,
            firstname,
            lastname,
            f"{username}@example.org" if email is None else email,
            idnumber,
            institution,
            department,
            city,
            country,
            timezone,
            lang,
            suspended,
            maildisplay=maildisplay,
            contactable_by=contactable_by,
            first_access=last_access,
            last_access=last_access,
            capabilities=set(capabilities),
        )
        return self.keep(self.users, user.id, user)

    def add_course(
        self,
        shortname: str,
        fullname: str,
        *,
        idnumber: str = "",
        summary: str = "",
        category: str = "Courses",
        starts: datetime | None = None,
        ends: datetime | None = None,
        visible: bool = True,
        group_mode: int = NO_GROUPS,
        lang: str = "",
        completion_enabled: bool = True,
    ) -> Course:
        """Add a course, and its category on first use; `summary` is HTML."""
        course = Course(
            self.next_id("course", 2),
            shortname,
            fullname,
            idnumber,
            summary,
            self._category(category),
            category,
            starts,
            ends,
            visible,
            group_mode,
            lang,
            completion_enabled,
            self.clock(),
        )
        return self.keep(self.courses, course.id, course)

    def _category(self, name: str) -> int:
        known = {course.category: course.category_id for course in self.courses.values()}
        return known.get(name) or self.next_id("category")

    def enrol(
        self,
        user: User,
        course: Course,
        role: RoleName = "student",
        *,
        suspended: bool = False,
        last_access: datetime | None = None,
    ) -> Enrolment:
        """Enrol a person; a second call with another role adds that role."""
        with self.lock:
            fresh = Enrolment(user.id, course.id, [])
            enrolment = self.enrolments.setdefault((user.id, course.id), fresh)
            if role not in enrolment.roles:
                enrolment.roles.append(role)
            enrolment.suspended = suspended
            enrolment.last_access = last_access or enrolment.last_access
            return enrolment

    def unenrol(self, user: User, course: Course) -> None:
        """Remove a person from a course and its groups."""
        with self.lock:
            self.enrolments.pop((user.id, course.id), None)
            for group in self.groups.values():
                if group.course_id == course.id:
                    group.members.discard(user.id)

    def add_group(
        self, course: Course, name: str, members: Iterable[User] = (), *, idnumber: str = ""
    ) -> Group:
        """Add a group with its members."""
        ids = {user.id for user in members}
        group = Group(self.next_id("group"), course.id, name, idnumber, members=ids)
        return self.keep(self.groups, group.id, group)

    def add_activity(
        self, course: Course, name: str, modname: str = "assign", *, counts_for_course: bool = False
    ) -> Module:
        """Add an activity with completion tracking, perhaps as a criterion of the course's completion."""
        instance = self.next_id(modname)
        module = Module(self.next_id("cm"), course.id, modname, instance, name, counts_for_course)
        return self.keep(self.modules, module.id, module)

    def complete(self, user: User, module: Module, at: datetime | None = None) -> None:
        """Mark an activity complete for a person."""
        with self.lock:
            module.completed[user.id] = at or self.clock()

    def add_forum(
        self,
        course: Course,
        name: str,
        *,
        intro: str = "",
        kind: Literal["general", "news", "qanda"] = "general",
    ) -> Forum:
        """Add a forum; `intro` is HTML."""
        module = self.add_activity(course, name, "forum")
        forum = Forum(module.instance, module.id, course.id, name, intro, kind, self.clock())
        return self.keep(self.forums, forum.id, forum)

    def post(
        self,
        author: User,
        place: Forum | Discussion | Post,
        subject: str,
        message: str = "",
        *,
        at: datetime | None = None,
        group: Group | None = None,
    ) -> Post:
        """Write in a forum: a new discussion in a Forum, else a reply to the Discussion or the Post."""
        with self.lock:
            moment = at or self.clock()
            discussion_id, parent_id = self._thread(place, subject, group)
            identity = self.next_id("post")
            post = Post(identity, discussion_id, parent_id, author.id, subject, message, moment, moment)
            return self.keep(self.posts, identity, post)

    def _thread(self, place: Forum | Discussion | Post, subject: str, group: Group | None) -> tuple[int, int]:
        if isinstance(place, Post):
            return place.discussion_id, place.id
        if isinstance(place, Discussion):
            return place.id, self.posts_in(place.id)[0].id
        discussion = Discussion(self.next_id("discussion"), place.id, subject, group.id if group else -1)
        self.keep(self.discussions, discussion.id, discussion)
        return discussion.id, 0

    def log_rows(self, rows: int, courses: Iterable[Course] = (), *, start: datetime | None = None) -> None:
        """Fill the activity log with many rows of the people enrolled in the courses (all by default)."""
        with self.lock:
            chosen = [course.id for course in courses] or [each for each in self.courses if each > 1]
            people = {user for user, course in self.enrolments if course in chosen}
            self.log.generate(
                rows,
                chosen,
                sorted(people) or [0],
                start=start or self.clock() - timedelta(weeks=6),
            )

    def send(self, sender: User, recipient: User, text: str, text_format: int = 0) -> Message:
        """Deliver a personal message, whatever the recipient's preferences."""
        with self.lock:
            identity = self.next_id("message")
            conversation = self._conversation(sender.id, recipient.id)
            message = Message(
                identity, conversation, sender.id, recipient.id, text, text_format, self.clock()
            )
            return self.keep(self.messages, identity, message)

    def _conversation(self, one: int, other: int) -> int:
        for message in self.messages.values():
            if {message.sender_id, message.recipient_id} == {one, other}:
                return message.conversation_id
        return self.next_id("conversation")

    def add_token(self, user: User, value: str, functions: Iterable[str] | None = None) -> Token:
        """Issue a token to a user; without `functions` its service holds every simulated function."""
        token = Token(value, user.id, None if functions is None else frozenset(functions))
        return self.keep(self.tokens, value, token)
