"""A small consortium in a temporary folder: what Moodles would tell comes from the builders, the rest
(proposing, accepting, planning, subscribing, signing in) goes through the services as in production.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from flask.sessions import SecureCookieSessionInterface

from coil_bridge.app import create_app
from coil_bridge.domain import CoilPhase, Course, JointSession, Model, Pairing, Person, Site
from coil_bridge.services.agreed.session_plans import MOST_WEEKS, PlanInput
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import system_clock
from coil_bridge.services.pairing.pairings import ProposalInput
from coil_bridge.settings import load_settings
from coil_bridge.storage import migrate
from coil_bridge.storage.engine import open_engine
from coil_bridge.web.visitors import TOKEN
from tests.benchmarks.processes import HOST
from tests.builders import Build, SettableClock

STUDENTS = 24
_CITIES = ("Belgrade", "Almaty", "Shanghai")
_ZONES = (
    "Europe/Belgrade",
    "Asia/Almaty",
    "Asia/Shanghai",
    "America/New_York",
    "Africa/Cairo",
    "Asia/Kathmandu",
)
_LENGTH = timedelta(days=300)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An active pairing of three courses with its sessions planned."""

    pairing: Pairing
    teacher: Person
    students: tuple[Person, ...]
    sessions: tuple[JointSession, ...]


class World:
    """One installation on SQLite, whose services run in this process too."""

    def __init__(self, folder: Path, port: int) -> None:
        self.environment = _environment(folder, port)
        self.settings = load_settings(self.environment)
        engine = open_engine(self.settings.database_url)
        migrate.upgrade(engine)
        engine.dispose()
        self.app = create_app(self.settings)
        self.services: Services = self.app.config["SERVICES"]
        build = Build(self.services.storage, self.services.vault, SettableClock(system_clock()))
        self._build = build
        self._sites = [build.site(city) for city in _CITIES]
        self._teachers = [
            build.person(name, language="en", site=site)
            for name, site in zip(("Mira Jovanović", "Aigerim Bekova", "Li Wei"), self._sites, strict=True)
        ]
        self._students = [
            tuple(build.person(f"Student{number} of {site.name}", site=site) for number in range(STUDENTS))
            for site in self._sites
        ]
        self._wide: list[tuple[Site, Person]] = []
        self._keys = (f"benchmark-{number}" for number in itertools.count())

    def prepare(self, sessions: int) -> Prepared:
        """A new pairing of new courses, agreed by all, with this many sessions planned."""
        courses = [
            self._build.course(site, teachers=[teacher], students=students)
            for site, teacher, students in zip(self._sites, self._teachers, self._students, strict=True)
        ]
        pairing = self._agreed(courses, self._teachers)
        teacher = self._teachers[0]
        return Prepared(pairing, teacher, self._students[0], tuple(self._planned(teacher, pairing, sessions)))

    def moodle_at(self, url: str) -> Site:
        """One more Moodle of the first university, at an address that really answers."""
        return self._build.site(self._sites[0].institution, url=url)

    def prepare_wide(self, sites: int) -> Prepared:
        """A new pairing of as many universities, each in a zone of its own, with nothing planned yet."""
        while len(self._wide) < sites:
            number = len(self._wide)
            institution = self._build.institution(
                name=f"University of {_ZONES[number]}", short_name=f"U{number}", zone=_ZONES[number]
            )
            site = self._build.site(institution)
            self._wide.append((site, self._build.person(f"Teacher {number}", language="en", site=site)))
        chosen = self._wide[:sites]
        students = tuple(
            self._build.person(f"Student {number}", language=language, site=chosen[number][0])
            for number, language in enumerate(("en", "sr_Latn"))
        )
        courses = [
            self._build.course(site, teachers=[teacher], students=students[number : number + 1])
            for number, (site, teacher) in enumerate(chosen)
        ]
        teacher = chosen[0][1]
        return Prepared(self._agreed(courses, [each for _, each in chosen]), teacher, students, ())

    def cookie(self, person: Person) -> str:
        """What the browser of somebody who has signed in sends as Cookie."""
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None
        content = signer.dumps({TOKEN: self.services.web_sessions.start(person.id)})
        return f"{self.app.config['SESSION_COOKIE_NAME']}={content}"

    def close(self) -> None:
        """Give back what is held open."""
        self.services.close()

    def _agreed(self, courses: list[Course], teachers: Sequence[Person]) -> Pairing:
        today = system_clock().date()
        form = ProposalInput(
            own_course_id=courses[0].id,
            partner_course_ids=tuple(course.id for course in courses[1:]),
            model=Model.COIL,
            language="en",
            starts_on=today,
            ends_on=today + _LENGTH,
            message="Our students compare how three cities deal with traffic, heat and housing.",
            title="Cities that work: Belgrade, Almaty and Shanghai",
        )
        pairing = self.services.pairings.propose(teachers[0], form, next(self._keys))
        for teacher in teachers[1:]:
            pairing = self.services.pairings.accept(teacher, pairing.id)
        return self.services.pairings.start(teachers[0], pairing.id)

    def _planned(self, teacher: Person, pairing: Pairing, count: int) -> list[JointSession]:
        """Weekly series, each on an hour of the week of its own."""
        sessions: list[JointSession] = []
        for series in itertools.count():
            if len(sessions) == count:
                return sessions
            first = pairing.starts_on + timedelta(days=1 + series % 7)
            plan = PlanInput(
                title=f"Joint session on {first:%A}s",
                phase=list(CoilPhase)[series % 4],
                starts_local=datetime.combine(first, time(9 + series // 7)),
                zone="Europe/Belgrade",
                minutes=90,
                count=min(count - len(sessions), MOST_WEEKS),
                room_url="https://meet.consortium.example/cities-that-work",
                notes="Bring one photograph of a street near you and three numbers about it.",
            )
            sessions += self.services.sessions.plan(teacher, pairing.id, plan, next(self._keys))
        raise AssertionError("the count of series has no end")


def _environment(folder: Path, port: int) -> Mapping[str, str]:
    """Everything as it is shipped, but for the address, the database and the secrets."""
    own = {
        "PUBLIC_URL": f"http://{HOST}:{port}",
        "DATABASE_URL": f"sqlite:///{folder / 'coil-bridge.db'}",
        "SECRET_KEY": secrets.token_hex(32),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "LISTEN": f"{HOST}:{port}",
        "ALLOW_PRIVATE_PARTNERS": "true",  # the platform of the launches is on this machine
    }
    return {f"COIL_BRIDGE_{name}": value for name, value in own.items()}
