"""The simulated Moodles of the demo, filled from ``config/demo.toml``.

Weeks in that file count from the Monday of the week in which the demo starts, so whatever the day, one
pairing is in the middle of its work and others are still to be made.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import resources
from typing import Any, cast
from zoneinfo import ZoneInfo

from connectors.moodle.simulator import Course, Simulator, User, World

ADMINISTRATOR = "moodle.admin"  # of each Moodle, by user name
COURSE_WEEKS = (-4, 12)
_TALKS = (-3, -2, -1)  # the weeks with a question in the forum, unless a course has its own
_REPLIES = 3  # how many of the class answer each forum question


@dataclass(frozen=True)
class Partner:
    """One university of the demo: its Moodle, and who stands behind which door."""

    key: str
    facts: Mapping[str, Any]
    moodle: Simulator
    people: Mapping[str, User]  # by full name
    courses: Mapping[str, Course]  # by short name

    def account(self, username: str) -> User:
        """The account of that user name; ``StopIteration`` when the data file names nobody."""
        return next(user for user in self.people.values() if user.username == username)


def load_data() -> dict[str, Any]:
    """The demo's data file."""
    return tomllib.loads(resources.files("config").joinpath("demo.toml").read_text("utf-8"))


def monday_of(day: date) -> date:
    """The Monday of that day's week: week 0 of the demo."""
    return day - timedelta(days=day.weekday())


def build_partner(key: str, facts: Mapping[str, Any], *, port: int, week_zero: date) -> Partner:
    """One Moodle with its people, courses, forums and the traces of the past weeks; not started yet."""
    world = World()
    moodle = Simulator(
        world,
        version=facts["version"],
        name=f"{facts['institution']} Moodle",
        zone=facts["zone"],
        port=port,
        plugin=facts.get("plugin", False),
    )
    people = {name: _add_person(world, facts, name) for name in [*facts["teachers"], *facts["students"]]}
    courses = {
        each["shortname"]: _add_course(world, facts, each, people, week_zero) for each in facts["courses"]
    }
    # What people did in the past six weeks, for the log that the plugin reads.
    world.log_rows(facts.get("log_rows", 0), courses.values())
    # Whoever wants to see a registration from Moodle's side, and the page on which such a launch lands.
    world.add_user(
        ADMINISTRATOR,
        "Moodle",
        "Administrator",
        email=f"{ADMINISTRATOR}@{facts['domain']}",
        capabilities={"moodle/site:config"},
    )
    return Partner(key, facts, moodle, people, courses)


def _add_person(world: World, facts: Mapping[str, Any], name: str) -> User:
    first, _, last = name.partition(" ")
    username = (
        _username(name) or f"user{facts['students'].index(name) + 1 if name in facts['students'] else 'x'}"
    )
    return world.add_user(
        username,
        first,
        last,
        email=f"{username}@{facts['domain']}",
        institution=facts["institution"],
        country=facts["country"],
        city=facts["city"],
    )


def _username(name: str) -> str:
    """A plain user name from a name in Latin letters, empty for other scripts."""
    plain = name.lower().translate(str.maketrans("ćčđšžź", "ccdszz"))
    return plain.replace(" ", ".") if plain.isascii() else ""


def _add_course(
    world: World,
    facts: Mapping[str, Any],
    entry: Mapping[str, Any],
    people: Mapping[str, User],
    week_zero: date,
) -> Course:
    begins, ends = (_at(facts, week_zero + timedelta(weeks=week)) for week in COURSE_WEEKS)
    course = world.add_course(
        entry["shortname"],
        entry["fullname"],
        summary=entry["summary"],
        category=facts["institution"],
        starts=begins,
        ends=ends,
        lang=entry["language"],
    )
    for name in entry["teachers"]:
        world.enrol(people[name], course, "editingteacher")
    for position, name in enumerate(facts["students"][: entry["students"]]):
        seen = _at(
            facts, week_zero - timedelta(days=position % 9 + 1), time(9 + position % 8, 7 * position % 60)
        )
        world.enrol(people[name], course, "student", last_access=seen)
    _add_forum(world, facts, course, entry, people=people, week_zero=week_zero)
    return course


def _add_forum(
    world: World,
    facts: Mapping[str, Any],
    course: Course,
    entry: Mapping[str, Any],
    *,
    people: Mapping[str, User],
    week_zero: date,
) -> None:
    """A question a week by the teacher, answers by a few: the activity that the evaluation lead pulls."""
    forum = world.add_forum(course, "Team forum", intro="<p>Ask, answer, agree.</p>")
    module = world.add_activity(course, "Team agreement", counts_for_course=True)
    students = [people[name] for name in facts["students"][: entry["students"]]]
    for week in entry.get("talks", _TALKS):
        monday = week_zero + timedelta(weeks=week)
        asked = world.post(
            people[entry["teachers"][0]],
            forum,
            f"Week {week + 4}: what did you find?",
            at=_at(facts, monday, time(9)),
        )
        for day, student in _turns(students, week):
            world.post(
                student,
                asked,
                "Re: what did you find?",
                at=_at(facts, monday + timedelta(days=day), time(17, 30)),
            )
    for student in students[::2]:
        world.complete(student, module, _at(facts, week_zero - timedelta(days=2), time(12)))


def _turns(students: list[User], week: int) -> Iterator[tuple[int, User]]:
    for turn in range(_REPLIES):
        yield turn, students[(week * _REPLIES + turn) % len(students)]


def _at(facts: Mapping[str, Any], day: date, clock: time = time(0)) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(cast("str", facts["zone"])))
