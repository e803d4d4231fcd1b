"""Readings of activity logs and the account that each of them gives: the queries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from coil_bridge.errors import Reason
from coil_bridge.evaluation.records import LogFinding, LogRun, RunState, Tally
from coil_bridge.storage.log_tables import log_run


class LogRuns:
    """Readings of logs, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, run_id: str, pilot_id: str, site_id: str, at: datetime) -> None:
        """Store the wish to read a Moodle's log for a pilot."""
        values = {"id": run_id, "pilot_id": pilot_id, "site_id": site_id, "requested_at": at}
        values |= {"state": RunState.QUEUED, "rows_dropped": {}, "refused": {}}
        self._connection.execute(insert(log_run), values)

    def get(self, run_id: str) -> LogRun | None:
        """One reading."""
        row = self._connection.execute(select(log_run).where(log_run.c.id == run_id)).mappings().first()
        return _run(row) if row else None

    def latest(self, pilot_id: str) -> dict[str, LogRun]:
        """The latest reading of each site for a pilot."""
        query = select(log_run).where(log_run.c.pilot_id == pilot_id)
        rows = self._connection.execute(query.order_by(log_run.c.requested_at, log_run.c.id)).mappings()
        return {row["site_id"]: _run(row) for row in rows}

    def start(self, run_id: str, at: datetime) -> None:
        """A worker has begun; after a crash it goes on from the cursors and in the accounts.

        They stay as they are: emptied here, they were lost when the next kill came before the next row.
        """
        self._update(run_id, state=RunState.RUNNING, started_at=at, finished_at=None, error=None)

    def account(self, run_id: str, tally: Tally) -> None:
        """Write down the accounts so far, in the transaction of the rows that they count."""
        self._update(run_id, rows_read=tally.read, rows_stored=tally.stored, rows_dropped=dict(tally.dropped))

    def position(self, run_id: str, first_id: int, at_id: int, last_id: int) -> None:
        """Where it began, where it stands and where it will end, as row ids of the log."""
        self._update(run_id, first_id=first_id, at_id=at_id, last_id=last_id)

    def finish(self, run_id: str, at: datetime, finding: LogFinding, refused: Mapping[str, str]) -> None:
        """It has ended completely."""
        values: dict[str, Any] = {"finding": finding, "refused": dict(refused), "finished_at": at}
        self._update(run_id, state=RunState.DONE, error=None, **values)

    def fail(self, run_id: str, at: datetime, failure: Reason) -> None:
        """It has ended early."""
        self._update(run_id, state=RunState.FAILED, finished_at=at, error=failure.data())

    def _update(self, run_id: str, **values: Any) -> None:
        self._connection.execute(update(log_run).where(log_run.c.id == run_id).values(**values))


def _run(row: RowMapping) -> LogRun:
    return LogRun(
        id=row["id"],
        pilot_id=row["pilot_id"],
        site_id=row["site_id"],
        state=RunState(row["state"]),
        finding=LogFinding(row["finding"]) if row["finding"] else None,
        requested_at=row["requested_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        tally=Tally(row["rows_read"], row["rows_stored"], row["rows_dropped"]),
        first_id=row["first_id"],
        at_id=row["at_id"],
        last_id=row["last_id"],
        refused=row["refused"],
        failure=Reason.of(row["error"]) if row["error"] else None,
    )
