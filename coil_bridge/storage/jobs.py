"""Declared jobs and the worker's beat: the queries.

A declared job has one row. It says when the job is due next, so that a restart forgets nothing, and a
worker takes it by a conditional UPDATE, so that of several workers exactly one does each piece of work.
The due time moves on only when the job has ended: one that died with its worker is taken up again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from coil_bridge.storage.tables import job_run, worker_beat
from coil_bridge.storage.writes import insert_new, upsert


@dataclass(frozen=True, slots=True)
class JobRun:
    """When a declared job is due, and how it went the last time."""

    name: str
    due_at: datetime
    claimed_by: str | None
    last_started_at: datetime | None
    last_finished_at: datetime | None
    last_outcome: str | None
    last_error: str | None


class Jobs:
    """Declared jobs and the worker's beat, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def declare(self, name: str, due_at: datetime) -> None:
        """Make sure that the job has its row; one that is there keeps its due time."""
        insert_new(self._connection, job_run, {"name": name, "due_at": due_at}, key=("name",))

    def claim(self, name: str, worker: str, now: datetime, until: datetime) -> bool:
        """Take a due job until it ends or ``until`` has passed; ``False`` when there is nothing to take."""
        free = or_(job_run.c.claimed_until.is_(None), job_run.c.claimed_until < now)
        result = self._connection.execute(
            update(job_run)
            .where(job_run.c.name == name, job_run.c.due_at <= now, free)
            .values(claimed_by=worker, claimed_until=until, last_started_at=now)
        )
        return result.rowcount == 1

    def due(self, now: datetime) -> set[str]:
        """The names of the jobs that can be claimed."""
        free = or_(job_run.c.claimed_until.is_(None), job_run.c.claimed_until < now)
        query = select(job_run.c.name).where(job_run.c.due_at <= now, free)
        return set(self._connection.execute(query).scalars())

    def extend(self, names: Iterable[str], worker: str, until: datetime) -> None:
        """The worker is still at it: these claims of its own last longer."""
        mine = and_(job_run.c.claimed_by == worker, job_run.c.name.in_(list(names)))
        self._connection.execute(update(job_run).where(mine).values(claimed_until=until))

    def finish(self, name: str, worker: str, at: datetime, due_at: datetime, error: str | None) -> None:
        """The job has ended, well or with an error; nothing happens when the claim has gone to another."""
        self._connection.execute(
            update(job_run)
            .where(job_run.c.name == name, job_run.c.claimed_by == worker)
            .values(
                due_at=due_at,
                claimed_by=None,
                claimed_until=None,
                last_finished_at=at,
                last_outcome="error" if error else "ok",
                last_error=error,
            )
        )

    def all(self) -> list[JobRun]:
        """Every declared job, by name."""
        query = select(*(job_run.c[name] for name in JobRun.__dataclass_fields__)).order_by(job_run.c.name)
        return [JobRun(**row) for row in self._connection.execute(query).mappings()]

    def beat(self, worker: str, started_at: datetime, at: datetime) -> None:
        """The worker is alive."""
        row: dict[str, Any] = {"worker": worker, "started_at": started_at, "at": at}
        upsert(self._connection, worker_beat, row, key=("worker",))

    def last_beat(self) -> datetime | None:
        """When any worker was last alive."""
        at: datetime | None = self._connection.execute(select(func.max(worker_beat.c.at))).scalar_one()
        return at

    def prune_beats(self, before: datetime) -> int:
        """Forget workers that ended before; how many."""
        return self._connection.execute(worker_beat.delete().where(worker_beat.c.at < before)).rowcount
