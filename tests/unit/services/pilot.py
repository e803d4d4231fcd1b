"""A pilot over two simulated Moodles: Belgrade and Almaty teach together in the autumn of 2026.

Belgrade leaves summer time on 25 October; Almaty is five hours ahead of UTC all year.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Table, select

from coil_bridge.domain import AuditEntry, Course, Pairing, Person, Pilot
from coil_bridge.evaluation.records import Part, PullRun
from coil_bridge.jobs.declared import handlers
from coil_bridge.jobs.tasks import TaskRunner
from coil_bridge.services.bundle import Services
from coil_bridge.storage.engine import reading
from coil_bridge.storage.event_tables import event_block
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import participant
from connectors.moodle import simulator
from connectors.moodle.simulator import Simulator
from tests.builders import Build, SettableClock
from tests.stored_events import events_in


def utc(text: str) -> datetime:
    """An instant from "2026-10-06 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Class:
    """A course in a simulated Moodle, as we know it, with its people."""

    moodle: Simulator
    there: simulator.Course
    here: Course
    students: list[simulator.User] = field(default_factory=list)
    teachers: list[simulator.User] = field(default_factory=list)

    def enrol(self, count: int, **changes: Any) -> list[simulator.User]:
        """So many new students."""
        new = [self._account("student", number) for number in range(count)]
        for each in new:
            self.moodle.world.enrol(each, self.there, **changes)
        self.students += new
        return new

    def teacher(self) -> simulator.User:
        """A new teacher."""
        new = self._account("teacher", 0)
        self.moodle.world.enrol(new, self.there, "editingteacher")
        self.teachers.append(new)
        return new

    def _account(self, kind: str, number: int) -> simulator.User:
        name = f"{kind}-{len(self.moodle.world.users)}"
        return self.moodle.world.add_user(name, "Јелена", f"Surname{number}")

    def calls(self, function: str) -> int:
        """How often the Moodle was asked this."""
        return sum(call.function == function for call in self.moodle.calls)


class PilotTrial:
    """A pilot with one pairing of two courses, and the worker that pulls."""

    def __init__(
        self,
        services: Services,
        storage: Storage,
        build: Build,
        clock: SettableClock,
        moodle: Callable[..., Simulator],
        *,
        plugin: bool = False,
    ) -> None:
        self.services, self.storage, self.build, self.clock = services, storage, build, clock
        self._moodle = partial(moodle, plugin=plugin)
        self.clock.set(utc("2026-11-08 06:00"))
        self.lead: Person = build.lead()
        self.pilot: Pilot = build.pilot()
        self.phase = build.phase(self.pilot)
        self.belgrade = self._class("Belgrade", "Europe/Belgrade", "Intercultural Communication")
        self.almaty = self._class("Almaty", "Asia/Almaty", "English for Negotiators")
        self.mira = build.person("Mira Jovanović")
        self.pairing = self.pair(self.belgrade, self.almaty)

    def _class(self, city: str, zone: str, name: str) -> Class:
        there = self._moodle(zone=zone)
        site = self.build.site(city, url=there.url, token=there.token)
        course = there.world.add_course("C-1", name)
        return Class(there, course, self.build.course(site, name, moodle_id=course.id))

    def pair(self, *classes: Class, **changes: Any) -> Pairing:
        """A pairing in the pilot's phase, from 1 October to 18 December 2026."""
        courses = [each.here for each in classes]
        given = {"proposed_by": self.mira, "phase": self.phase} | changes
        return self.build.pairing(courses, **given)

    def pull(self) -> dict[str, PullRun]:
        """Ask for a pull and do it; the latest run of each course, by the course's name."""
        self.clock.advance(minutes=5)
        self.services.pulls.request(self.lead, self.pilot.id)
        self.work()
        return self.runs()

    def work(self) -> None:
        """What the worker does with what is queued."""
        runner = TaskRunner(self.storage, self.clock, handlers(self.services))
        while tasks := self._claim():
            for task in tasks:
                runner.run(task)

    def _claim(self) -> list[Any]:
        now = self.clock()
        with self.storage.write() as tx:
            return tx.tasks.claim("worker", now, now + timedelta(minutes=5), limit=10, per_site=2)

    def runs(self) -> dict[str, PullRun]:
        """The latest run of each course of the pairing, by the course's name."""
        names = {each.here.id: each.here.fullname for each in (self.belgrade, self.almaty)}
        with self.storage.read() as tx:
            latest = tx.pulls.latest(self.pilot.id)
        return {
            names[course_id]: run
            for (pairing_id, course_id), run in latest.items()
            if pairing_id == self.pairing.id
        }

    def rows(self, table: Table) -> list[Mapping[str, Any]]:
        """Every row of a table."""
        with reading(self.storage._engine) as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    def events(self) -> list[dict[str, int]]:
        """Every event that is stored."""
        return events_in(self.rows(event_block))

    def stored(self) -> tuple[set[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """People and events, without the time of the pull."""
        people = {
            tuple(value for name, value in row.items() if name != "observed_at")
            for row in self.rows(participant)
        }
        return people, sorted(tuple(row.values()) for row in self.events())

    def weeks(self, of: Class, *, part: Part = Part.STUDENT) -> list[tuple[str, int, int, int]]:
        """Posts, replies and active days by Monday, summed over the people of a course: stored rows only."""
        with self.storage.read() as tx:
            members = {m.pseudonym for m in tx.activity.members(self.pilot.id) if m.part is part}
            days = [each for each in tx.events.day_counts(self.pilot.id) if each.course_id == of.here.id]
        mondays = sorted({each.day - timedelta(days=each.day.weekday()) for each in days})
        found = []
        for week in mondays:
            inside = [d for d in days if 0 <= (d.day - week).days < 7 and d.pseudonym in members]
            if inside:
                posts, replies = sum(d.posts for d in inside), sum(d.replies for d in inside)
                found.append((week.isoformat(), posts, replies, len({(d.pseudonym, d.day) for d in inside})))
        return found

    def audited(self) -> list[AuditEntry]:
        """The pilot's audit trail."""
        with self.storage.read() as tx:
            return tx.audit.of("pilot", self.pilot.id)


def balanced(run: PullRun) -> bool:
    """Whether everything that was read is accounted for."""
    return run.tally.read == run.tally.stored + sum(run.tally.dropped.values())
