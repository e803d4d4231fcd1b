"""A small pilot with evidence: Belgrade and Almaty, with sessions on 13 and 20 October 2026."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from coil_bridge.domain import CourseRole, JointSession
from coil_bridge.evaluation.attendance import Presence, PresenceSource, minute_of
from coil_bridge.evaluation.definitions.registry import CURRENT, SETS
from coil_bridge.evaluation.figures import figures_of
from coil_bridge.evaluation.packed_events import pack
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import EventKind, EventSource, Member, Part
from coil_bridge.evaluation.windows import last_sunday
from coil_bridge.lti.keys import Keys
from coil_bridge.lti.services import ServiceCalls
from coil_bridge.services.moodles.course_rosters import CourseRosters
from coil_bridge.services.moodles.partners import Partners
from coil_bridge.services.moodles.roster_fallback import RosterFallback
from coil_bridge.services.piloting.attendance import Attendance
from coil_bridge.services.piloting.attendance_sheet import AttendanceSheets
from coil_bridge.services.piloting.class_names import ClassNames
from coil_bridge.services.piloting.evidence import Evidence
from coil_bridge.services.piloting.evidence_reading import stored_of
from coil_bridge.services.piloting.monitoring import Monitoring
from coil_bridge.services.piloting.objections import Objections
from coil_bridge.services.piloting.own_class import OwnClasses
from coil_bridge.services.piloting.own_evidence import OwnEvidence
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault, new_id
from connectors.transport import Transport, TransportPolicy
from tests.builders import Build, SettableClock
from tests.unit.services.stored_pilot import StoredPilot

FIRST = datetime(2026, 10, 13, 12, 0, tzinfo=UTC)  # a Tuesday
NOW = datetime(2026, 10, 27, 8, 0, tzinfo=UTC)
OCTOBER = {"starts_on": date(2026, 10, 1), "ends_on": date(2026, 12, 18)}


class World:
    """Twelve students in each course; Jelena (user 1 in Belgrade) has been here herself."""

    def __init__(self, storage: Storage, build: Build, clock: SettableClock, vault: Vault) -> None:
        self.storage, self.build, self.clock, self.vault = storage, build, clock, vault
        clock.set(NOW)
        self.of = StoredPilot(storage, build, clock)
        self.pilot, self.lead, self.pairing = self.of.pilot, self.of.lead, self.of.pairing
        with storage.read() as tx:
            sealed = tx.pilots.sealed_key(self.pilot.id)
            self.site = tx.sites.get(self.of.belgrade.site_id)
        assert sealed is not None
        assert self.site is not None
        self.names = Pseudonymiser(vault.decrypt(sealed))
        self.mira = build.person("Mira Jovanović", site=self.site)
        build.enrol(self.mira, self.of.belgrade)
        self.jelena = build.person("Jelena Marković", site=self.site, moodle_user_id=1)
        build.enrol(self.jelena, self.of.belgrade, CourseRole.STUDENT)
        self.students = {
            self.of.belgrade.id: [self.names.person(self.site.id, number) for number in range(1, 13)],
            self.of.almaty.id: [f"almaty-{number}" for number in range(12)],
        }
        self.sessions = [self.session(FIRST), self.session(FIRST + timedelta(weeks=1))]
        self.fill()
        self.attendance = Attendance(storage=storage, clock=clock, vault=vault)
        self.objections = Objections(storage=storage, clock=clock, vault=vault)
        self.evidence = Evidence(
            storage=storage,
            clock=clock,
            attendance=self.attendance,
            objections=self.objections,
            languages=("en", "sr_Latn"),
        )
        self.sheets = AttendanceSheets(storage=storage, clock=clock, vault=vault)
        self.own = OwnEvidence(storage=storage, clock=clock, vault=vault)
        transport = Transport(TransportPolicy())
        partners = Partners(storage=storage, vault=vault, transport=transport, clock=clock)
        calls = ServiceCalls(
            transport=transport, keys=Keys(storage=storage, vault=vault, clock=clock), clock=clock
        )
        launched = RosterFallback(
            storage=storage, clock=clock, rosters=CourseRosters(storage=storage, calls=calls)
        )
        asked = ClassNames(storage=storage, partners=partners, launched=launched)
        self.classes = OwnClasses(storage=storage, clock=clock, vault=vault, names=asked)
        self.monitoring = Monitoring(storage=storage, clock=clock)

    def session(self, at: datetime) -> JointSession:
        return self.build.session(self.pairing, self.lead, starts_at=at, minutes=60)

    def fill(self) -> None:
        seen = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
        with self.storage.write() as tx:
            number = tx.events.make_number(self.pilot.id)
            for course_id, names in self.students.items():
                members = [
                    Member(self.pairing.id, course_id, name, Part.STUDENT, None, None, seen) for name in names
                ]
                tx.activity.put_members(self.pilot.id, members)
                run = new_id()
                tx.pulls.insert(run, self.pilot.id, self.pairing.id, course_id, seen)
                tx.pulls.start(run, seen)
                tx.pulls.finish(run, seen)
                actors = tx.events.actors(self.pilot.id, self.pairing.id, course_id)
                day = date(2026, 10, 14).toordinal()
                at = minute_of(datetime(2026, 10, 14, 9, 0, tzinfo=UTC))
                viewed = [
                    pack(no, at + step, day, EventKind.VIEW) for no in actors.values() for step in (0, 20, 60)
                ]
                tx.events.append(number, EventSource.LOG, viewed)

    def was_there(
        self,
        session: JointSession,
        minutes: int = 60,
        *,
        course_id: str | None = None,
        numbers: Iterable[int] = range(12),
    ) -> None:
        """Some students of one course, or of both, were in a session from its beginning."""
        start = minute_of(session.starts_at)
        rows = [
            Presence(session.id, each, names[number], start, start + minutes, PresenceSource.FILE)
            for each, names in self.students.items()
            if course_id in (None, each)
            for number in numbers
        ]
        self.attendance.add(self.pilot.id, rows)

    def work_out(self) -> None:
        """The worker works the figures out."""
        self.evidence.perform({"pilot_id": self.pilot.id})

    def publish(self) -> tuple[int, int, int]:
        """Publish as the worker does, without drawing: enrolled, active, contact minutes of the pilot."""
        self.clock.advance(seconds=60)
        with self.storage.write() as tx:
            before = tx.editions.until(self.pilot.id, self.clock())
            found = figures_of(stored_of(tx, self.pilot, SETS[CURRENT], last_sunday(self.clock())), before)
            known = before[-1].people if before else {}
            tx.editions.put(self.pilot.id, self.clock(), found.edition, known)
        units = found.units.values()
        return (
            sum(each.enrolled for each in units),
            sum(each.active for each in units),
            sum(each.contact.total for each in units),
        )

    def row(self, table: str) -> Mapping[str, Any]:
        """The whole pilot's row of a table."""
        _, snapshot = self.evidence.figures(self.lead, self.pilot.id)
        assert snapshot is not None
        return snapshot.rows(table, "pilot")[0]

    def tasks(self) -> list[tuple[str, dict[str, str]]]:
        with self.storage.write() as tx:
            later = self.clock() + timedelta(minutes=5)
            found = tx.tasks.claim("w", later, later + timedelta(minutes=1), limit=20, per_site=2)
            for each in found:
                tx.tasks.finish(each.id, later)
        return [(each.kind, dict(each.payload)) for each in found]
