"""Lets the worker keep a Moodle's calendar, killed (SIGKILL) before each of its writes and after each call.

Run by ``test_calendars`` as a process of its own without threads, as it forks; the simulated Moodle
stands in the process of the test. Every attempt has a session of its own. After each death another worker
comes by, as soon as it may. Prints, as JSON, how often each session stands in the Moodle's calendar.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from coil_bridge.domain import CoilPhase, Course, JointSession, Pairing, Person
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.bundle import Services
from coil_bridge.services.calendar.calendar_events import session_in
from coil_bridge.settings import make_settings
from coil_bridge.wiring.services.installation import build_services
from connectors.moodle.client import MoodleClient
from connectors.transport import Reply, Transport
from tests.builders import Build, SettableClock
from tests.conftest import IMPATIENT
from tests.functional.killed.dying import die, die_at, dies


class MortalTransport(Transport):
    """Dies after the ``last``-th request has been answered, before anybody learns of the answer."""

    last = 0
    asked = 0

    def request(self, *args: Any, **kwargs: Any) -> Reply:
        reply = super().request(*args, **kwargs)
        self.asked += 1
        if self.asked == self.last:
            die()
        return reply


class Installation:
    def __init__(self, values: dict[str, Any], url: str, token: str, moodle_course: int) -> None:
        self.clock = SettableClock()
        self.transport = MortalTransport(IMPATIENT)
        settings = make_settings(values)
        self.services: Services = build_services(settings, clock=self.clock, transport=self.transport)
        build = Build(self.services.storage, self.services.vault, self.clock)
        site = build.site("Belgrade", url=url, token=token)
        self.mira: Person = build.person("Mira Jovanović", site=site)
        self.course: Course = build.course(site, moodle_id=moodle_course, teachers=[self.mira])
        courses = [self.course, build.course(build.site("Almaty"))]
        self.pairing: Pairing = build.pairing(courses, proposed_by=self.mira)
        self.keys = map(str, itertools.count())

    def plan(self, title: str) -> JointSession:
        plan = PlanInput(title, CoilPhase.COMPARING, datetime(2026, 10, 28, 10), "Europe/Belgrade", 60)  # noqa: DTZ001 - a wall time
        [session] = self.services.sessions.plan(self.mira, self.pairing.id, plan, next(self.keys))
        return session

    def move(self, session: JointSession) -> None:
        after = PlanInput("Moved", session.phase, session.starts_local + timedelta(days=1), session.zone, 45)
        self.services.sessions.edit(self.mira, session.id, after, session.version)

    def keep(self) -> None:
        self.services.calendars.moodles.keep(self.course.id)

    def dies(self, write: int = 0, call: int = 0) -> bool:
        """Let a worker keep the calendar that dies there; whether it died."""
        self.services.close()

        def work() -> None:
            self.services.calendars.moodles._name = f"worker {os.getpid()}"
            self.transport.asked, self.transport.last = 0, call
            die_at(self.services.storage._engine, write)
            self.keep()

        return dies(work)

    def standing(self) -> Counter[tuple[str | None, str, str]]:
        """How often each session stands in the Moodle, with its name and start there."""
        listed = self.services.partners.call(self.course.site_id, self._listed)
        return Counter(
            (
                session_in(each.description, "https://bridge.example.org"),
                each.name,
                each.starts_at.isoformat(),
            )
            for each in listed
        )

    def _listed(self, client: MoodleClient) -> Any:
        return client.calendar.since(self.course.moodle_id, self.clock() - timedelta(days=9))


def kill_each(it: Installation, *, moving: bool, by: str) -> list[dict[str, Any]]:
    """One session for each point of death, until a worker gets through; what stands in the end of each."""
    found = []
    for point in itertools.count(1):
        session = it.plan(f"{by} {point}")
        if moving:
            it.keep()
            it.move(session)
        died = it.dies(**{by: point})
        it.clock.advance(minutes=6)  # the claim of the dead has lapsed, and what it may have begun
        it.keep()
        stands = it.services.sessions.get(it.mira, session.id)
        times = {key: count for key, count in it.standing().items() if key[0] == session.id}
        wanted = (session.id, stands.title, stands.starts_at.isoformat())
        found.append({"point": point, "died": died, "right": times == {wanted: 1}})
        if not died:
            return found
    raise AssertionError


def main(values: str, url: str, token: str, moodle_course: str) -> None:
    it = Installation(json.loads(values), url, token, int(moodle_course))
    result = {
        f"{'move' if moving else 'create'}, killed at each {by}": kill_each(it, moving=moving, by=by)
        for moving in (False, True)
        for by in ("write", "call")
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
