"""What the plugins of the demo's Moodles tell besides the log: stays in rooms, a register, a feedback."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from coil_bridge.demo.consortium import Partner
from coil_bridge.domain import JointSession, Pairing
from coil_bridge.services.bundle import Services
from coil_bridge.services.session_changes import ends_at
from connectors.moodle.simulator import Course, User

_ABSENT = 4  # every fourth student misses a session
_ANSWERED = 0.75


def meet_in_own_room(partner: Partner, site_id: str, services: Services, pairing: Pairing) -> None:
    """Most students of one university went into the sessions so far through their own course's room."""
    world, now = partner.moodle.world, datetime.now(UTC)
    (theirs,) = (each.course.moodle_id for each in pairing.courses if each.course.site_id == site_id)
    course = world.courses[theirs]
    enrolled = (each for each in world.enrolments.values() if each.course_id == course.id)
    students = [world.users[each.user_id] for each in enrolled if each.roles == ["student"]]
    with services.storage.read() as tx:
        held = [each for each in tx.sessions.of_pairing(pairing.id) if ends_at(each) < now]
    stays = [
        (student, session, place % 5, session.minutes - (30 if place == number + 1 else 2))
        for number, session in enumerate(held)
        for place, student in enumerate(students)
        if (place + number) % _ABSENT
    ]
    enter_for(partner, course, stays)


def enter_for(partner: Partner, course: Course, stays: Sequence[tuple[User, JointSession, int, int]]) -> None:
    """Stays in a course's BigBlueButton: who, in which session, minutes from its start to come and go."""
    world = partner.moodle.world
    room = world.add_activity(course, "Room of the joint sessions", "bigbluebuttonbn")
    for student, session, came, left in stays:
        world.enter_room(student, room, session.starts_at + timedelta(minutes=came), left - came)


def keep_register(
    partner: Partner, course: Course, students: Sequence[User], sessions: Sequence[JointSession]
) -> None:
    """The teacher marks who is there: in the first joint session, and in a lesson of the course's own."""
    world = partner.moodle.world
    register = world.add_activity(course, "Attendance", "attendance")
    first = sessions[0]
    for begins in (first.starts_at, first.starts_at + timedelta(days=2)):
        for place, student in enumerate(students):
            world.mark(student, register, begins, first.minutes, grade=0 if place % 9 == 8 else 2)


def ask_for_feedback(partner: Partner, course: Course, students: Sequence[User], seed: int) -> None:
    """A university's own evaluation of its course, in its Moodle."""
    chance = random.Random(seed)  # noqa: S311 - the same demo every time
    form = partner.moodle.world.add_activity(course, "Course evaluation", "feedback")
    partner.moodle.world.answered(form, sum(chance.random() < _ANSWERED for _ in students))
