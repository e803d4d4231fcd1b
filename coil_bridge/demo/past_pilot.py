"""A pilot that is over, with classes large enough for evidence: two universities, one pairing, four sessions.

Its Moodles hold what such a semester leaves behind: rosters, forum posts with answers across universities
(the partners' students are guests in the forum's course), completed courses. The service learns all of it
by its own ways: it pulls, takes an attendance list in, and reads the list of gender and country.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from coil_bridge.demo.consortium import Partner
from coil_bridge.demo.inside_moodle import ask_for_feedback, enter_for, keep_register
from coil_bridge.demo.surveys import add_finished_survey
from coil_bridge.domain import CoilPhase, CourseRole, JointSession, Model, Person
from coil_bridge.domain import Course as Known
from coil_bridge.evaluation.attendance import Presence, PresenceSource, minute_of
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.services.agreed.proposals import ProposalInput
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM
from coil_bridge.services.moodles.accounts import Account, remember
from coil_bridge.services.piloting.pilot_groups import EVALUATED
from coil_bridge.services.piloting.pilot_inputs import PhaseInput, PilotInput
from connectors.moodle.simulator import Course, Post, User

_SESSIONS = 4
_POSTS_A_WEEK = 26
_COMING = 0.8
_HAVE_COME = 8
_STAY_AWAY = (2, 5)  # from the third session on


@dataclass(frozen=True)
class Class:
    """A course of the past pilot in its Moodle: its own students, and guests from the partner."""

    partner: Partner
    course: Course
    students: Sequence[User]
    guests: Sequence[User]


def add_classes(partners: Mapping[str, Partner], facts: Mapping[str, Any], week_zero: date) -> list[Class]:
    """Fill the Moodles; before the service reads their catalogues."""
    chance = random.Random(facts["seed"])  # noqa: S311 - the same demo every time
    classes = [_class(partners[each["site"]], each, week_zero) for each in facts["courses"]]
    first, second = classes
    guests = [_guest(first.partner, user) for user in second.students[: facts["guests"]]]
    with_guests = Class(first.partner, first.course, first.students, guests)
    for guest in guests:
        first.partner.moodle.world.enrol(guest, first.course, "student")
    weeks = range(facts["starts_week"] + 1, facts["ends_week"])
    for each in (with_guests, second):
        _talk(each, [week_zero + timedelta(weeks=week) for week in weeks], chance)
    return [with_guests, second]


def seed_past_pilot(
    then: Services,
    now: Services,
    lead: Person,
    *,
    facts: Mapping[str, Any],
    classes: Sequence[Class],
    week_zero: date,
) -> None:
    """Set the pilot up as it was then, and have it pulled now; the worker works the figures out."""
    starts, ends = (week_zero + timedelta(weeks=facts[name]) for name in ("starts_week", "ends_week"))
    phase = PhaseInput(facts["phase"], starts, ends)
    form = PilotInput(facts["name"], starts, ends, facts["description"], phases=[phase])
    pilot = then.pilots.create(lead, form)
    phase_id = then.pilots.get(lead, pilot.id).phases[0].phase.id
    sessions = _pair(then, facts, classes, phase_id=phase_id, starts=starts, ends=ends)
    now.pairings.act_by_date(datetime.now(UTC))
    _attend(now, pilot.id, classes, sessions, facts["seed"])
    now.pulls.request(lead, pilot.id)
    for each in classes:
        _describe(now, lead, pilot.id, each)
    ordered = sorted(classes, key=lambda each: each.course.fullname)
    sizes = [len(each.students) for each in ordered]
    add_finished_survey(then, now, lead, pilot.id, sizes=sizes, seed=facts["seed"])


def _class(partner: Partner, facts: Mapping[str, Any], week_zero: date) -> Class:
    world, site = partner.moodle.world, partner.facts
    course = world.add_course(
        facts["shortname"],
        facts["fullname"],
        summary=facts["summary"],
        category=site["institution"],
        lang="en",
        starts=_at(site, week_zero - timedelta(weeks=22), time(0)),
        ends=_at(site, week_zero + timedelta(weeks=2), time(0)),
    )
    world.enrol(partner.people[facts["teacher"]], course, "editingteacher")
    names = [(first, last) for last in facts["last_names"] for first in facts["first_names"]]
    students = [
        world.add_user(
            f"{facts['shortname'].lower()}-{number}",
            first,
            last,
            email=f"{facts['shortname'].lower()}-{number}@{site['domain']}",
            country=site["country"],
            city=site["city"],
        )
        for number, (first, last) in enumerate(names[: facts["students"]], start=1)
    ]
    for number, student in enumerate(students):
        seen = _at(site, week_zero - timedelta(weeks=3, days=number % 6), time(9 + number % 8))
        world.enrol(student, course, "student", last_access=seen)
    return Class(partner, course, students, ())


def _guest(partner: Partner, user: User) -> User:
    """A partner's student with an account in this Moodle too."""
    return partner.moodle.world.add_user(
        f"guest-{user.username}",
        user.firstname,
        user.lastname,
        email=f"guest-{user.email}",
        country=user.country,
    )


def _talk(of: Class, weeks: Sequence[date], chance: random.Random) -> None:
    """Questions by the teacher, answers by many, answers to answers; most finish the course."""
    world, site = of.partner.moodle.world, of.partner.facts
    forum = world.add_forum(of.course, "Project forum", intro="<p>Talk to each other here.</p>")
    task = world.add_activity(of.course, "Joint report", counts_for_course=True)
    writers = [*of.students[: len(of.students) * 2 // 3], *of.guests]
    for week in weeks:
        opened: list[Post] = [
            world.post(chance.choice(writers), forum, "What we found", at=_at(site, week, time(9)))
        ]
        for _ in range(_POSTS_A_WEEK):
            at = _at(site, week + timedelta(days=chance.randrange(5)), time(10 + chance.randrange(9), 5))
            opened.append(
                world.post(chance.choice(writers), chance.choice(opened), "Re: What we found", at=at)
            )
    for student in of.students[: len(of.students) * 3 // 5]:
        world.complete(student, task, _at(site, weeks[-1], time(12)))


def _pair(
    then: Services,
    facts: Mapping[str, Any],
    classes: Sequence[Class],
    *,
    phase_id: str,
    starts: date,
    ends: date,
) -> list[JointSession]:
    courses, teachers = [], []
    for each, given in zip(classes, facts["courses"], strict=True):
        found = then.catalogue.search(SYSTEM, each.course.shortname).items
        course = next(one for one in found if one.shortname == each.course.shortname)
        people = {person.name: person for person in then.catalogue.sync_teachers(course.id)}
        courses.append(course)
        teachers.append(people[given["teacher"]])
    form = ProposalInput(
        own_course_id=courses[0].id,
        partner_course_ids=(courses[1].id,),
        model=Model(facts["model"]),
        language="en",
        starts_on=starts,
        ends_on=ends,
        message=facts["message"],
        phase_id=phase_id,
        title=facts["title"],
    )
    pairing = then.pairings.propose(teachers[0], form, "demo-past-pairing")
    then.pairings.accept(teachers[1], pairing.id, courses[1].id)
    then.pairings.start(teachers[0], pairing.id)
    for each, known in zip(classes, courses, strict=True):
        _come(then, known, each.students[:_HAVE_COME])
    plan = PlanInput(
        title="Working session",
        phase=CoilPhase.JOINT_PROJECT,
        starts_local=datetime.combine(starts + timedelta(weeks=2, days=2), time(10)),
        zone=courses[0].institution.zone,
        minutes=90,
        count=_SESSIONS,
        room_url=facts["room_url"],
    )
    then.sessions.plan(teachers[0], pairing.id, plan, "demo-past-sessions")
    with then.storage.read() as tx:
        return tx.sessions.of_pairing(pairing.id)


def _come(then: Services, course: Known, students: Sequence[User]) -> None:
    """Some students have signed in, so their teacher sees names."""
    with then.storage.write() as tx:
        at = datetime.combine(course.synced_at.date(), time(8), UTC)
        for user in students:
            account = Account(user.id, f"{user.firstname} {user.lastname}", user.email)
            person = remember(tx, course.site_id, account, at)
            tx.courses.enrol(person.id, course.id, CourseRole.STUDENT, at)


def _attend(
    now: Services, pilot_id: str, classes: Sequence[Class], sessions: Sequence[JointSession], seed: int
) -> None:
    """Who was there from when to when: told by the plugin where there is one, else by a list."""
    chance = random.Random(seed + 1)  # noqa: S311 - the same demo every time
    with now.storage.read() as tx:
        sealed = tx.pilots.sealed_key(pilot_id)
        courses = {(each.site_id, each.moodle_id): each for each in tx.pilots.courses(pilot_id, EVALUATED)}
    if sealed is None:
        return
    names = Pseudonymiser(now.vault.decrypt(sealed))
    known = {each.moodle_id: each for each in courses.values()}
    for each in classes:
        stays = [
            (student, session, -3 + chance.randrange(8), 70 + chance.randrange(22))
            for session in sessions
            for number, student in enumerate(each.students)
            if chance.random() < _COMING and (number not in _STAY_AWAY or session in sessions[:2])
        ]
        if each.partner.moodle.site.plugin.version:
            enter_for(each.partner, each.course, stays)
            keep_register(each.partner, each.course, each.students, sessions[:1])
            ask_for_feedback(each.partner, each.course, each.students, seed)
            continue
        course = known[each.course.id]
        rows = [
            Presence(
                session.id,
                course.course_id,
                names.person(course.site_id, student.id),
                minute_of(session.starts_at) + came,
                minute_of(session.starts_at) + left,
                PresenceSource.FILE,
            )
            for student, session, came, left in stays
        ]
        now.evidence.attendance.add(pilot_id, rows)


def _describe(now: Services, lead: Person, pilot_id: str, of: Class) -> None:
    """The partner's list of gender and country, with the home of its guests."""
    with now.storage.read() as tx:
        courses = tx.pilots.courses(pilot_id, EVALUATED)
    course = next(each for each in courses if each.course_name == of.course.fullname)
    other = next(each for each in courses if each.course_id != course.course_id)
    genders = ("female", "male")
    lines = ["user_id,gender,country,home"]
    lines += [
        f"{user.id},{genders[number % 2] if number % 3 else 'undisclosed'},{of.partner.facts['country']},"
        for number, user in enumerate(of.students)
    ]
    lines += [f"{user.id},,,{other.institution.short_name}" for user in of.guests]
    now.evidence.traits.upload(lead, pilot_id, course.course_id, "\n".join(lines).encode())


def _at(site: Mapping[str, Any], day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(str(site["zone"])))
