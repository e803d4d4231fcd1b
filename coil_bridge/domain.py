"""The nouns of COIL Bridge: plain frozen values that every layer may hold.

Identifiers are opaque random strings (never counted up, so nobody can guess a neighbour's). Every
``datetime`` is an aware UTC instant unless its name ends in ``local``; every ``date`` is a calendar
day at the institution it belongs to; zones are IANA names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from coil_bridge.errors import Reason


class Role(StrEnum):
    """What a person may do across the consortium, beside what the own courses allow."""

    ADMINISTRATOR = "administrator"
    EVALUATION_LEAD = "evaluation_lead"


class CourseRole(StrEnum):
    """A person's part in one course, as Moodle's role assignments there say."""

    TEACHER = "teacher"
    STUDENT = "student"


class SiteState(StrEnum):
    """Whether we talk to a partner's Moodle; a removed site stays as the courses' past."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


class Model(StrEnum):
    """How two courses are connected (the models named in the consortium's work plan)."""

    COIL = "COIL"
    CLIL = "CLIL"
    TILT = "TILT"
    EMI = "EMI"


class PairingState(StrEnum):
    """Where a pairing stands; the permitted moves are in ``services/agreed/pairing_states.py``."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    COMPLETED = "completed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


class Answer(StrEnum):
    """What the teachers of an invited course have said to a proposal."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class CoilPhase(StrEnum):
    """The four phases of a COIL module (SUNY model)."""

    TEAM_BUILDING = "team_building"
    COMPARING = "comparing"
    JOINT_PROJECT = "joint_project"
    PRESENTATION = "presentation"


class SessionState(StrEnum):
    """A joint session takes place or was called off; a cancelled one is never deleted."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class NewsKind(StrEnum):
    """What happened to a session that people are told of."""

    PLANNED = "planned"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    ZONES = "zones"  # the rules of a time zone have changed


class MessageKind(StrEnum):
    """Kinds of messages that a person can do without; all others (sign-in links) are asked for."""

    CHANGES = "changes"
    DIGEST = "digest"
    REMINDER = "reminder"
    PAIRINGS = "pairings"


class Reminder(StrEnum):
    """How long before a session somebody wants to be reminded of it."""

    NONE = "none"
    DAY = "day"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class TellingChoice:
    """What a person wants to be told; the defaults hold for whoever has chosen nothing.

    ``changes``: those so near that calendars may be too slow, at once. ``digest``: all others, once a day.
    ``pairings``: proposals, answers, starts and ends.
    """

    changes: bool = True
    digest: bool = True
    pairings: bool = True
    reminder: Reminder = Reminder.NONE

    def wants(self, kind: MessageKind) -> bool:
        """Whether messages of this kind are wanted."""
        if kind is MessageKind.REMINDER:
            return self.reminder is not Reminder.NONE
        return {
            MessageKind.CHANGES: self.changes,
            MessageKind.DIGEST: self.digest,
            MessageKind.PAIRINGS: self.pairings,
        }[kind]


@dataclass(frozen=True, slots=True)
class Institution:
    """A partner university and the hours in which its people can be expected to meet."""

    id: str
    name: str
    short_name: str
    city: str
    country: str  # ISO 3166-1 alpha-2
    subdivision: str | None  # ISO 3166-2 without the country, where public holidays differ
    zone: str
    day_starts: time
    day_ends: time


@dataclass(frozen=True, slots=True)
class Site:
    """One partner's Moodle. The token is not here: only the connector gets to see it."""

    id: str
    institution: Institution
    name: str
    base_url: str
    state: SiteState
    added_at: datetime
    checked_at: datetime | None
    readiness: Mapping[str, Any] | None
    last_ok_at: datetime | None
    last_error: Reason | None
    last_error_at: datetime | None
    failures: int
    retry_at: datetime | None
    courses_synced_at: datetime | None


@dataclass(frozen=True, slots=True)
class Course:
    """A course as its Moodle last showed it."""

    id: str
    site_id: str
    site_name: str
    institution: Institution
    moodle_id: int
    fullname: str
    shortname: str
    summary: str
    starts_on: date | None
    ends_on: date | None
    language: str | None
    visible: bool
    synced_at: datetime
    gone_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in, or was told of a proposal; a student is stored at the first sign-in.

    ``learner_in``: courses in which this session counts as a student's, because Moodle said so when it was
    opened; a teacher may switch the role there to see what students see. ``attends_only``: a session that
    began with a launch attends the course of the launch and no other; ``None`` where nothing limits it.
    """

    id: str
    name: str
    email: str | None = field(repr=False)
    language: str | None
    zone: str | None
    roles: frozenset[Role] = frozenset()
    learner_in: frozenset[str] = frozenset()
    attends_only: frozenset[str] | None = None

    def part(self, course_id: str, recorded: CourseRole | None) -> CourseRole | None:
        """The part in a course, by what is on record and by what this session may be."""
        if recorded is CourseRole.TEACHER:
            return CourseRole.STUDENT if course_id in self.learner_in else recorded
        elsewhere = self.attends_only is not None and course_id not in self.attends_only
        return None if elsewhere else recorded


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A person's part in a course, as last seen in Moodle."""

    course: Course
    person_id: str
    role: CourseRole
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Pilot:
    """A piloting round that is evaluated as one; its pseudonym key is held apart, encrypted."""

    id: str
    name: str
    description: str
    starts_on: date
    ends_on: date
    suppression_threshold: int
    key_destroyed_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Phase:
    """A dated part of a pilot (autumn, spring) to which pairings are assigned."""

    id: str
    pilot_id: str
    pilot_name: str
    name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class PairedCourse:
    """A course in a pairing and what its teachers have answered."""

    course: Course
    initiating: bool
    answer: Answer
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two or more courses that teach together; the unit that everything else hangs on."""

    id: str
    title: str
    model: Model
    phase: Phase | None
    language: str
    starts_on: date
    ends_on: date
    message: str
    state: PairingState
    proposed_by: str
    courses: tuple[PairedCourse, ...]
    version: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class JointSession:
    """A meeting of a pairing: wall time and zone of the anchor, and the instant they resolve to."""

    id: str
    pairing_id: str
    series_id: str | None
    uid: str
    title: str
    phase: CoilPhase
    starts_local: datetime  # naive wall time on the anchor's clock
    zone: str
    fold: int  # 1 for the second reading of a wall time that exists twice
    starts_at: datetime
    minutes: int
    room_url: str | None
    notes: str
    state: SessionState
    sequence: int
    version: int
    created_by: str
    created_at: datetime
    changed_at: datetime
    slot_local: datetime | None = None  # the naive wall time that its series gives it, and its zone
    slot_zone: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which thing, and when."""

    at: datetime
    actor_id: str | None
    actor_name: str
    subject_kind: str
    subject_id: str
    action: str
    detail: Mapping[str, Any]


class FeedKind(StrEnum):
    """What a calendar feed is about: one pairing, all of a person's, an institution's, or a pilot's."""

    PAIRING = "pairing"
    PERSON = "person"
    INSTITUTION = "institution"
    PILOT = "pilot"


@dataclass(frozen=True, slots=True)
class FeedChoice:
    """Which feed: what it is about, and in which form it is wanted. Links with the same choice share it.

    ``alarm`` is minutes before the start, 0 for none. ``called_off``: cancelled sessions stay in, marked
    (a Moodle that imports the feed does not read that mark, so for it they are left out). ``rooms``: with
    the links to the rooms, which no public feed has.
    """

    kind: FeedKind
    subject_id: str
    language: str
    alarm: int = 0
    called_off: bool = True
    rooms: bool = True


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A subscription address; ``token`` is the secret part of it, or, where ``public``, a plain name."""

    id: str
    token: str = field(repr=False)
    feed: FeedChoice
    person_id: str  # who asked for it, and loses it with the right to it
    public: bool
    created_at: datetime
    revoked_at: datetime | None

    @property
    def language(self) -> str:
        """The language of what it shows."""
        return self.feed.language
