"""A pilot of made-up people at two dates: what was done by the first is done at the second, and some more."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from coil_bridge.domain import Phase
from coil_bridge.evaluation.attendance import Meeting, Presence, PresenceSource
from coil_bridge.evaluation.definitions.registry import CompletionRule
from coil_bridge.evaluation.facts import Actor, Reply, Rules, Stored, Trait
from coil_bridge.evaluation.records import Member, Part, PilotCourse
from coil_bridge.evaluation.sittings import bulk
from coil_bridge.evaluation.weeks import noon_of
from tests.unit.evaluation.pilots import ALMATY, BELGRADE, OBSERVED, PILOT, SHANGHAI, course

THRESHOLD = 5
FIRST, SECOND = date(2026, 10, 25), date(2026, 11, 8)
_STARTS = date(2026, 10, 5)
_PLACES = (BELGRADE, ALMATY, SHANGHAI)
_CHANCES = (0.0, 0.0, 0.1, 0.5, 0.5, 0.9, 1.0, 1.0)


@dataclass
class _Person:
    """Somebody, with the days on which something is done, whatever the date."""

    course: PilotCourse
    no: int
    days: Sequence[date]
    came: Sequence[Meeting]
    completed_on: date | None
    answers: Sequence[tuple[int, date]]
    gender: str
    enrolled_on: date

    @property
    def name(self) -> str:
        return f"p{self.no}"


@dataclass(frozen=True)
class Growing:
    """Three pairings in two phases; the second phase runs at the first date, and maybe at the second."""

    phases: Sequence[Phase]
    courses: Sequence[PilotCourse]
    meetings: Sequence[Meeting]
    people: Sequence[_Person]

    def stored(self, through: date, completion: CompletionRule = CompletionRule.MOODLE_OR_SESSIONS) -> Stored:
        """What is stored when everything up to a day has happened and was read."""
        people = [each for each in self.people if each.enrolled_on <= through]
        actors = [
            Actor(each.no, each.course.pairing_id, each.course.course_id, each.name, Part.STUDENT)
            for each in people
        ]
        known = {each.no for each in people}
        return Stored(
            pilot=replace(PILOT, suppression_threshold=THRESHOLD),
            phases=self.phases,
            courses=self.courses,
            pulled=frozenset((each.pairing_id, each.course_id) for each in self.courses),
            members=[_member(each, through) for each in people],
            actors=actors,
            days=[(each.no, day.toordinal(), 1) for each in people for day in each.days if day <= through],
            sitting_minutes=bulk([], {}, 30).minutes,
            joins=[],
            replies=[
                Reply(each.no, to, day.toordinal(), 1)
                for each in people
                for to, day in each.answers
                if day <= through and to in known
            ],
            meetings=[each for each in self.meetings if each.starts < noon_of(through.toordinal())],
            presences=[
                Presence(
                    meeting.id,
                    each.course.course_id,
                    each.name,
                    meeting.starts,
                    meeting.ends,
                    PresenceSource.FILE,
                )
                for each in people
                for meeting in each.came
                if meeting.starts < noon_of(through.toordinal())
            ],
            overrides=[],
            traits={each.name: Trait(each.gender) for each in people},
            excluded=frozenset(),
            rules=Rules(completion=completion),
            through=through,
        )


def growing(seed: int) -> Growing:
    """The same pilot for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - the same every time, that is the point
    over = chance.choice((SECOND, date(2026, 12, 18)))
    phases = (
        Phase("autumn", "pilot", PILOT.name, "Autumn", date(2026, 10, 1), date(2026, 10, 18)),
        Phase("winter", "pilot", PILOT.name, "Winter", date(2026, 10, 19), over),
    )
    courses = []
    for number in range(3):
        phase = chance.choice(phases)
        courses += [
            course(
                place,
                f"v{number}",
                phase_id=phase.id,
                phase_name=phase.name,
                model=("COIL", "CLIL")[number % 2],
                starts_on=max(_STARTS, phase.starts_on),
            )
            for place in chance.sample(_PLACES, 2)
        ]
    meetings = [
        Meeting(f"{pairing}-{week}", pairing, noon_of((_STARTS + timedelta(weeks=week)).toordinal()), 60)
        for pairing in sorted({each.pairing_id for each in courses})
        for week in chance.sample(range(5), chance.choice((0, 1, 1, 2)))
    ]
    people: list[_Person] = []
    for each in courses:
        people += _class(each, meetings, chance, first=len(people) + 1)
    return Growing(phases, courses, meetings, people)


def _class(of: PilotCourse, meetings: Sequence[Meeting], chance: random.Random, first: int) -> list[_Person]:
    size = chance.randint(THRESHOLD, 2 * THRESHOLD) * chance.choice((1, 3))
    active, busy, completes, comes, answers, late = (chance.choice(_CHANCES) for _ in range(6))
    women = chance.choice(_CHANCES)
    days = [_STARTS + timedelta(days=day) for day in range(35)]
    held = [each for each in meetings if each.pairing_id == of.pairing_id]
    found = []
    for no in range(first, first + size):
        begins = chance.choice(days) if chance.random() < late else days[0]
        mine = chance.random() < active
        found.append(
            _Person(
                of,
                no,
                [day for day in days if mine and day >= begins and chance.random() < busy],
                [each for each in held if mine and chance.random() < comes],
                chance.choice(days) if chance.random() < completes else None,
                [
                    (chance.randrange(first, first + size), chance.choice(days))
                    for _ in range(2)
                    if mine and chance.random() < answers
                ],
                chance.choice(("female", "undisclosed")) if chance.random() < women else "male",
                chance.choice(days) if chance.random() < late / 4 else _STARTS,
            )
        )
    return found


def _member(each: _Person, through: date) -> Member:
    done = each.completed_on is not None and each.completed_on <= through
    return Member(
        each.course.pairing_id, each.course.course_id, each.name, Part.STUDENT, None, done, OBSERVED
    )
