"""Participation: from what was pulled to one row a person and week, and what must be withheld.

Pure functions over values. Somebody in several courses of one institution and pairing is one person
there: the role is staff if it is staff in any of them (a partner's guest counts at home), days are united,
counts are added, and completion is "yes" only when every course says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from coil_bridge.evaluation import weeks
from coil_bridge.evaluation.records import DayCount, GroupKey, Member, Part, PilotCourse
from coil_bridge.evaluation.suppression import either, shown_groups, students_by_group


class Completed(StrEnum):
    """Whether somebody completed the course, as its Moodle says."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class GroupStatus(StrEnum):
    """What a table says of a group."""

    SHOWN = "shown"
    WITHHELD = "withheld"
    NOT_PULLED = "not pulled"


@dataclass(frozen=True, slots=True)
class PersonWeek:
    """What one person did in one ISO week of a pairing; zeros are weeks in which nothing was seen."""

    pseudonym: str
    week: date  # its Monday
    posts: int
    replies: int
    active_days: int


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """One person in one pairing, over all its weeks."""

    pseudonym: str
    part: Part
    completed: Completed
    last_access_week: date | None
    posts: int
    replies: int
    active_days: int
    active_weeks: int


@dataclass(frozen=True, slots=True)
class GroupTable:
    """One institution in one pairing; nothing but its status when it is not shown."""

    course: PilotCourse  # any of the group's courses: for the names of pairing, phase and institution
    status: GroupStatus
    covered_to: date | None  # the last local day of which the data can know
    people: tuple[PersonSummary, ...] = ()
    weeks: tuple[PersonWeek, ...] = ()

    def count(self, part: Part) -> int | None:
        """How many people have this part; ``None`` when the group, or its staff, is not shown."""
        if self.status is not GroupStatus.SHOWN:
            return None
        found = sum(person.part is part for person in self.people)
        return found if found or part is Part.STUDENT else None


@dataclass(slots=True)
class _Person:
    part: Part = Part.STUDENT
    completions: list[bool | None] = field(default_factory=list)
    last_access_week: date | None = None
    days: dict[date, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))


def tabulate(
    courses: Sequence[PilotCourse],
    members: Sequence[Member],
    days: Iterable[DayCount],
    covered: Mapping[tuple[str, str], date],
    threshold: int,
) -> tuple[GroupTable, ...]:
    """Tabulate a pilot's groups, sorted by pairing and institution.

    ``covered`` has, for each (pairing, course) that was pulled completely at least once, the last local
    day of which that pull can know. A group is shown when each of its courses is in there and it has at
    least ``threshold`` students.
    """
    shown = shown_groups(students_by_group(courses, members), threshold)
    by_group: dict[GroupKey, list[PilotCourse]] = defaultdict(list)
    for course in courses:
        by_group[course.group].append(course)
    people = _gather(courses, members, days)
    ordered = sorted(by_group.values(), key=lambda them: _order(them[0]))
    return tuple(_group_table(them, people[them[0].group], covered, shown, threshold) for them in ordered)


def _order(course: PilotCourse) -> tuple[str, str, str, str]:
    return course.pairing_title, course.pairing_id, course.institution.name, course.institution.id


def _gather(
    courses: Iterable[PilotCourse], members: Iterable[Member], days: Iterable[DayCount]
) -> Mapping[GroupKey, dict[str, _Person]]:
    group_of = {(course.pairing_id, course.course_id): course.group for course in courses}
    people: dict[GroupKey, dict[str, _Person]] = defaultdict(lambda: defaultdict(_Person))
    for member in members:
        if group := group_of.get((member.pairing_id, member.course_id)):
            _add_member(people[group][member.pseudonym], member)
    for each in days:
        group = group_of.get((each.pairing_id, each.course_id))
        if group and each.pseudonym in people[group]:
            counts = people[group][each.pseudonym].days[each.day]
            counts[0] += each.posts
            counts[1] += each.replies
    return people


def _add_member(person: _Person, member: Member) -> None:
    person.part = either(person.part, member.part)
    person.completions.append(member.completed)
    if member.last_access_week:
        person.last_access_week = max(member.last_access_week, person.last_access_week or date.min)


def _group_table(
    courses: Sequence[PilotCourse],
    people: Mapping[str, _Person],
    covered: Mapping[tuple[str, str], date],
    shown: frozenset[GroupKey],
    threshold: int,
) -> GroupTable:
    known_to = [covered.get((course.pairing_id, course.course_id)) for course in courses]
    complete = [day for day in known_to if day is not None]
    if len(complete) < len(courses):
        return GroupTable(courses[0], GroupStatus.NOT_PULLED, None)
    covered_to = min(complete)
    if courses[0].group not in shown:
        return GroupTable(courses[0], GroupStatus.WITHHELD, covered_to)
    ordered = sorted(_showable(people, threshold).items())
    span = tuple(_span(courses[0], covered_to, [person for _, person in ordered]))
    return GroupTable(
        course=courses[0],
        status=GroupStatus.SHOWN,
        covered_to=covered_to,
        people=tuple(_summary(pseudonym, person) for pseudonym, person in ordered),
        weeks=tuple(week for pseudonym, person in ordered for week in _weeks(pseudonym, person, span)),
    )


def _showable(people: Mapping[str, _Person], threshold: int) -> Mapping[str, _Person]:
    """The students; staff and guests where they are many: a course's one teacher is known by any name."""
    sizes = Counter(person.part for person in people.values())
    return {
        name: person
        for name, person in people.items()
        if person.part is Part.STUDENT or sizes[person.part] >= threshold
    }


def _span(course: PilotCourse, covered_to: date, people: Iterable[_Person]) -> Iterator[date]:
    """The pairing's weeks as far as the data knows, and every other week in which somebody was active."""
    active = [day for person in people for day in person.days]
    first = min([course.starts_on, *active])
    return weeks.mondays(first, max([min(course.ends_on, covered_to), *active]))


def _summary(pseudonym: str, person: _Person) -> PersonSummary:
    return PersonSummary(
        pseudonym=pseudonym,
        part=person.part,
        completed=_completed(person.completions),
        last_access_week=person.last_access_week,
        posts=sum(posts for posts, _ in person.days.values()),
        replies=sum(replies for _, replies in person.days.values()),
        active_days=len(person.days),
        active_weeks=len({weeks.monday(day) for day in person.days}),
    )


def _weeks(pseudonym: str, person: _Person, span: Iterable[date]) -> Iterator[PersonWeek]:
    by_week: dict[date, list[list[int]]] = defaultdict(list)
    for day, counts in person.days.items():
        by_week[weeks.monday(day)].append(counts)
    for week in span:
        days = by_week.get(week, [])
        posts, replies = (sum(counts[which] for counts in days) for which in (0, 1))
        yield PersonWeek(pseudonym, week, posts, replies, active_days=len(days))


def _completed(answers: Sequence[bool | None]) -> Completed:
    if False in answers:
        return Completed.NO
    return Completed.YES if answers and None not in answers else Completed.UNKNOWN
