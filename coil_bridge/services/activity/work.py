"""What the worker has done, has to do, and could not do: for the console, without anybody's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coil_bridge.domain import Person, SiteState
from coil_bridge.errors import Reason
from coil_bridge.evaluation.records import RunState
from coil_bridge.services.activity.activity_pull import PULL
from coil_bridge.services.context import administrators_only
from coil_bridge.storage.jobs import JobRun
from coil_bridge.storage.storage import Storage, Transaction

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Trouble:
    """A message or a task that did not go through, or not yet."""

    kind: str
    site_name: str | None
    state: str
    attempts: int
    error: Reason
    at: datetime


@dataclass(frozen=True, slots=True)
class WorkReport:
    """Counts by state, and the latest troubles; texts and payloads are never part of it."""

    messages: Mapping[str, int]
    tasks: Mapping[str, int]
    message_troubles: tuple[Trouble, ...]
    task_troubles: tuple[Trouble, ...]
    pull_troubles: tuple[Trouble, ...]
    jobs: tuple[JobRun, ...]
    worker_seen_at: datetime | None


class Work:
    """Looks at the queues."""

    def __init__(self, *, storage: Storage) -> None:
        self._storage = storage

    def report(self, actor: Person) -> WorkReport:
        """The queues as they stand.

        Raises:
            Forbidden: the person is no administrator.
        """
        administrators_only(actor)
        with self._storage.read() as tx:
            names = {site.id: site.name for site in tx.sites.all(SiteState)}
            return WorkReport(
                messages=tx.deliveries.counts(),
                tasks=tx.tasks.counts(),
                message_troubles=_troubles(tx.deliveries.recent_problems(SHOWN), names, "channel"),
                task_troubles=_troubles(
                    [row for row in tx.tasks.recent(10 * SHOWN) if row["last_error"]][:SHOWN], names, "kind"
                ),
                pull_troubles=tuple(_failed_pulls(tx)[:SHOWN]),
                jobs=tuple(tx.jobs.all()),
                worker_seen_at=tx.jobs.last_beat(),
            )


def _failed_pulls(tx: Transaction) -> list[Trouble]:
    """Courses whose latest pull failed, the latest first; a task that noted its failure ended well itself."""
    failed = [
        run
        for pilot in tx.pilots.all()
        for run in tx.pulls.latest(pilot.id).values()
        if run.state is RunState.FAILED
    ]
    courses = tx.courses.many(run.course_id for run in failed)
    found = [
        Trouble(
            kind=PULL,
            site_name=courses[run.course_id].site_name,
            state=run.state.value,
            attempts=1,
            error=run.failure or Reason(""),
            at=run.finished_at or run.requested_at,
        )
        for run in failed
    ]
    return sorted(found, key=lambda trouble: trouble.at, reverse=True)


def _troubles(rows: list[Mapping[str, Any]], names: Mapping[str, str], kind: str) -> tuple[Trouble, ...]:
    return tuple(
        Trouble(
            kind=row[kind],
            site_name=names.get(row["site_id"]),
            state=row["state"],
            attempts=row["attempts"],
            error=row["last_error"],
            at=row["created_at"],
        )
        for row in rows
    )
