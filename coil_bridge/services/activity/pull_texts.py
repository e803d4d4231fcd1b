"""Why something that a pull read was not stored, in words for pages and the command line."""

from __future__ import annotations

from collections.abc import Mapping

from coil_bridge.evaluation.records import Dropped
from coil_bridge.i18n import mark

REASONS: Mapping[Dropped, str] = {
    Dropped.ALREADY_STORED: mark("known from an earlier pull and unchanged"),
    Dropped.SUSPENDED: mark("the enrolment is suspended"),
    Dropped.ROLE_NOT_COUNTED: mark("neither student nor teacher in the course"),
    Dropped.ERASED: mark("people who had their data erased"),
    Dropped.COMPLETION_NOT_TRACKED: mark("the course does not track completion"),
    Dropped.COMPLETION_NOT_PERMITTED: mark("the service account may not read completion"),
    Dropped.FORUM_NOT_READABLE: mark("a forum that the service account may not read"),
    Dropped.DISCUSSION_NOT_READABLE: mark("posts of a discussion that the service account may not read"),
    Dropped.POST_DELETED: mark("deleted posts"),
    Dropped.AUTHOR_NOT_ENROLLED: mark("posts by somebody who is not a participant of the course"),
    Dropped.OUTSIDE_DATES: mark("outside the dates of the pairing"),
    Dropped.NO_ACTIVITY: mark("rows that tell of no activity of their person, or repeat one"),
    Dropped.NOT_A_PARTICIPANT: mark("by somebody who is not a participant of the course"),
    Dropped.TOLD_BY_POSTS: mark("posts, which are known from the forums themselves"),
    Dropped.TOLD_BY_LOG: mark("known from the log that the plugin reads"),
    Dropped.OTHER_COURSE: mark("of another course"),
    Dropped.NO_PERSON: mark("lines that name nobody whom we could find"),
    Dropped.NO_TIME: mark("lines without a time"),
    Dropped.ANONYMOUS: mark("anonymous rows, which the Moodle keeps to itself"),
    Dropped.ACTING_AS_ANOTHER: mark("by an administrator who was signed in as somebody else"),
    Dropped.STAFF: mark("of teachers, whose attendance is not counted"),
    Dropped.MARKED_ABSENT: mark("marked as absent in the attendance register of the Moodle"),
    Dropped.MARKED_BETWEEN: mark("marked as late or excused there: with some points, but not with all"),
    Dropped.FACTS_NOT_TOLD: mark("rooms or a register of which the plugin may not tell"),
}
