"""What the service account's role has to allow, measured on a Moodle 4.5 by taking away one at a time.

Moodle lists capabilities at Site administration > Users > Permissions > Define roles by these titles
and names. Much that is missing is not refused but left out: a roster without moodle/user:viewdetails
has the teachers only, a discussion without mod/forum:viewdiscussion has no posts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from connectors.moodle.functions import Function


@dataclass(frozen=True)
class Capability:
    """One line of a role: the technical name and Moodle's English title for it."""

    name: str
    title: str


REST = Capability("webservice/rest:use", "Use REST protocol")
ENTER_COURSES = Capability("moodle/course:view", "View courses without participation")
SEE_ENROLMENTS = Capability("moodle/course:enrolreview", "Review course enrolments")
SEE_STUDENTS = Capability("moodle/user:viewdetails", "View user profiles")
SEE_USERNAMES = Capability("moodle/user:viewalldetails", "View user full information")
SEE_EMAILS = Capability("moodle/site:viewuseridentity", "See full user identity in lists")
SEE_GROUPS = Capability("moodle/site:accessallgroups", "Access all groups")
SEND = Capability("moodle/site:messageanyuser", "Bypass user privacy preferences for messaging any user")
READ_FORUMS = Capability("mod/forum:viewdiscussion", "View discussions")
READ_COMPLETION = Capability("report/completion:view", "View course completion report")
WRITE_CALENDARS = Capability("moodle/calendar:manageentries", "Manage any calendar entries")

READ_LOG = Capability("report/log:view", "View course logs")
PLUGIN_LOG = Capability("local/coilbridge:readlog", "Let COIL Bridge read the activity log")

PLUGIN_ACTIVITY = Capability(
    "local/coilbridge:readactivity",
    "Let COIL Bridge read posts without text, joins, completion and counts of answers",
)
PLUGIN_EVENTS = Capability(
    "local/coilbridge:manageevents", "Let COIL Bridge keep its sessions in the calendars of courses"
)
PLUGIN_COURSES = Capability("local/coilbridge:managecourses", "Let COIL Bridge tell which courses are paired")

# Moodle shows these activities to nobody without these, not even to who may enter the course.
VIEW_ROOMS = Capability("mod/bigbluebuttonbn:view", "View BigBlueButton room")
VIEW_FEEDBACK = Capability("mod/feedback:view", "View a feedback")
VIEW_ATTENDANCE = Capability("mod/attendance:view", "Viewing Attendances")
READ_ATTENDANCE = Capability("mod/attendance:viewreports", "Viewing Reports")

# Asked for where the plugin is installed, besides the role; its set-up page gives all of them.
PLUGIN_ROLE = (
    READ_LOG,
    PLUGIN_LOG,
    PLUGIN_ACTIVITY,
    PLUGIN_EVENTS,
    PLUGIN_COURSES,
    VIEW_ROOMS,
    VIEW_FEEDBACK,
    VIEW_ATTENDANCE,
    READ_ATTENDANCE,
)

ROLE = (
    REST,
    ENTER_COURSES,
    SEE_ENROLMENTS,
    SEE_STUDENTS,
    SEE_USERNAMES,
    SEE_EMAILS,
    SEE_GROUPS,
    SEND,
    READ_FORUMS,
    READ_COMPLETION,
    WRITE_CALENDARS,
)

_FORUMS = (ENTER_COURSES, READ_FORUMS, SEE_GROUPS)
_NEEDED: Mapping[Function, tuple[Capability, ...]] = MappingProxyType(
    {
        Function.COURSES: (ENTER_COURSES,),
        Function.USER_COURSES: (ENTER_COURSES, SEE_ENROLMENTS, SEE_STUDENTS, SEE_GROUPS),
        Function.ENROLLED_USERS: (ENTER_COURSES, SEE_ENROLMENTS, SEE_STUDENTS, SEE_EMAILS, SEE_GROUPS),
        Function.USERS_BY_FIELD: (SEE_STUDENTS, SEE_USERNAMES, SEE_EMAILS),
        Function.SEND_MESSAGES: (SEND,),
        Function.FORUMS: _FORUMS,
        Function.DISCUSSIONS: _FORUMS,
        Function.POSTS: _FORUMS,
        Function.PLUGIN_LOG: (ENTER_COURSES, READ_LOG, PLUGIN_LOG, SEE_GROUPS),
        Function.GET_EVENTS: (WRITE_CALENDARS,),
        Function.CREATE_EVENTS: (WRITE_CALENDARS,),
        Function.DELETE_EVENTS: (WRITE_CALENDARS,),
        Function.CHANGE_EVENT: (WRITE_CALENDARS,),
        Function.PLUGIN_FACTS: (ENTER_COURSES, PLUGIN_ACTIVITY, READ_FORUMS, READ_COMPLETION, SEE_GROUPS),
        Function.PLUGIN_PUT_EVENTS: (ENTER_COURSES, PLUGIN_EVENTS, SEE_GROUPS),
        Function.PLUGIN_DELETE_EVENTS: (ENTER_COURSES, PLUGIN_EVENTS, SEE_GROUPS),
        Function.PLUGIN_SET_COURSES: (PLUGIN_COURSES,),
        Function.COURSE_COMPLETION: (ENTER_COURSES, READ_COMPLETION, SEE_GROUPS),
    }
)


def needed_by(function: str) -> tuple[Capability, ...]:
    """Return what a function needs besides the REST protocol, for courses with separate groups too."""
    return _NEEDED.get(Function(function), ()) if function in set(Function) else ()
