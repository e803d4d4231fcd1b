"""Pulls of activity and the account that each of them gives: the queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select, update

from coil_bridge.errors import Reason
from coil_bridge.evaluation.records import PullRun, RunState, Tally
from coil_bridge.storage.tables import pull_run

_CHANGE = update(pull_run).where(pull_run.c.id == bindparam("run_id"))  # sets what it is given


class Pulls:
    """Pulls of activity, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, run_id: str, pilot_id: str, pairing_id: str, course_id: str, at: datetime) -> None:
        """Store the wish for a pull of one course."""
        self._connection.execute(
            insert(pull_run),
            {
                "id": run_id,
                "pilot_id": pilot_id,
                "pairing_id": pairing_id,
                "course_id": course_id,
                "state": RunState.QUEUED,
                "requested_at": at,
                "rows_dropped": {},
            },
        )

    def get(self, run_id: str) -> PullRun | None:
        """One pull."""
        row = self._connection.execute(select(pull_run).where(pull_run.c.id == run_id)).mappings().first()
        return _run(row) if row else None

    def latest(self, pilot_id: str) -> dict[tuple[str, str], PullRun]:
        """The latest pull of each (pairing, course) of a pilot."""
        query = select(pull_run).where(pull_run.c.pilot_id == pilot_id)
        rows = self._connection.execute(query.order_by(pull_run.c.requested_at, pull_run.c.id)).mappings()
        return {(row["pairing_id"], row["course_id"]): _run(row) for row in rows}

    def latest_done(self, pilot_id: str) -> dict[tuple[str, str], PullRun]:
        """The latest complete pull of each (pairing, course) of a pilot."""
        query = select(pull_run).where(pull_run.c.pilot_id == pilot_id, pull_run.c.state == RunState.DONE)
        rows = self._connection.execute(query.order_by(pull_run.c.started_at, pull_run.c.id)).mappings()
        return {(row["pairing_id"], row["course_id"]): _run(row) for row in rows}

    def completed_at(self, pilot_id: str) -> dict[tuple[str, str], datetime]:
        """When the latest complete pull of each (pairing, course) of a pilot began."""
        query = (
            select(pull_run.c.pairing_id, pull_run.c.course_id, func.max(pull_run.c.started_at).label("at"))
            .where(pull_run.c.pilot_id == pilot_id, pull_run.c.state == RunState.DONE)
            .group_by(pull_run.c.pairing_id, pull_run.c.course_id)
        )
        return {(row.pairing_id, row.course_id): row.at for row in self._connection.execute(query)}

    def start(self, run_id: str, at: datetime) -> None:
        """A worker has begun; after a crash it begins anew, with empty accounts."""
        self._update(run_id, state=RunState.RUNNING, started_at=at, finished_at=None, error=None)
        self.account(run_id, Tally())

    def account(self, run_id: str, tally: Tally) -> None:
        """Write down the accounts so far, in the transaction of the rows that they count."""
        self._update(
            run_id,
            rows_read=tally.read,
            rows_stored=tally.stored,
            rows_dropped=dict(tally.dropped),
            steps_done=tally.steps_done,
            steps_expected=tally.steps_expected,
        )

    def finish(self, run_id: str, at: datetime, failure: Reason | None = None) -> None:
        """It has ended: completely, or early with the reason."""
        state = RunState.FAILED if failure else RunState.DONE
        self._update(run_id, state=state, finished_at=at, error=failure.data() if failure else None)

    def _update(self, run_id: str, **values: Any) -> None:
        self._connection.execute(_CHANGE, {"run_id": run_id, **values})


def _run(row: RowMapping) -> PullRun:
    return PullRun(
        id=row["id"],
        pilot_id=row["pilot_id"],
        pairing_id=row["pairing_id"],
        course_id=row["course_id"],
        state=RunState(row["state"]),
        requested_at=row["requested_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        tally=Tally(
            read=row["rows_read"],
            stored=row["rows_stored"],
            dropped=row["rows_dropped"],
            steps_done=row["steps_done"],
            steps_expected=row["steps_expected"],
        ),
        failure=Reason.of(row["error"]) if row["error"] else None,
    )
