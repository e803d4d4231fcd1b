"""What the plugins of the demo's Moodles tell besides the log: stays in rooms, a register, a feedback."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from coil_bridge.demo.consortium import Partner
from coil_bridge.domain import JointSession, Pairing, Site
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.bundle import Services
from connectors.moodle.simulator import Course, User

AWAY = 6  # every so many students of a class never come: somebody for their teacher to ask after
_ABSENT = 4  # every fourth student misses a session
_ANSWERED = 0.75


def come_to_sessions(
    roomy: Partner, marking: Partner, sites: Mapping[str, Site], services: Services, pairing: Pairing
) -> None:
    """One class went into its own course's room so far, of the other the teacher keeps a register."""
    with services.storage.read() as tx:
        sessions = tx.sessions.of_pairing(pairing.id)
    held = [each for each in sessions if ends_at(each) < datetime.now(UTC)]
    course, students = _class(roomy, sites, pairing)
    stays = [
        (student, session, place % 5, session.minutes - (30 if place == number + 1 else 2))
        for number, session in enumerate(held)
        for place, student in enumerate(students)
        if (place + number) % _ABSENT
    ]
    enter_for(roomy, course, stays)
    if held:
        keep_register(marking, *_class(marking, sites, pairing), held)


def _class(partner: Partner, sites: Mapping[str, Site], pairing: Pairing) -> tuple[Course, list[User]]:
    world, site_id = partner.moodle.world, sites[partner.key].id
    (number,) = (each.course.moodle_id for each in pairing.courses if each.course.site_id == site_id)
    enrolled = (each for each in world.enrolments.values() if each.course_id == number)
    return world.courses[number], [
        world.users[each.user_id] for each in enrolled if each.roles == ["student"]
    ]


def enter_for(partner: Partner, course: Course, stays: Sequence[tuple[User, JointSession, int, int]]) -> None:
    """Stays in a course's BigBlueButton: who, in which session, minutes from its start to come and go."""
    world = partner.moodle.world
    room = world.add_activity(course, "Room of the joint sessions", "bigbluebuttonbn")
    for student, session, came, left in stays:
        world.enter_room(student, room, session.starts_at + timedelta(minutes=came), left - came)


def keep_register(
    partner: Partner, course: Course, students: Sequence[User], sessions: Sequence[JointSession]
) -> None:
    """The teacher marks who is there: in these joint sessions, and in a lesson of the course's own."""
    world = partner.moodle.world
    register = world.add_activity(course, "Attendance", "attendance")
    first = sessions[0]
    lessons = [(each.starts_at, each.minutes) for each in sessions]
    for begins, minutes in (*lessons, (first.starts_at + timedelta(days=2), first.minutes)):
        for place, student in enumerate(students):
            world.mark(student, register, begins, minutes, grade=0 if place % AWAY == AWAY - 1 else 2)


def ask_for_feedback(partner: Partner, course: Course, students: Sequence[User], seed: int) -> None:
    """A university's own evaluation of its course, in its Moodle."""
    chance = random.Random(seed)  # noqa: S311 - the same demo every time
    form = partner.moodle.world.add_activity(course, "Course evaluation", "feedback")
    partner.moodle.world.answered(form, sum(chance.random() < _ANSWERED for _ in students))
