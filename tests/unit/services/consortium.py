"""Three universities, their courses and people, and the services that pair them: for tests of pairing.

Mira teaches in Belgrade, Aigerim in Almaty, Wei in Shanghai; Jelena, Dana and Lin are their students.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from coil_bridge.domain import CoilPhase, CourseRole, Model, Pairing, PairingState, Person
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.calendar.feeds import FeedService
from coil_bridge.services.calendar.published_feeds import PublishedFeeds
from coil_bridge.services.messaging.messages import Messages
from coil_bridge.services.messaging.telling import TELL_AT_ONCE
from coil_bridge.services.pairing.pairings import PairingService, ProposalInput
from coil_bridge.services.sessions.joint_sessions import SessionService
from coil_bridge.settings import Settings
from coil_bridge.storage.engine import reading
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import audit_entry, delivery, joint_session, pairing, person, task
from coil_bridge.vault import Vault, new_id
from coil_bridge.wiring.services.telling import telling_services
from tests.builders import Build, SettableClock

COUNTED = {each.name: each for each in (audit_entry, delivery, joint_session, pairing, task)}


@dataclass(frozen=True)
class Told:
    """A message that was queued."""

    name: str
    channel: str
    subject: str
    body: str


def wall(text: str) -> datetime:
    """A wall time without a zone, from "2026-10-27 14:00"."""
    return datetime.fromisoformat(text)


class Consortium:
    def __init__(
        self, storage: Storage, build: Build, clock: SettableClock, vault: Vault, settings: Settings
    ) -> None:
        self.storage, self.build, self.clock, self.vault = storage, build, clock, vault
        self.settings = settings
        with build.together():
            self._people_and_courses(build)
        messages = Messages(vault=vault, clock=clock)
        self.telling = telling_services(settings, storage=storage, clock=clock, messages=messages)
        self.looked_up: list[str] = []
        self.feeds = FeedService(storage=storage, clock=clock, vault=vault, settings=settings)
        self.published = PublishedFeeds(storage=storage, clock=clock, feeds=self.feeds)
        self.sessions = SessionService(
            storage=storage,
            clock=clock,
            settings=settings,
            telling=self.telling.now,
            feeds=self.feeds,
        )
        self.pairings = PairingService(
            storage=storage,
            clock=clock,
            settings=settings,
            messages=messages,
            sessions=self.sessions,
            sync_teachers=self.looked_up.append,
        )

    def _people_and_courses(self, build: Build) -> None:
        self.ub, self.ail, self.snc = (build.site(city) for city in ("Belgrade", "Almaty", "Shanghai"))
        self.mira = build.person("Mira Jovanović", site=self.ub)
        self.aigerim = build.person("Aigerim Sadykova", site=self.ail)
        self.wei = build.person("Wei Zhang", site=self.snc)
        self.jelena = build.person("Jelena Marković", site=self.ub)
        self.dana = build.person("Dana Akhmetova", site=self.ail)
        self.lin = build.person("Lin Chen", site=self.snc)
        self.belgrade = build.course(
            self.ub, "Intercultural Communication", teachers=[self.mira], students=[self.jelena]
        )
        self.almaty = build.course(
            self.ail, "English for Negotiators", teachers=[self.aigerim], students=[self.dana]
        )
        self.shanghai = build.course(self.snc, "Business English", teachers=[self.wei], students=[self.lin])

    def form(self, *partners: str, **changes: Any) -> ProposalInput:
        """Belgrade proposes, by default to Almaty, for the autumn of 2026."""
        form = ProposalInput(
            own_course_id=self.belgrade.id,
            partner_course_ids=partners or (self.almaty.id,),
            model=Model.COIL,
            language="en",
            starts_on=date(2026, 10, 1),
            ends_on=date(2026, 12, 18),
            message="Shall we compare how we say no?",
            title="Voices across borders",
        )
        return replace(form, **changes)

    def plan(self, **changes: Any) -> PlanInput:
        """Tuesday 27 October 2026, 14:00 in Belgrade (winter time), one hour."""
        plan = PlanInput(
            title="First meeting",
            phase=CoilPhase.TEAM_BUILDING,
            starts_local=wall("2026-10-27 14:00"),
            zone="Europe/Belgrade",
            minutes=60,
            room_url="https://meet.example.org/room",
        )
        return replace(plan, **changes)

    def proposed(self, *partners: str) -> Pairing:
        """A proposal of Mira's."""
        return self.pairings.propose(self.mira, self.form(*partners), new_id())

    def agreed(self, state: PairingState = PairingState.ACTIVE, **changes: Any) -> Pairing:
        """A pairing of the three courses, in a state."""
        courses = [self.belgrade, self.almaty, self.shanghai]
        return self.build.pairing(courses, proposed_by=self.mira, state=state, **changes)

    def unenrol(self, someone: Person, course_id: str, role: CourseRole = CourseRole.STUDENT) -> None:
        """The Moodle does not show this part of a person any more."""
        with self.storage.write() as tx:
            remaining = {each.id for each in tx.courses.people(course_id, role)} - {someone.id}
            tx.courses.replace_people_of_course(course_id, role, remaining, self.clock())

    def tell(self) -> None:
        """What the worker does with the tasks that tell of sessions."""
        with self.storage.write() as tx:
            found = tx.tasks.claim(
                "test", self.clock(), self.clock() + timedelta(minutes=1), limit=99, per_site=9
            )
        for each in found:
            if each.kind == TELL_AT_ONCE:
                self.telling.now.perform(each.payload)
            with self.storage.write() as tx:
                tx.tasks.finish(each.id, self.clock())

    def told(self) -> list[Told]:
        """Every message queued so far, in order of the receiver's name and the channel."""
        statement = (
            select(person.c.name, delivery.c.channel, delivery.c.subject, delivery.c.body_encrypted)
            .join(person, person.c.id == delivery.c.person_id)
            .order_by(person.c.name, delivery.c.channel, delivery.c.subject)
        )
        with reading(self.storage._engine) as connection:
            rows = connection.execute(statement).all()
        return [
            Told(name, channel, subject, self.vault.decrypt(body)) for name, channel, subject, body in rows
        ]

    def counts(self) -> dict[str, int]:
        """How many rows the tables have that a write of ours touches."""
        with reading(self.storage._engine) as connection:
            return {name: len(connection.execute(select(table)).all()) for name, table in COUNTED.items()}
