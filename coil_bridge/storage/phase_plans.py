"""The plan of phases of a pairing: the queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, update

from coil_bridge.domain import CoilPhase
from coil_bridge.storage.academic_tables import phase_plan, planned_phase
from coil_bridge.storage.writes import insert_new


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """A phase of a pairing's plan, both days counted; without a ``title`` the phase's own name stands."""

    phase: CoilPhase
    title: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """A pairing's phases in order of time."""

    pairing_id: str
    version: int
    changed_at: datetime
    phases: tuple[PlannedPhase, ...]


class PhasePlanRows:
    """Plans of phases, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, pairing_id: str) -> PhasePlan | None:
        """The plan of a pairing, if it has one."""
        query = select(phase_plan).where(phase_plan.c.pairing_id == pairing_id)
        found = self._connection.execute(query).mappings().one_or_none()
        return PhasePlan(**found, phases=self._phases(pairing_id)) if found else None

    def replace(self, pairing_id: str, phases: Sequence[PlannedPhase], expected: int, at: datetime) -> bool:
        """Write a plan that stood at version ``expected`` (0: there was none); False when it did not."""
        row = {"pairing_id": pairing_id, "version": expected + 1, "changed_at": at}
        if not (self._insert(row) if expected == 0 else self._update(row, expected)):
            return False
        self._connection.execute(delete(planned_phase).where(planned_phase.c.pairing_id == pairing_id))
        rows = [
            {"pairing_id": pairing_id, "phase": each.phase, "title": each.title}
            | {"first": each.first, "last": each.last}
            for each in phases
        ]
        if rows:
            self._connection.execute(insert(planned_phase), rows)
        return True

    def _insert(self, row: dict[str, object]) -> bool:
        return insert_new(self._connection, phase_plan, row, key=("pairing_id",))

    def _update(self, row: dict[str, object], expected: int) -> bool:
        here = (phase_plan.c.pairing_id == row["pairing_id"]) & (phase_plan.c.version == expected)
        return self._connection.execute(update(phase_plan).where(here).values(**row)).rowcount == 1

    def _phases(self, pairing_id: str) -> tuple[PlannedPhase, ...]:
        query = select(
            planned_phase.c.phase, planned_phase.c.title, planned_phase.c.first, planned_phase.c.last
        ).where(planned_phase.c.pairing_id == pairing_id)
        rows = self._connection.execute(query.order_by(planned_phase.c.first)).mappings()
        return tuple(PlannedPhase(**{**row, "phase": CoilPhase(row["phase"])}) for row in rows)
