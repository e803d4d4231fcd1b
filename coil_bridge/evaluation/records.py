"""What the evaluation holds of a pilot's people: pseudonyms, weeks and counts, nothing else.

Values only, so that the rules on them (``participation.py``, ``suppression.py``) stay pure. None of them
has a place for a name, an address or a text, and none has the second in which a person did something:
minutes are needed for the time that people spend, and go with the pilot's key (``storage/unlinking.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum

from coil_bridge.domain import Institution, PairingState, SiteState
from coil_bridge.errors import Reason


class Part(StrEnum):
    """A participant's part in a pairing; staff never count as participants of a pilot.

    Guests are a partner's students with an account in this course's Moodle: they count at home. Moodle calls
    them students, and only the partner's own list says who they are, so nobody is stored as one.
    """

    STUDENT = "student"
    GUEST = "guest"
    STAFF = "staff"


class EventKind(IntEnum):
    """What somebody did; the numbers are stored, so they stay what they are."""

    VIEW = 0
    FORUM_TOPIC = 1
    FORUM_REPLY = 2
    SESSION_JOIN = 3  # pressed "join" at COIL Bridge
    ROOM_JOIN = 4  # entered a room through Moodle's BigBlueButton activity
    SUBMISSION = 5  # handed in an assignment or a workshop paper
    QUIZ = 6  # began or finished an attempt
    TOGETHER = 7  # wrote in a wiki, glossary, database or chat
    SURVEY = 8  # answered a feedback, survey or choice
    OTHER_ACT = 9  # anything else that leaves something behind

    @property
    def record(self) -> str:
        """The kind's name inside keyed hashes of Moodle's records."""
        return self.name.lower()


POSTS = frozenset({EventKind.FORUM_TOPIC, EventKind.FORUM_REPLY})
JOINS = (EventKind.SESSION_JOIN, EventKind.ROOM_JOIN)


class EventSource(IntEnum):
    """Who told of an event; the numbers are stored, so they stay what they are."""

    LOG = 0  # the activity log, through our plugin
    RECORDS = 1  # the thing itself (a forum post), through core web services
    FILE = 2  # a log that somebody downloaded and uploaded here


class RunState(StrEnum):
    """Where the pull of one course stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Dropped(StrEnum):
    """Why something that was read was not stored."""

    ALREADY_STORED = "already_stored"
    SUSPENDED = "suspended"
    ROLE_NOT_COUNTED = "role_not_counted"
    ERASED = "erased"
    COMPLETION_NOT_TRACKED = "completion_not_tracked"
    COMPLETION_NOT_PERMITTED = "completion_not_permitted"
    FORUM_NOT_READABLE = "forum_not_readable"
    DISCUSSION_NOT_READABLE = "discussion_not_readable"
    POST_DELETED = "post_deleted"
    AUTHOR_NOT_ENROLLED = "author_not_enrolled"
    OUTSIDE_DATES = "outside_dates"
    NO_ACTIVITY = "no_activity"
    NOT_A_PARTICIPANT = "not_a_participant"
    TOLD_BY_POSTS = "told_by_posts"
    TOLD_BY_LOG = "told_by_log"
    OTHER_COURSE = "other_course"
    NO_PERSON = "no_person"
    NO_TIME = "no_time"
    ANONYMOUS = "anonymous"
    ACTING_AS_ANOTHER = "acting_as_another"
    STAFF = "staff"
    MARKED_ABSENT = "marked_absent"
    MARKED_BETWEEN = "marked_between"
    FACTS_NOT_TOLD = "facts_not_told"


@dataclass(frozen=True, slots=True)
class GroupKey:
    """The people of one institution in one pairing: the smallest group that is ever shown."""

    pairing_id: str
    institution_id: str


@dataclass(frozen=True, slots=True)
class PilotCourse:
    """A course that a pilot evaluates, with what the evaluation needs of its pairing and its site."""

    pairing_id: str
    pairing_title: str
    pairing_state: PairingState
    model: str
    phase_id: str
    phase_name: str
    starts_on: date  # of the pairing, calendar days at each institution
    ends_on: date
    course_id: str
    course_name: str
    moodle_id: int
    site_id: str
    site_name: str
    site_state: SiteState
    institution: Institution

    @property
    def group(self) -> GroupKey:
        """The group whose people this course brings."""
        return GroupKey(self.pairing_id, self.institution.id)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody seen in a course's roster, as the last pull saw them."""

    pairing_id: str
    course_id: str
    pseudonym: str
    part: Part
    last_access_week: date | None  # Monday of the ISO week, by the institution's local date
    completed: bool | None  # None: Moodle did not say
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a member did, known by the record that it left in Moodle."""

    source_key: str
    pseudonym: str
    kind: EventKind
    minute: int  # since 1970-01-01 UTC
    day: date  # by the institution's local date
    reply_to: str | None = None  # whom it answers
    reply_key: str | None = None


@dataclass(frozen=True, slots=True)
class FeedbackCount:
    """How many answered a Feedback activity, by Moodle's number of the activity in the course."""

    module: int
    answers: int
    anonymous: bool
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class DayCount:
    """How much a member wrote in a course on one of the institution's local days."""

    pairing_id: str
    course_id: str
    pseudonym: str
    day: date
    posts: int  # replies included
    replies: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The accounts of a pull so far: what came, what became of it, how far it has got."""

    read: int = 0
    stored: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)  # by reason; read = stored + all of these
    steps_done: int = 0  # questions put to the site
    steps_expected: int = 0  # questions that there will be, as far as known


@dataclass(frozen=True, slots=True)
class PullRun:
    """One pull of one course: what was asked, what came, what became of it."""

    id: str
    pilot_id: str
    pairing_id: str
    course_id: str
    state: RunState
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    tally: Tally
    failure: Reason | None


class LogFinding(StrEnum):
    """What a Moodle has of a log that we can read."""

    READ = "read"
    NO_PLUGIN = "no_plugin"
    PLUGIN_TOO_OLD = "plugin_too_old"
    NOT_ALLOWED = "not_allowed"  # the plugin is there, its functions are not in the token's service
    NO_LOG_STORE = "no_log_store"  # the plugin is there, Moodle keeps no log that it could read


@dataclass(frozen=True, slots=True)
class LogRun:
    """One reading of one Moodle's log for a pilot; ids are those of the rows in that log."""

    id: str
    pilot_id: str
    site_id: str
    state: RunState
    finding: LogFinding | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    tally: Tally
    first_id: int
    at_id: int
    last_id: int
    refused: Mapping[str, str]
    failure: Reason | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in (RunState.DONE, RunState.FAILED)

    @property
    def share(self) -> float:
        """How far it has got, from 0 to 1."""
        if self.ended:
            return 1.0
        way = self.last_id - self.first_id
        return min((self.at_id - self.first_id) / way, 1.0) if way > 0 else 0.0
