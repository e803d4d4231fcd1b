"""What the evaluation holds of a pilot's people: pseudonyms, weeks and counts, nothing else.

Values only, so that the rules on them (``participation.py``, ``suppression.py``) stay pure. None of them
has a place for a name, an address or a text, and none has an instant of something a person did: an
instant to the second can be looked up in the partner's own Moodle and would name the person again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from coil_bridge.domain import Institution, PairingState, SiteState
from coil_bridge.errors import Reason


class Part(StrEnum):
    """A participant's part in a pairing; staff never count as participants of a pilot."""

    STUDENT = "student"
    STAFF = "staff"


class ActivityKind(StrEnum):
    """What core web services let us see of somebody's work in a course."""

    FORUM_TOPIC = "forum_topic"
    FORUM_REPLY = "forum_reply"


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
    COMPLETION_NOT_TRACKED = "completion_not_tracked"
    COMPLETION_NOT_PERMITTED = "completion_not_permitted"
    FORUM_NOT_READABLE = "forum_not_readable"
    DISCUSSION_NOT_READABLE = "discussion_not_readable"
    POST_DELETED = "post_deleted"
    AUTHOR_NOT_ENROLLED = "author_not_enrolled"
    OUTSIDE_DATES = "outside_dates"


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
    """One thing that a member did, reduced to the institution's local day."""

    source_key: str
    pseudonym: str
    kind: ActivityKind
    day: date


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
