"""From stored rows to one value for each participation: a student of an institution in a pairing.

Somebody in several courses of one institution and pairing is one participation: days are united, minutes
added, and who is staff in one of the courses is staff. Whoever objected is left out before anything is
counted. A guest in a partner's course (whose home institution the partner has named) counts at home;
here only the replies that cross to and from the guest do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from coil_bridge.domain import Phase, Pilot
from coil_bridge.evaluation.attendance import (
    Attended,
    Meeting,
    Override,
    Presence,
    PresenceSource,
    Standing,
    by_person,
    contact_minutes,
)
from coil_bridge.evaluation.definitions.registry import COMPLETION_PERCENT, CompletionRule
from coil_bridge.evaluation.enrolment import enrolled_members
from coil_bridge.evaluation.records import GroupKey, Member, Part, PilotCourse
from coil_bridge.evaluation.stays import Stay, in_sessions
from coil_bridge.evaluation.windows import Window, course_window, phase_windows

UNDISCLOSED = "undisclosed"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a pilot can set, and the completion rule of the chosen set of definitions."""

    presence_percent: int = 85
    gap_minutes: int = 30
    silent_days: int = 5
    completion: CompletionRule = CompletionRule.MOODLE_OR_SESSIONS


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody in one course of one pairing, by a short number."""

    no: int
    pairing_id: str
    course_id: str
    pseudonym: str
    part: Part


@dataclass(frozen=True, slots=True)
class Trait:
    """What a partner supplied about somebody; ``home`` is another institution's id for a guest."""

    gender: str = UNDISCLOSED
    country: str = ""
    home: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """So many answers of one actor to another on one local day."""

    by: int
    to: int
    day: int
    count: int


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything that is stored of a pilot and counts; days as ``date.toordinal()``."""

    pilot: Pilot
    phases: Sequence[Phase]
    courses: Sequence[PilotCourse]
    pulled: frozenset[tuple[str, str]]  # (pairing, course) that were read completely at least once
    members: Sequence[Member]
    actors: Sequence[Actor]
    days: Iterable[tuple[int, int, int]]  # actor, local day, events
    sitting_minutes: Mapping[int, int]  # by actor
    joins: Iterable[tuple[int, int]]  # actor, minute: rooms entered through the own Moodle
    replies: Sequence[Reply]
    meetings: Sequence[Meeting]
    presences: Sequence[Presence]
    overrides: Sequence[Override]
    traits: Mapping[str, Trait]  # by pseudonym
    excluded: frozenset[str]  # pseudonyms of those who objected
    rules: Rules
    through: date
    stays: Sequence[Stay] = ()


@dataclass(slots=True)
class Participation:
    """One student of one institution in one pairing."""

    group: GroupKey
    pseudonym: str
    enrolled: bool = False
    completions: list[bool | None] = field(default_factory=list)
    trait: Trait = Trait()
    days: set[int] = field(default_factory=set)
    sitting_minutes: int = 0
    attended: list[Attended] = field(default_factory=list)
    contact: int = 0
    estimated: int = 0
    by_moodle: bool = False  # completing as Moodle says
    by_sessions: bool = False  # completing by presence, where Moodle tracks nothing
    completing: bool = False  # under the rule of the chosen definitions
    connected: bool = False  # wrote a reply to a student or received one

    @property
    def active(self) -> bool:
        """Whether anything at all is known of the student's taking part."""
        return self.enrolled and bool(self.days or self.contact)

    @property
    def attendances(self) -> int:
        """In how many sessions the student was present."""
        return sum(each.standing is Standing.PRESENT for each in self.attended)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted: participations, staff by group, and who answered whom."""

    people: Mapping[tuple[GroupKey, str], Participation]
    staff: Mapping[GroupKey, frozenset[str]]
    replies: Mapping[tuple[tuple[GroupKey, str], tuple[GroupKey, str]], int]
    meetings: Sequence[Meeting]


def gather(stored: Stored) -> Facts:
    """Everything that counts, person by person."""
    windows = phase_windows(stored.phases)
    courses = {(each.pairing_id, each.course_id): each for each in stored.courses}
    spans = {key: course_window(each, windows, stored.through) for key, each in courses.items()}
    parts = _parts(stored, courses)
    people = _people(stored, courses, parts)
    index = _by_actor(stored, courses, people)
    _add_days(stored, spans, index)
    _add_attendance(stored, courses, people)
    replies = _replies(stored, spans, courses, parts, people)
    _complete(stored, people)
    staff: dict[GroupKey, set[str]] = defaultdict(set)
    for (group, pseudonym), part in parts.items():
        if part is Part.STAFF and pseudonym not in stored.excluded:
            staff[group].add(pseudonym)
    return Facts(people, {group: frozenset(them) for group, them in staff.items()}, replies, stored.meetings)


def _parts(
    stored: Stored, courses: Mapping[tuple[str, str], PilotCourse]
) -> dict[tuple[GroupKey, str], Part]:
    parts: dict[tuple[GroupKey, str], Part] = {}
    for member in stored.members:
        if course := courses.get((member.pairing_id, member.course_id)):
            key = (course.group, member.pseudonym)
            if parts.get(key) is not Part.STAFF:
                parts[key] = member.part
    return parts


def _people(
    stored: Stored,
    courses: Mapping[tuple[str, str], PilotCourse],
    parts: Mapping[tuple[GroupKey, str], Part],
) -> dict[tuple[GroupKey, str], Participation]:
    enrolled = {
        (each.pairing_id, each.course_id, each.pseudonym)
        for each in enrolled_members(stored.courses, stored.members)
    }
    people: dict[tuple[GroupKey, str], Participation] = {}
    for member in stored.members:
        course = courses.get((member.pairing_id, member.course_id))
        if course is None or not _counts(stored, course, member, parts):
            continue
        person = people.setdefault(
            (course.group, member.pseudonym),
            Participation(course.group, member.pseudonym, trait=stored.traits.get(member.pseudonym, Trait())),
        )
        key = (member.pairing_id, member.course_id, member.pseudonym)
        person.enrolled = person.enrolled or key in enrolled
        person.completions.append(member.completed)
    return people


def _counts(
    stored: Stored, course: PilotCourse, member: Member, parts: Mapping[tuple[GroupKey, str], Part]
) -> bool:
    if parts[course.group, member.pseudonym] is Part.STAFF or member.pseudonym in stored.excluded:
        return False
    home = stored.traits.get(member.pseudonym, Trait()).home
    return home in ("", course.institution.id)


def _by_actor(
    stored: Stored,
    courses: Mapping[tuple[str, str], PilotCourse],
    people: Mapping[tuple[GroupKey, str], Participation],
) -> dict[int, tuple[Participation, tuple[str, str]]]:
    found = {}
    for actor in stored.actors:
        course = courses.get((actor.pairing_id, actor.course_id))
        person = people.get((course.group, actor.pseudonym)) if course else None
        if person:
            found[actor.no] = (person, (actor.pairing_id, actor.course_id))
            person.sitting_minutes += stored.sitting_minutes.get(actor.no, 0)
    return found


def _add_days(
    stored: Stored,
    spans: Mapping[tuple[str, str], Window],
    index: Mapping[int, tuple[Participation, tuple[str, str]]],
) -> None:
    ordinals = {key: (first.toordinal(), last.toordinal()) for key, (first, last) in spans.items()}
    found = {no: (person.days.add, *ordinals[key]) for no, (person, key) in index.items()}
    for actor, day, _events in stored.days:
        entry = found.get(actor)
        if entry and entry[1] <= day <= entry[2]:
            entry[0](day)


def _add_attendance(
    stored: Stored,
    courses: Mapping[tuple[str, str], PilotCourse],
    people: Mapping[tuple[GroupKey, str], Participation],
) -> None:
    pairing_of = {meeting.id: meeting.pairing_id for meeting in stored.meetings}
    entered = told_by_log(stored.actors, stored.joins)
    presences = [*stored.presences, *in_sessions([*stored.stays, *entered], stored.meetings)]
    found = by_person(stored.meetings, presences, stored.overrides, stored.rules.presence_percent)
    best: dict[tuple[GroupKey, str, str], Attended] = {}
    for (session_id, course_id, pseudonym), value in found.items():
        course = courses.get((pairing_of[session_id], course_id))
        if course and (course.group, pseudonym) in people:
            key = (course.group, pseudonym, session_id)
            if key not in best or value.minutes > best[key].minutes:
                best[key] = value
    for (group, pseudonym, _session), value in best.items():
        people[group, pseudonym].attended.append(value)
    for person in people.values():
        person.contact, person.estimated = contact_minutes(person.attended)


def present_in_enough(attendances: int, held: int) -> bool:
    """Whether so many of the sessions held make somebody complete, where Moodle tracks nothing."""
    return held > 0 and attendances * 100 >= held * COMPLETION_PERCENT


def told_by_log(actors: Iterable[Actor], joins: Iterable[tuple[int, int]]) -> list[Stay]:
    """Rooms that students entered through the own Moodle, by its log: (actor, minute)."""
    who = {actor.no: actor for actor in actors if actor.part is Part.STUDENT}
    return [
        Stay(actor.pairing_id, actor.course_id, actor.pseudonym, minute, None, PresenceSource.MOODLE)
        for no, minute in joins
        if (actor := who.get(no))
    ]


def _replies(
    stored: Stored,
    spans: Mapping[tuple[str, str], Window],
    courses: Mapping[tuple[str, str], PilotCourse],
    parts: Mapping[tuple[GroupKey, str], Part],
    people: Mapping[tuple[GroupKey, str], Participation],
) -> dict[tuple[tuple[GroupKey, str], tuple[GroupKey, str]], int]:
    """Who answered whom, under the home institution; staff and people who objected are left out."""
    place: dict[int, tuple[tuple[GroupKey, str], int, int]] = {}
    for actor in stored.actors:
        course = courses.get((actor.pairing_id, actor.course_id))
        if course is None or parts.get((course.group, actor.pseudonym)) is not Part.STUDENT:
            continue
        if actor.pseudonym in stored.excluded:
            continue
        home = stored.traits.get(actor.pseudonym, Trait()).home or course.institution.id
        first, last = spans[actor.pairing_id, actor.course_id]
        key = (GroupKey(actor.pairing_id, home), actor.pseudonym)
        place[actor.no] = (key, first.toordinal(), last.toordinal())
    counts: dict[tuple[tuple[GroupKey, str], tuple[GroupKey, str]], int] = defaultdict(int)
    for reply in stored.replies:
        by, to = place.get(reply.by), place.get(reply.to)
        if by and to and by[0] != to[0] and by[1] <= reply.day <= by[2]:
            counts[by[0], to[0]] += reply.count
            for key in (by[0], to[0]):
                if key in people:
                    people[key].connected = True
    return dict(counts)


def _complete(stored: Stored, people: Mapping[tuple[GroupKey, str], Participation]) -> None:
    held: dict[str, int] = defaultdict(int)
    for meeting in stored.meetings:
        held[meeting.pairing_id] += 1
    for person in people.values():
        known = [each for each in person.completions if each is not None]
        sessions = held[person.group.pairing_id]
        enough = present_in_enough(person.attendances, sessions)
        whole = bool(known) and all(known) and len(known) == len(person.completions)
        person.by_moodle = person.active and whole
        person.by_sessions = person.active and enough and not known
        either = stored.rules.completion is CompletionRule.MOODLE_OR_SESSIONS
        person.completing = person.by_moodle or (either and person.by_sessions)
