"""Two real Moodles, and an installation of the product that pairs them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from coil_bridge.domain import Course, CourseRole, Person, Site
from coil_bridge.jobs.declared import handlers
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import system_clock
from coil_bridge.storage.deliveries import MOODLE_CHANNEL
from coil_bridge.storage.engine import reading
from coil_bridge.storage.tables import delivery
from scheduling.zones import to_local

_VARIABLES = ("URL", "TOKEN", "TEACHER", "STUDENT")
_LINK = re.compile(r"/signin/(\S+)")


@dataclass(frozen=True)
class Partner:
    """One of the two sites, as the environment names it."""

    number: int
    url: str
    token: str = field(repr=False)
    teacher: str
    student: str


@dataclass(frozen=True)
class Party:
    """A partner that has been connected, with its two people signed in and their common course."""

    site: Site
    teacher: Person
    student: Person
    course: Course


def partner(number: int) -> Partner | None:
    """The site that the environment names, ``None`` when it names none."""
    names = [f"COIL_BRIDGE_LIVE_SITE{number}_{each}" for each in _VARIABLES]
    values = [os.environ.get(name, "") for name in names]
    return Partner(number, *values) if all(values) else None


def run_tasks(services: Services) -> int:
    """Carry out what is queued, as the worker would; how many tasks."""
    done, work = 0, handlers(services)
    while True:
        now = system_clock()
        with services.storage.write() as tx:
            tasks = tx.tasks.claim("live", now, now + timedelta(minutes=5), limit=10, per_site=10)
        if not tasks:
            return done
        for task in tasks:
            work[task.kind](task.payload)
            with services.storage.write() as tx:
                tx.tasks.finish(task.id, system_clock())
            done += 1


def waiting_texts(services: Services, person_id: str) -> list[str]:
    """What waits to be sent to somebody inside Moodle; the subject is not part of it."""
    query = select(delivery.c.body_encrypted).where(
        delivery.c.person_id == person_id,
        delivery.c.channel == MOODLE_CHANNEL,
        delivery.c.body_encrypted.is_not(None),
    )
    with reading(services.storage._engine) as connection:
        return [services.vault.decrypt(body) for body in connection.execute(query).scalars()]


def states(services: Services) -> Mapping[str, int]:
    """How many messages stand in which state."""
    with services.storage.read() as tx:
        return tx.deliveries.counts()


def problems(services: Services) -> list[str]:
    """Why messages were not carried."""
    with services.storage.read() as tx:
        return [str(each["last_error"]) for each in tx.deliveries.recent_problems(20)]


def sign_in(services: Services, site: Site, login: str) -> Person:
    """Ask for a link, let Moodle carry it, and use it; the link is read before it is sealed away."""
    services.signin.request(site.id, login, "en", "127.0.0.1")
    run_tasks(services)
    with reading(services.storage._engine) as connection:
        people = set(connection.execute(select(delivery.c.person_id)).scalars())
    texts = [text for person_id in people for text in waiting_texts(services, person_id)]
    links = [found[1] for text in texts if (found := _LINK.search(text))]
    assert len(links) == 1, f"{len(links)} links for {login} at {site.name}"
    services.post.deliver_due()
    return services.signin.consume(links[0])


def common_course(services: Services, teacher: Person, student: Person) -> Course:
    """A course that the one teaches and the other attends."""
    attended = {each.course.id for each in services.catalogue.own_courses(student)}
    taught = [
        each.course
        for each in services.catalogue.own_courses(teacher)
        if each.role is CourseRole.TEACHER and each.course.id in attended
    ]
    assert taught, "the teacher and the student have no course in common"
    return taught[0]


def next_change(zone: str, after: datetime) -> date | None:
    """The day of the next clock change within ten months."""
    for days in range(2, 300):
        noon = after + timedelta(days=days)
        with suppress(OverflowError):
            if to_local(noon, zone).utcoffset() != to_local(noon - timedelta(days=1), zone).utcoffset():
                return to_local(noon, zone).date()
    return None


def afternoon(day: date) -> datetime:
    """Two o'clock on somebody's wall."""
    return datetime.combine(day, time(14))
