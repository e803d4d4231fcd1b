"""Pilots, their phases, and the courses that they evaluate: the queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, func, insert, select, update

from coil_bridge.domain import Answer, PairingState, Phase, Pilot, SiteState
from coil_bridge.evaluation.records import PilotCourse
from coil_bridge.storage.sites import INSTITUTION_COLUMNS, read_institution
from coil_bridge.storage.tables import course, institution, pairing, pairing_course, phase, pilot, site

_PILOT_FIELDS = list(Pilot.__dataclass_fields__)


_SEALED_KEY = (
    select(pilot.c.key_encrypted).where(pilot.c.id == bindparam("pilot_id")).with_for_update(read=True)
)


class Pilots:
    """Pilots and their phases, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, value: Pilot, key_encrypted: bytes) -> None:
        """Store a new pilot with its sealed pseudonym key."""
        self._connection.execute(insert(pilot), {"key_encrypted": key_encrypted, **asdict(value)})

    def all(self) -> list[Pilot]:
        """Every pilot, the latest first."""
        return self._pilots()

    def get(self, pilot_id: str) -> Pilot | None:
        """One pilot."""
        found = self._pilots(pilot.c.id == pilot_id)
        return found[0] if found else None

    def by_name(self, name: str) -> Pilot | None:
        """The pilot of that name, whatever the case of its letters."""
        found = self._pilots(func.lower(pilot.c.name) == name.lower())
        return found[0] if found else None

    def sealed_key(self, pilot_id: str) -> bytes | None:
        """The sealed pseudonym key; ``None`` when it has been destroyed.

        In a write transaction the key stays as it is until that ends: whoever destroys it waits, so
        nothing is ever written under a key that is gone. SQLite's write transactions are alone anyway.
        """
        return self._connection.execute(_SEALED_KEY, {"pilot_id": pilot_id}).scalar_one_or_none()

    def destroy_key(self, pilot_id: str, at: datetime) -> bool:
        """Forget the pseudonym key; whether there was one."""
        result = self._connection.execute(
            update(pilot)
            .where(pilot.c.id == pilot_id, pilot.c.key_destroyed_at.is_(None))
            .values(key_encrypted=None, key_destroyed_at=at)
        )
        return result.rowcount == 1

    def insert_phase(self, value: Phase) -> None:
        """Store a new phase of a pilot."""
        row = asdict(value)
        del row["pilot_name"]
        self._connection.execute(insert(phase), row)

    def phases(self, pilot_id: str | None = None) -> list[Phase]:
        """The phases of one pilot or of all, in order of their dates."""
        query = select(phase, pilot.c.name.label("pilot_name")).join(pilot, pilot.c.id == phase.c.pilot_id)
        if pilot_id is not None:
            query = query.where(phase.c.pilot_id == pilot_id)
        rows = self._connection.execute(query.order_by(phase.c.starts_on, pilot.c.name, phase.c.name))
        return [Phase(**row) for row in rows.mappings()]

    def courses(self, pilot_id: str, states: Collection[PairingState]) -> list[PilotCourse]:
        """The courses whose pairings count to the pilot and are in one of the states.

        Courses that have not agreed to the pairing are not in it. By phase, pairing and institution.
        """
        asked = {"pilot_id": pilot_id, "states": sorted(states)}
        return [_pilot_course(row) for row in self._connection.execute(_COURSES, asked).mappings()]

    def _pilots(self, *conditions: ColumnElement[bool]) -> list[Pilot]:
        query = select(*(pilot.c[name] for name in _PILOT_FIELDS)).where(*conditions)
        rows = self._connection.execute(query.order_by(pilot.c.starts_on.desc(), pilot.c.name))
        return [Pilot(**row) for row in rows.mappings()]


_COURSE_COLUMNS = [
    pairing.c.id.label("pairing_id"),
    pairing.c.title.label("pairing_title"),
    pairing.c.state.label("pairing_state"),
    pairing.c.model,
    phase.c.id.label("phase_id"),
    phase.c.name.label("phase_name"),
    pairing.c.starts_on,
    pairing.c.ends_on,
    course.c.id.label("course_id"),
    course.c.fullname.label("course_name"),
    course.c.moodle_id,
    site.c.id.label("site_id"),
    site.c.name.label("site_name"),
    site.c.state.label("site_state"),
]
_COURSES = (
    select(*_COURSE_COLUMNS, *INSTITUTION_COLUMNS)
    .join(phase, phase.c.id == pairing.c.phase_id)
    .join(pairing_course, pairing_course.c.pairing_id == pairing.c.id)
    .join(course, course.c.id == pairing_course.c.course_id)
    .join(site, site.c.id == course.c.site_id)
    .join(institution, institution.c.id == site.c.institution_id)
    .where(
        phase.c.pilot_id == bindparam("pilot_id"),
        pairing.c.state.in_(bindparam("states", expanding=True)),
        pairing_course.c.answer == Answer.ACCEPTED,
    )
    .order_by(phase.c.starts_on, pairing.c.title, pairing.c.id, institution.c.name, course.c.id)
)


def _pilot_course(row: RowMapping) -> PilotCourse:
    values = {column.name: row[column.name] for column in _COURSE_COLUMNS}
    values |= {
        "pairing_state": PairingState(row["pairing_state"]),
        "site_state": SiteState(row["site_state"]),
        "institution": read_institution(row),
    }
    return PilotCourse(**values)
