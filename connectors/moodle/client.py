"""The functions of a partner's Moodle that the product uses, each as a method with typed records.

Reads may be repeated by the transport, writes may not: Moodle keeps no key by which it would recognise
a second copy. Long lists of ids are cut into several requests, long rosters into pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeVar

from connectors.moodle import schemas
from connectors.moodle.caller import Caller
from connectors.moodle.clock import ClockSkew
from connectors.moodle.course_calendar import CourseCalendar
from connectors.moodle.errors import (
    AnswerUnreadable,
    MoodleFault,
    ParameterRefused,
    PermissionMissing,
    RecordUnknown,
)
from connectors.moodle.functions import Function
from connectors.moodle.outgoing import (
    CreatedEvent,
    NewCalendarEvent,
    OutgoingMessage,
    in_batches,
    matched,
)
from connectors.moodle.plugin import PluginFunctions
from connectors.moodle.records import (
    FRONT_PAGE_COURSE,
    CalendarEvent,
    CourseCompletion,
    Discussion,
    EnrolledUser,
    Forum,
    MessageResult,
    MoodleCourse,
    MoodleUser,
    Post,
    PublicConfig,
    SiteConfig,
    SiteInfo,
)
from connectors.moodle.wire import Value
from connectors.transport import Transport

__all__ = [
    "ROSTER_FIELDS",
    "CreatedEvent",
    "MoodleClient",
    "NewCalendarEvent",
    "OutgoingMessage",
]

Item = TypeVar("Item")

# Each further field costs Moodle some database reads a person: 151 people take 2.1 s with every field,
# 0.3 s with two (measured on 4.5).
ROSTER_FIELDS = ("id", "fullname", "email", "idnumber", "roles", "groups", "lastaccess", "lastcourseaccess")

_ROSTER_PAGE = 500
_IDS_AT_ONCE = 200
_EVENTS_AT_ONCE = 50
_NOT_TRACKED = frozenset({"nocriteriaset", "usernotenroled", "usernotconfirmed", "userdeleted"})


class MoodleClient(PluginFunctions):
    """The client of one site; cheap to make, safe to share between threads.

    ``base_url`` is the site's wwwroot. Every method raises the tree of MoodleError and names the site.
    """

    def __init__(self, site_name: str, base_url: str, token: str, transport: Transport) -> None:
        self._caller = Caller(site_name, base_url, token, transport)

    def __repr__(self) -> str:
        return f"MoodleClient({self.site_name!r}, {self.base_url!r})"

    @property
    def site_name(self) -> str:
        """The name under which errors speak of the site."""
        return self._caller.site

    @property
    def base_url(self) -> str:
        """The site's address without a slash at the end."""
        return self._caller.base_url

    @property
    def clock_skew(self) -> ClockSkew | None:
        """How far the site's clock is from ours, from all answers so far; ``None`` before the first."""
        return self._caller.clock_skew

    def now(self) -> datetime:
        """The present instant (UTC) by the clock of the transport."""
        return self._caller.transport.now()

    def site_info(self) -> SiteInfo:
        """Who the token is, what it may call, which version runs (core_webservice_get_site_info)."""
        answer = self._read(Function.SITE_INFO)
        return self._caller.load(schemas.SiteInfoSchema(), Function.SITE_INFO, answer, SiteInfo)

    def site_config(self) -> SiteConfig:
        """The site's time zone and country as far as it tells them (tool_mobile_get_config)."""
        answer = self._read(Function.SITE_CONFIG)
        return self._caller.load(schemas.SiteConfigSchema(), Function.SITE_CONFIG, answer, SiteConfig)

    def public_config(self) -> PublicConfig:
        """What the site tells anybody, without a token (tool_mobile_get_public_config)."""
        answer = self._caller.call_openly(Function.PUBLIC_CONFIG)
        return self._caller.load(schemas.PublicConfigSchema(), Function.PUBLIC_CONFIG, answer, PublicConfig)

    def courses(self) -> tuple[MoodleCourse, ...]:
        """Every course that the service account sees, without the front page.

        core_course_get_courses_by_field, because core_course_get_courses fails as a whole when a
        single course cannot be entered.
        """
        answer = self._read(Function.COURSES)
        return tuple(course for course in self._courses(answer) if not course.is_front_page)

    def course(self, course_id: int) -> MoodleCourse:
        """One course; raises RecordUnknown when it is gone, hidden from us or the front page."""
        answer = self._read(Function.COURSES, {"field": "id", "value": course_id})
        found = [course for course in self._courses(answer) if not course.is_front_page]
        if not found:
            raise RecordUnknown(self.site_name, Function.COURSES)
        return found[0]

    def user_courses(self, user_id: int, *, counting: bool = False) -> tuple[MoodleCourse, ...]:
        """The courses in which a person is enrolled and which that person sees.

        A course whose participants the service account may not see is left out without a word.
        ``counting`` has Moodle count everybody in each course.
        """
        parameters: Mapping[str, Value] = {"userid": user_id, "returnusercount": counting}
        answer = self._read(Function.USER_COURSES, parameters)
        return self._caller.load_all(schemas.CourseSchema(), Function.USER_COURSES, answer, MoodleCourse)

    def enrolled_users(
        self,
        course_id: int,
        fields: Sequence[str] = ROSTER_FIELDS,
        *,
        only_active: bool = False,
        limit: int | None = None,
    ) -> tuple[EnrolledUser, ...]:
        """The participants of a course, in pages.

        An empty answer can mean that the account may not see them (separate groups without
        moodle/site:accessallgroups), and one with teachers only that it may not see students
        (moodle/user:viewdetails). ``only_active`` leaves out suspended enrolments and needs
        moodle/course:enrolreview; suspended accounts stay. Raises RecordUnknown for the front page,
        whose "participants" would be every account of the site.
        """
        if course_id == FRONT_PAGE_COURSE:
            raise RecordUnknown(self.site_name, Function.ENROLLED_USERS)
        found: dict[int, EnrolledUser] = {}
        size = min(_ROSTER_PAGE, limit or _ROSTER_PAGE)
        while True:
            page = self._roster_page(course_id, fields, len(found), size, only_active=only_active)
            known = len(found)
            found |= {user.id: user for user in page}
            # A short page is the last one, except that people whom the account may not see are taken
            # out of a page after it was cut: then the roster is wrong anyway. A page without anybody new
            # means that something in between ignores the paging.
            if len(page) < size or len(found) == known or (limit and len(found) >= limit):
                return tuple(found.values())

    def users_by_field(
        self, field: Literal["id", "idnumber", "username", "email"], values: Sequence[str | int]
    ) -> tuple[MoodleUser, ...]:
        """The accounts with one of these values, in no order; blank values find nobody.

        User names are looked up in lower case, in which Moodle keeps them; what cannot be one finds
        nobody. E-mail addresses are compared with regard to upper and lower case (Moodle's way).
        """
        texts = [str(value).strip() for value in values]
        texts = [text.lower() for text in texts] if field == "username" else texts
        wanted = [text for text in dict.fromkeys(texts) if text]
        return tuple(user for some in _cut(wanted, _IDS_AT_ONCE) for user in self._users(field, some))

    def send_message(self, message: OutgoingMessage) -> MessageResult:
        """Send one message as the service account; a refusal is a result, not an error.

        After an error whose ``may_have_happened`` is set the message may have arrived; Moodle keeps
        no key by which a second copy would be recognised.
        """
        function = Function.SEND_MESSAGES
        answer = self._caller.call(function, {"messages": [message.parameters()]}, repeatable=False)
        results = self._caller.load_all(schemas.MessageResultSchema(), function, answer, MessageResult)
        if len(results) != 1:
            raise AnswerUnreadable(self.site_name, function, reason="shape", detail="not one item")
        return results[0]

    def forums(self, course_ids: Sequence[int]) -> tuple[Forum, ...]:
        """The forums of courses; none for no courses, where Moodle would answer for all.

        Unknown courses, courses that cannot be entered and forums that may not be read are left out
        without a word.
        """
        forums: list[Forum] = []
        for some in _cut(list(dict.fromkeys(course_ids)), _IDS_AT_ONCE):
            answer = self._read(Function.FORUMS, {"courseids": some})
            forums += self._caller.load_all(schemas.ForumSchema(), Function.FORUMS, answer, Forum)
        return tuple(forums)

    def discussions(self, forum_id: int) -> tuple[Discussion, ...]:
        """The discussions of a forum."""
        answer = self._read(Function.DISCUSSIONS, {"forumid": forum_id})
        found = self._caller.part(Function.DISCUSSIONS, answer, "discussions")
        return self._caller.load_all(schemas.DiscussionSchema(), Function.DISCUSSIONS, found, Discussion)

    def posts(self, discussion_id: int) -> tuple[Post, ...]:
        """The posts of a discussion, the opening one included, without their words.

        Raises PermissionMissing when there are none: a discussion has its opening post, and Moodle
        answers with an empty list for want of mod/forum:viewdiscussion. Raises RecordUnknown for a
        discussion that is gone, over which Moodle's own code stumbles.
        """
        try:
            answer = self._read(Function.POSTS, {"discussionid": discussion_id})
        except MoodleFault as error:
            if error.reason == "php":
                raise RecordUnknown(self.site_name, Function.POSTS, detail=error.detail) from error
            raise
        found = self._caller.part(Function.POSTS, answer, "posts")
        posts = self._caller.load_all(schemas.PostSchema(), Function.POSTS, found, Post)
        if not posts:
            raise PermissionMissing(self.site_name, Function.POSTS, reason="posts")
        return posts

    def course_completion(self, course_id: int, user_id: int) -> CourseCompletion | None:
        """A person's completion of a course; ``None`` when the course or the person is not tracked.

        Ask only where the course has completion switched on: otherwise Moodle answers with
        PermissionMissing, as for want of report/completion:view.
        """
        function = Function.COURSE_COMPLETION
        try:
            answer = self._read(function, {"courseid": course_id, "userid": user_id})
        except MoodleFault as error:
            if error.errorcode in _NOT_TRACKED:
                return None
            raise
        status = self._caller.part(function, answer, "completionstatus")
        return self._caller.load(schemas.CompletionSchema(), function, status, CourseCompletion)

    @property
    def calendar(self) -> CourseCalendar:
        """What stands in the calendars of courses, and the way to change it."""
        return CourseCalendar(self._caller)

    def create_calendar_events(self, events: Sequence[NewCalendarEvent]) -> list[CreatedEvent]:
        """Create calendar events; a result for each, in order. Raises when none was created.

        Not idempotent: keep the ids before creating more.
        """
        return in_batches(
            events, _EVENTS_AT_ONCE, self._create, lambda _, error: CreatedEvent(None, failure=error)
        )

    def delete_calendar_events(self, event_ids: Sequence[int]) -> None:
        """Delete calendar events; one that is gone already counts as deleted."""
        for some in _cut(list(dict.fromkeys(event_ids)), _EVENTS_AT_ONCE):
            try:
                self._delete(some)
            except RecordUnknown:
                # One unknown id rolls the whole batch back, and Moodle does not say which one it is.
                for event_id in some:
                    self._delete_if_there(event_id)

    def _read(self, function: Function, parameters: Mapping[str, Value | None] | None = None) -> object:
        return self._caller.call(function, parameters, repeatable=True)

    def _courses(self, answer: object) -> tuple[MoodleCourse, ...]:
        found = self._caller.part(Function.COURSES, answer, "courses")
        return self._caller.load_all(schemas.CourseSchema(), Function.COURSES, found, MoodleCourse)

    def _users(self, field: str, values: Sequence[str]) -> tuple[MoodleUser, ...]:
        function = Function.USERS_BY_FIELD
        try:
            answer = self._read(function, {"field": field, "values": values})
        except ParameterRefused:
            # One text that cannot be a user name (a space, a plus, another script) spoils all of them.
            if field != "username":
                raise
            single = [self._users(field, [value]) for value in values] if len(values) > 1 else []
            return tuple(user for users in single for user in users)
        return self._caller.load_all(schemas.UserSchema(), function, answer, MoodleUser)

    def _roster_page(
        self, course_id: int, fields: Sequence[str], start: int, size: int, *, only_active: bool
    ) -> tuple[EnrolledUser, ...]:
        options = {"userfields": ",".join(fields), "limitfrom": str(start), "limitnumber": str(size)}
        if only_active:
            options["onlyactive"] = "1"
        named = [{"name": name, "value": value} for name, value in options.items()]
        answer = self._read(Function.ENROLLED_USERS, {"courseid": course_id, "options": named})
        return self._caller.load_all(
            schemas.EnrolledUserSchema(), Function.ENROLLED_USERS, answer, EnrolledUser
        )

    def _create(self, events: Sequence[NewCalendarEvent]) -> list[CreatedEvent]:
        function = Function.CREATE_EVENTS
        parameters = {"events": [event.parameters() for event in events]}
        answer = self._caller.call(function, parameters, repeatable=False)
        found = self._caller.part(function, answer, "events")
        created = self._caller.load_all(schemas.CalendarEventSchema(), function, found, CalendarEvent)
        return matched(events, created)

    def _delete(self, event_ids: Sequence[int]) -> None:
        events: Sequence[Value] = [{"eventid": event_id, "repeat": False} for event_id in event_ids]
        # A repetition after a lost answer finds the events gone, which is what was wanted.
        self._caller.call(Function.DELETE_EVENTS, {"events": events}, repeatable=True)

    def _delete_if_there(self, event_id: int) -> None:
        try:
            self._delete([event_id])
        except RecordUnknown:
            return


def _cut(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
