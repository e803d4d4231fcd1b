"""A pilot whose rows are written straight into the storage, as pulls would have left them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, select

from coil_bridge.domain import Course, Pairing
from coil_bridge.evaluation.records import Event, EventKind, Member, Part, Tally
from coil_bridge.evaluation.weeks import noon_of
from coil_bridge.storage.engine import reading
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import new_id
from tests.builders import Build, SettableClock


class StoredPilot:
    """A pilot with a pairing of Belgrade and Almaty."""

    def __init__(
        self, storage: Storage, build: Build, clock: SettableClock, *, name: str = "Pilot 2026/27"
    ) -> None:
        self.storage, self.build, self.clock = storage, build, clock
        self.lead = build.lead()
        self.pilot = build.pilot(name)
        self.phase = build.phase(self.pilot)
        self.belgrade = build.course(build.site("Belgrade"), "Intercultural Communication")
        self.almaty = build.course(build.site("Almaty"), "English for Negotiators")
        self.pairing = self.pair()

    def pair(self, **changes: Any) -> Pairing:
        """A pairing of the two courses in the pilot's phase."""
        given = {"proposed_by": self.lead, "phase": self.phase} | changes
        return self.build.pairing([self.belgrade, self.almaty], **given)

    def put(
        self,
        of: Course,
        *,
        students: int,
        staff: int = 0,
        finished: bool = True,
        last_access_week: date | None = None,
    ) -> list[str]:
        """People of a course and the pull that brought them; the students' pseudonyms."""
        names = {
            part: [f"{of.id}{part}{number:02}"[:32] for number in range(count)]
            for part, count in ((Part.STUDENT, students), (Part.STAFF, staff))
        }
        now, run_id = self.clock(), new_id()
        members = [
            Member(self.pairing.id, of.id, name, part, last_access_week, None, now)
            for part, found in names.items()
            for name in found
        ]
        with self.storage.write() as tx:
            tx.activity.put_members(self.pilot.id, members)
            tx.pulls.insert(run_id, self.pilot.id, self.pairing.id, of.id, now)
            tx.pulls.start(run_id, now)
            tx.pulls.account(run_id, Tally(len(members), len(members), {}, 4 if finished else 2, 4))
            if finished:
                tx.pulls.finish(run_id, now)
        return names[Part.STUDENT]

    def write(self, of: Course, posts: Sequence[tuple[str, date]]) -> None:
        """Opening posts by these people on these days."""
        events = [
            Event(new_id() + new_id(), name, EventKind.FORUM_TOPIC, noon_of(day.toordinal()) + 90, day)
            for name, day in posts
        ]
        with self.storage.write() as tx:
            tx.events.add_records(self.pilot.id, self.pairing.id, of.id, events)

    def rows(self, table: Table) -> list[Mapping[str, Any]]:
        """This pilot's rows of a table."""
        with self.storage.read() as tx:
            number = tx.events.number_of(self.pilot.id)
        if "pilot_no" in table.c:
            mine = table.c.pilot_no == number
        else:
            mine = (table.c.id if "pilot_id" not in table.c else table.c.pilot_id) == self.pilot.id
        with reading(self.storage._engine) as connection:
            found = connection.execute(select(table).where(mine)).mappings()
            return [dict(row) for row in found]
