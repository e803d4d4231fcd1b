"""Attendance files of a session that is over, as its teacher has uploaded them: one good, one without times.

They wait for the worker, which reads them as soon as the service runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from coil_bridge.demo.consortium import Partner
from coil_bridge.demo.inside_moodle import AWAY
from coil_bridge.domain import JointSession, Pairing, Person
from coil_bridge.services.activity.uploads import UploadInput
from coil_bridge.services.bundle import Services
from coil_bridge.storage.uploads import ATTENDANCE
from connectors.moodle.simulator import User

_LATE, _EARLY = 5, 7  # every so many students came late, left early


def upload_files(
    services: Services, teacher: Person, pairing: Pairing, partners: Mapping[str, Partner]
) -> None:
    """Upload Zoom's two reports of the latest session that is over, if one is; ``partners`` by site id."""
    view = services.activity.uploads.view(teacher, pairing.id)
    over = sorted(view.sessions, key=lambda each: each.starts_at)
    if not over:
        return
    session, students = over[-1], list(_students(pairing, partners))
    for name, lines in (
        ("participants-totals.csv", _totals(students)),
        ("participants.csv", _report(session, students)),
    ):
        content = "\n".join(lines).encode("utf-8-sig")
        form = UploadInput(ATTENDANCE, name, content, session_id=session.id)
        services.activity.uploads.take(teacher, pairing.id, form)


def _students(pairing: Pairing, partners: Mapping[str, Partner]) -> Iterator[User]:
    for paired in pairing.courses:
        world = partners[paired.course.site_id].moodle.world
        for (user_id, course_id), enrolment in sorted(world.enrolments.items()):
            if course_id == paired.course.moodle_id and "student" in enrolment.roles:
                yield world.users[user_id]


def _totals(students: Sequence[User]) -> Iterator[str]:
    yield "Name (original name),Email,Total duration (minutes),Guest"
    for user in students:
        yield f"{user.firstname} {user.lastname},,{80},Yes"


def _report(session: JointSession, students: Sequence[User]) -> Iterator[str]:
    zone = ZoneInfo(session.zone)
    begin = session.starts_at.astimezone(zone)
    end = begin + timedelta(minutes=session.minutes)
    yield "Topic,ID,Host,Duration (minutes),Start time,End time,Participants"
    yield f'{session.title},98765432100,,{session.minutes},"{_told(begin)}","{_told(end)}",{len(students)}'
    yield ""
    yield "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,In waiting room"
    for number, user in enumerate(students):
        name = f"{user.firstname} {user.lastname}"
        if number % AWAY == AWAY - 1:
            continue
        joined = begin + timedelta(minutes=12 if number % _LATE == 0 else 1, seconds=number)
        left = end - timedelta(minutes=25 if number % _EARLY == 0 else 0, seconds=number)
        yield _stay(name, joined, left)
    yield _stay("iPhone", begin, end)


def _stay(name: str, joined: datetime, left: datetime) -> str:
    minutes = int((left - joined).total_seconds() // 60)
    return f'{name},,"{_told(joined)}","{_told(left)}",{minutes},Yes,No'


def _told(at: datetime) -> str:
    return f"{at:%m/%d/%Y %I:%M:%S %p}"
